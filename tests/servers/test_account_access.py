#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's list of logins and its personal API keys: the entries, how they end, and who may end them.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import contextlib
import json
import pathlib
import shutil
import sqlite3
import tempfile
import unittest

from account_client import PASSWORD, SECRET, bearer, me, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server, must_be_built
from tokens import claims_of

must_be_built("account")

LOGINS, KEYS = "/api/users/me/logins", "/api/users/me/api-keys"
END_OTHERS = LOGINS + "/end-others"
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
EVIL = {"Origin": "https://evil.example"}


def log_in(port, email, password=PASSWORD, agent="a test"):
    fields = [("Accept", "application/json"), ("User-Agent", agent)]
    answer = ask(port, "POST", "/api/auth/login", fields, {"email": email, "password": password, "refresh": True})
    assert answer.status == 200, answer
    return answer.json()["token"], answer.json()["refresh_token"]


def refresh(port, token):
    return ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})


def logins(port, token):
    answer = ask(port, "GET", LOGINS, bearer(token))
    assert answer.status == 200, answer
    return answer.json()["data"]["logins"]


def keys(port, token):
    answer = ask(port, "GET", KEYS, bearer(token))
    assert answer.status == 200, answer
    return answer.json()["data"]["apiKeys"]


def make_key(port, token, label="a script", days=90):
    answer = ask(port, "POST", KEYS, bearer(token), {"label": label, "expires_in_days": days})
    assert answer.status == 200, answer
    return answer.json()["data"]["apiKey"]


def sid(token):
    return claims_of(token)["sid"]


class OnSqlite(unittest.TestCase):
    """Two instances, which share their stores."""

    @classmethod
    def settings(cls, stack):
        folder = tempfile.mkdtemp(prefix="credence-access-")
        stack.callback(shutil.rmtree, folder)
        return {"DATABASE_URL": f"sqlite:{pathlib.Path(folder) / 'shared.db'}"}

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        settings = {"JWT_SECRET": SECRET, "REFRESH_GRACE": "0"} | cls.settings(stack)
        cls.ports = [stack.enter_context(Server("account", **settings)).port for _ in range(2)]
        cls.one, cls.two = cls.ports

    def assert_status(self, tokens, status):
        for port in self.ports:
            for token in tokens:
                self.assertEqual(me(port, token).status, status)

    def test_the_list_has_device_times_and_the_current_login(self):
        email = register(self.one)
        tokens = [log_in(port, email, agent=f"browser {number}")[0] for number, port in enumerate(self.ports)]
        log_in(self.one, register(self.one))  # another user's login is in no list of this user
        for port in self.ports:
            for this in (0, 1):
                found = {login["handle"]: login for login in logins(port, tokens[this])}
                self.assertEqual(set(found), {sid(token) for token in tokens})
                for number, token in enumerate(tokens):
                    login = found[sid(token)]
                    self.assertEqual(list(login), ["current", "handle", "label", "lastUsedAt", "startedAt"])
                    self.assertEqual((login["label"], login["current"]), (f"browser {number}", number == this))
                    self.assertRegex(login["startedAt"], MOMENT)
                    self.assertRegex(login["lastUsedAt"], MOMENT)
                    self.assertLessEqual(login["startedAt"], login["lastUsedAt"])

    def test_one_login_ends_completely_and_no_other(self):
        email = register(self.one)
        (token, refresh_token), (other, other_refresh) = log_in(self.one, email), log_in(self.two, email)
        answer = ask(self.two, "DELETE", f"{LOGINS}/{sid(token)}", bearer(other))
        self.assertEqual((answer.status, answer.json()), (200, {"status": "success"}))
        self.assertEqual(answer.all("Set-Cookie"), [])
        self.assert_status([token], 401)
        self.assertEqual(refresh(self.one, refresh_token).status, 401)
        self.assert_status([other], 200)
        self.assertEqual([login["handle"] for login in logins(self.one, other)], [sid(other)])
        self.assertEqual(ask(self.one, "DELETE", f"{LOGINS}/{sid(token)}", bearer(other)).status, 404)
        self.assertEqual(refresh(self.one, other_refresh).status, 200)

    def test_the_login_of_another_user_is_not_found(self):
        token, refresh_token = log_in(self.one, register(self.one))
        stranger = log_in(self.one, register(self.one))[0]
        answer = ask(self.one, "DELETE", f"{LOGINS}/{sid(token)}", bearer(stranger))
        self.assertEqual((answer.status, answer.json()["message"]), (404, "You have no such login"))
        self.assertEqual(ask(self.one, "POST", END_OTHERS, bearer(stranger)).status, 200)
        self.assert_status([token, stranger], 200)
        self.assertEqual(refresh(self.one, refresh_token).status, 200)

    def test_ending_the_current_login_is_a_logout(self):
        token, refresh_token = log_in(self.one, register(self.one))
        answer = ask(self.one, "DELETE", f"{LOGINS}/{sid(token)}", bearer(token))
        self.assertEqual(answer.status, 200)
        for name in ("token", "refresh_token"):
            self.assertIn("Max-Age=0", answer.cookie(name)[1])
        self.assert_status([token], 401)
        self.assertEqual(refresh(self.two, refresh_token).status, 401)

    def test_all_others_are_ended(self):
        email = register(self.one)
        this, this_refresh = log_in(self.one, email)
        others = [log_in(port, email) for port in self.ports]
        renewed = refresh(self.one, others[0][1]).json()
        others.append((renewed["token"], renewed["refresh_token"]))
        self.assertEqual(ask(self.two, "POST", END_OTHERS, bearer(this)).status, 200)
        self.assert_status([token for token, _ in others], 401)
        for _, refresh_token in others:
            self.assertEqual(refresh(self.two, refresh_token).status, 401)
        self.assert_status([this], 200)
        self.assertEqual([login["handle"] for login in logins(self.two, this)], [sid(this)])
        self.assertEqual(refresh(self.two, this_refresh).status, 200)

    def test_a_login_that_ended_in_another_way_is_not_listed(self):
        email = register(self.one)
        this = log_in(self.one, email)[0]
        logged_out = log_in(self.one, email)[0]
        self.assertEqual(ask(self.one, "POST", "/api/auth/logout", bearer(logged_out)).status, 200)
        stolen = log_in(self.one, email)[1]
        self.assertEqual([refresh(self.two, stolen).status for _ in range(2)], [200, 401])
        self.assertEqual([login["handle"] for login in logins(self.one, this)], [sid(this)])
        changed = ask(self.one, "PATCH", "/api/users/me/password", bearer(this),
                      {"current_password": PASSWORD, "password": PASSWORD + "!"})
        this = changed.json()["token"]
        self.assertEqual([login["handle"] for login in logins(self.two, this)], [sid(this)])
        self.assertEqual(ask(self.two, "POST", "/api/auth/logout-all", bearer(this)).status, 200)
        again = log_in(self.one, email, PASSWORD + "!")[0]
        self.assertEqual([login["handle"] for login in logins(self.one, again)], [sid(again)])

    def test_a_refresh_continues_the_same_login(self):
        email = register(self.one)
        token, refresh_token = log_in(self.one, email)
        renewed = refresh(self.two, refresh_token).json()["token"]
        self.assertEqual([login["handle"] for login in logins(self.one, renewed)], [sid(token)])

    def test_a_key_is_accepted_on_every_instance_until_it_is_revoked(self):
        email = register(self.one)
        token = log_in(self.one, email)[0]
        key = make_key(self.one, token, "nightly backup", 30)
        self.assertRegex(key["key"], r"^account_[0-9A-Za-z]{40,}$")
        shown = {name: value for name, value in key.items() if name != "key"}
        self.assertEqual(shown, {"id": key["id"], "label": "nightly backup", "createdAt": key["createdAt"],
                                 "expiresAt": key["expiresAt"], "lastUsedAt": None})
        self.assertRegex(key["expiresAt"], MOMENT)
        self.assertEqual(keys(self.two, token), [shown])  # never the key itself again
        for port in self.ports:
            for fields in (bearer(key["key"]), {"X-API-Key": key["key"]}):
                answer = ask(port, "GET", "/api/users/me", fields)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(answer.json()["data"]["user"]["email"], email)
        self.assertRegex(keys(self.one, token)[0]["lastUsedAt"], MOMENT)
        self.assertEqual(len(logins(self.one, token)), 1)  # a key is not a login

        stranger = log_in(self.one, register(self.one))[0]
        self.assertEqual(keys(self.one, stranger), [])
        answer = ask(self.one, "DELETE", f"{KEYS}/{key['id']}", bearer(stranger))
        self.assertEqual((answer.status, answer.json()["message"]), (404, "You have no such key"))
        self.assertEqual(me(self.one, key["key"]).status, 200)

        answer = ask(self.two, "DELETE", f"{KEYS}/{key['id']}", bearer(token))
        self.assertEqual((answer.status, answer.json()), (200, {"status": "success"}))
        self.assert_status([key["key"]], 401)
        self.assertEqual(keys(self.one, token), [])
        self.assertEqual(ask(self.one, "DELETE", f"{KEYS}/{key['id']}", bearer(token)).status, 404)

    def test_ending_logins_revokes_no_key(self):
        token = log_in(self.one, register(self.one))[0]
        key = make_key(self.one, token, days=None)
        self.assertIsNone(key["expiresAt"])
        self.assertEqual(ask(self.one, "POST", "/api/auth/logout-all", bearer(token)).status, 200)
        self.assert_status([key["key"]], 200)


class OnPostgresql(OnSqlite):
    @classmethod
    def settings(cls, stack):
        cls.postgres = stack.enter_context(Postgres())
        return {"DATABASE_URL": cls.postgres.url}

    def test_while_the_database_is_down_nothing_is_accepted_and_no_change_is_confirmed(self):
        token = log_in(self.one, register(self.one))[0]
        key = make_key(self.one, token)
        self.postgres.stop()
        try:
            for method, path, credential in (("GET", "/api/users/me", key["key"]), ("GET", LOGINS, token),
                                             ("DELETE", f"{LOGINS}/{sid(token)}", token), ("POST", END_OTHERS, token),
                                             ("GET", KEYS, token), ("DELETE", f"{KEYS}/{key['id']}", token)):
                answer = ask(self.one, method, path, bearer(credential))
                self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"), (method, path))
        finally:
            self.postgres.start()
        self.assert_status([token, key["key"]], 200)


class OnRedisBesideSqlite(OnSqlite):
    @classmethod
    def settings(cls, stack):
        return super().settings(stack) | {"REDIS_URL": stack.enter_context(Redis()).url}


class Rules(unittest.TestCase):
    """Tests that need only one instance."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("account", JWT_SECRET=SECRET).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.port = cls.server.port

    def setUp(self):
        self.email = register(self.port)
        self.token, self.refresh_token = log_in(self.port, self.email)

    def ask(self, method, path, fields=(), body=None):
        return ask(self.port, method, path, fields, body)

    def routes(self):
        key = make_key(self.port, self.token)
        return [("GET", LOGINS), ("DELETE", f"{LOGINS}/{sid(self.token)}"), ("POST", END_OTHERS), ("GET", KEYS),
                ("POST", KEYS), ("DELETE", f"{KEYS}/{key['id']}")]

    def test_without_a_login_401(self):
        for method, path in self.routes():
            for fields, challenge in (({}, 'Bearer realm="account"'), (bearer("a.b.c"), 'error="invalid_token"')):
                answer = self.ask(method, path, fields, {"label": "x", "expires_in_days": 1} if method == "POST" else None)
                self.assertEqual(answer.status, 401, (method, path))
                self.assertIn(challenge, answer.one("WWW-Authenticate"))
        self.assertEqual(me(self.port, self.token).status, 200)

    def test_a_key_is_refused_for_other_routes(self):
        key = make_key(self.port, self.token)["key"]
        password = {"current_password": PASSWORD, "password": "an entirely new password"}
        more = [("GET", "/api/auth/login"), ("GET", "/api/auth/logout"), ("POST", "/api/auth/logout"),
                ("POST", "/api/auth/logout-all"), ("PATCH", "/api/users/me/password"), ("GET", "/api/admin/users")]
        for method, path in self.routes() + more:
            for fields in (bearer(key), {"X-API-Key": key}):
                body = {"POST": {"label": "x", "expires_in_days": 1}, "PATCH": password}.get(method)
                self.assertEqual(self.ask(method, path, fields, body).status, 401, (method, path))
        self.assertEqual(refresh(self.port, key).status, 401)
        self.assertEqual(me(self.port, self.token).status, 200)
        self.assertEqual(me(self.port, key).status, 200)

    def test_requests_of_another_site_are_refused(self):
        for method, path in self.routes():
            if method == "GET":
                continue
            for origin in (EVIL, {"Origin": "null"}, {}):
                fields = {"Cookie": f"token={self.token}", **origin}
                body = {"label": "x", "expires_in_days": 1} if method == "POST" else None
                self.assertEqual(self.ask(method, path, fields, body).status, 403, (method, path, origin))
        self.assertEqual(me(self.port, self.token).status, 200)
        self.assertEqual(len(keys(self.port, self.token)), 1)
        own = {"Cookie": f"token={self.token}", "Origin": f"http://127.0.0.1:{self.port}"}
        self.assertEqual(self.ask("POST", END_OTHERS, own).status, 200)

    def test_other_methods_and_names(self):
        for method, path, allowed in (("POST", LOGINS, "GET"), ("DELETE", LOGINS, "GET"), ("GET", END_OTHERS, "POST"),
                                      ("DELETE", END_OTHERS, "POST"), ("GET", f"{LOGINS}/x", "DELETE"), ("PUT", KEYS, "POST"),
                                      ("DELETE", KEYS, "GET"), ("POST", f"{KEYS}/x", "DELETE")):
            answer = self.ask(method, path, bearer(self.token))
            self.assertEqual(answer.status, 405, (method, path))
            self.assertIn(allowed, answer.one("Allow"))
        for place in (LOGINS, KEYS):
            for name in ("", "x", "*", "%2a", "%00", "%ff", "'", "%20", "..%2f", sid(self.token) + "x", sid(self.token)[:-1],
                         "x/y", "y" * 4000, sid(self.token) + "%00"):
                answer = self.ask("DELETE", f"{place}/{name}", bearer(self.token))
                self.assertEqual(answer.status, 404, name)
        self.assertEqual(me(self.port, self.token).status, 200)

    def test_the_name_of_a_browser_is_truncated_and_escaped(self):
        for agent, label in (("<script>alert(1)</script>", "<script>alert(1)</script>"), ("x" * 3000, "x" * 200),
                             ("caf\u00e9 \u202e\u2028", "caf?? ??????"), ("", "")):
            token = log_in(self.port, self.email, agent=agent)[0]
            found = [login["label"] for login in logins(self.port, token) if login["current"]]
            self.assertEqual(found, [label])
        nameless = self.ask("POST", "/api/auth/login", {}, {"email": self.email, "password": PASSWORD}).json()["token"]
        self.assertEqual([login["label"] for login in logins(self.port, nameless) if login["current"]], [""])

    def test_the_fields_of_a_new_key(self):
        right = {"label": "a", "expires_in_days": 1}
        for changes in ({"label": "\u00fc" * 60}, {"expires_in_days": 3650}, {"expires_in_days": None}, {"more": 1}):
            self.assertEqual(self.ask("POST", KEYS, bearer(self.token), right | changes).status, 200, changes)
        count = len(keys(self.port, self.token))
        for status, field, values in ((422, "label", (None, 1, [], {})), (400, "label", ("", "  ", "x" * 61, "a\nb", "a\u0000", "\u0085")),
                                      (422, "expires_in_days", ("1", 1.5, True, [], 1e99)),
                                      (400, "expires_in_days", (0, -1, 3651, 2**63 - 1, 2**63, 2**64 - 1, -2**63))):
            for value in values:
                answer = self.ask("POST", KEYS, bearer(self.token), right | {field: value})
                self.assertEqual((answer.status, answer.json().get("field")), (status, field), (value, answer))
        for field in right:
            missing = {name: value for name, value in right.items() if name != field}
            self.assertEqual(self.ask("POST", KEYS, bearer(self.token), missing).status, 422)
        typed = bearer(self.token) | {"Content-Type": "application/json"}
        for status, fields, body in ((415, bearer(self.token), json.dumps(right)), (400, typed, "{"), (422, typed, "[]"),
                                     (400, typed, '{"label":"a","label":"b","expires_in_days":1}')):
            self.assertEqual(self.ask("POST", KEYS, fields, body).status, status, body)
        self.assertEqual(len(keys(self.port, self.token)), count)

    def test_one_credential_at_one_place(self):
        key = make_key(self.port, self.token)["key"]
        wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
        for status, fields in ((400, [("X-API-Key", key), ("Cookie", f"token={self.token}")]),
                               (400, [("X-API-Key", key), *bearer(self.token).items()]),
                               (400, [("X-API-Key", key), *bearer(key).items()]),
                               (400, [("X-API-Key", key), ("X-API-Key", key)]),
                               (400, [("X-API-Key", key), ("Authorization", "Basic YTpi")]),
                               (400, [("Cookie", f"token={self.token}"), *bearer(key).items()]),
                               (401, [("Cookie", f"token={key}")]), (401, [("X-API-Key", "")]),
                               (401, [("X-API-Key", self.token)]), (401, [("X-API-Key", wrong)]), (401, bearer(wrong)),
                               (401, bearer(key[:-1])), (401, bearer(key.lower())), (401, bearer(key.replace("account", "acme")))):
            answer = self.ask("GET", "/api/users/me", fields)
            self.assertEqual(answer.status, status, fields)
            self.assertEqual(answer.json()["status"], "fail")
            self.assertNotIn(key, answer.text)
        self.assertEqual(self.ask("HEAD", "/api/users/me", bearer(key)).status, 200)

    def test_the_number_of_keys_is_limited(self):
        for _ in range(50):
            make_key(self.port, self.token)
        answer = self.ask("POST", KEYS, bearer(self.token), {"label": "a", "expires_in_days": 1})
        self.assertEqual(answer.status, 409)
        self.assertEqual(self.ask("DELETE", f"{KEYS}/{keys(self.port, self.token)[7]['id']}", bearer(self.token)).status, 200)
        make_key(self.port, self.token)


class InTheFile(unittest.TestCase):
    def test_a_key_is_in_no_log_and_no_file(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            token = log_in(server.port, register(server.port))[0]
            key = make_key(server.port, token)
            secret = key["key"][len("account_") + len(key["id"]):]
            for fields in (bearer(key["key"]), {"X-API-Key": key["key"]}, {"X-API-Key": key["key"] + "x"},
                           {"Authorization": f"Basic {key['key']}"}, {"Authorization": key["key"]}):
                for path in ("/api/users/me", KEYS, f"/{key['key']}", f"{KEYS}/{key['key']}", f"/api/users/me?key={key['key']}"):
                    for method in ("GET", "POST", "DELETE"):
                        ask(server.port, method, path, fields)
            self.assertEqual(me(server.port, key["key"]).status, 200)
            with sqlite3.connect(server.folder / "account.db") as database:
                database.execute("drop table credence_api_keys")
            answer = me(server.port, key["key"])  # the reason of a broken store is logged, too
            self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"))
            self.assertEqual(me(server.port, token).status, 200)
            lines = [line for line in server.log() if line["event"] == "store_unavailable"]
            self.assertTrue(lines)
            for path in server.folder.iterdir():
                self.assertNotIn(secret[:20].encode(), path.read_bytes(), path.name)
            self.assertIn('"path":"/api/users/me/api-keys/*"', server.log_text())

    def test_an_expired_key_and_a_key_of_a_deleted_user_are_refused(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            token = log_in(server.port, register(server.port))[0]
            expired, orphan = make_key(server.port, token), make_key(server.port, token)
            with sqlite3.connect(server.folder / "account.db") as database:
                database.execute("update credence_api_keys set expires_at = 1 where id = ?", [expired["id"].encode()])
            self.assertEqual(me(server.port, expired["key"]).json()["message"], "Invalid token")
            self.assertEqual([key["id"] for key in keys(server.port, token)], [orphan["id"]])
            with sqlite3.connect(server.folder / "account.db") as database:
                database.execute("delete from users")
            answer = me(server.port, orphan["key"])
            self.assertEqual((answer.status, answer.json()["message"]),
                             (401, "The user belonging to this token no longer exists"))

    def test_a_login_that_is_older_than_the_list_is_listed_when_it_is_used(self):
        with tempfile.TemporaryDirectory() as folder:
            with Server("account", folder=folder, JWT_SECRET=SECRET) as server:
                email = register(server.port)
                tokens = [log_in(server.port, email)[0] for _ in range(2)]
            with sqlite3.connect(pathlib.Path(folder) / "account.db") as database:
                database.execute("delete from credence_sessions")
            with Server("account", folder=folder, JWT_SECRET=SECRET) as server:
                self.assertEqual(me(server.port, tokens[0]).status, 200)
                self.assertEqual({login["handle"] for login in logins(server.port, tokens[1])},
                                 {sid(token) for token in tokens})

    def test_the_times_are_to_the_minute(self):
        with tempfile.TemporaryDirectory() as folder:
            with Server("account", folder=folder, JWT_SECRET=SECRET) as server:
                token = log_in(server.port, register(server.port))[0]
                with sqlite3.connect(pathlib.Path(folder) / "account.db") as database:
                    database.execute("update credence_sessions set last_used_at = 1000000000")
                self.assertEqual(logins(server.port, token)[0]["lastUsedAt"], "2001-09-09T01:46:40Z")
            with Server("account", folder=folder, JWT_SECRET=SECRET) as server:  # a new process has recorded no use yet
                self.assertNotEqual(logins(server.port, token)[0]["lastUsedAt"], "2001-09-09T01:46:40Z")


if __name__ == "__main__":
    unittest.main()
