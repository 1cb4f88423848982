#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service over raw sockets: every route, status, body, message and cookie that it promises.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev
import base64
import hashlib
import hmac
import json
import re
import sqlite3
import threading
import time
import unittest
import zlib
import uuid

from account_client import PASSWORD, SECRET, OneService, bearer, log_in, me, new_email, new_login, register
from raw_http import Connection, ask, request
from running import Server
from tokens import claims_of

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
NOT_LOGGED_IN = '{"status":"fail","message":"You are not logged in, please provide token"}'
INVALID_TOKEN = '{"status":"fail","message":"Invalid token"}'
CLIENT = "http://localhost:3000"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(claims, secret=SECRET, header=None):
    parts = [base64url(json.dumps(part).encode()) for part in (header or {"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64url(signature)])


class Contract(OneService, unittest.TestCase):
    def ask(self, *arguments, **named):
        return ask(self.port, *arguments, **named)

    def post(self, path, body, fields=()):
        return self.ask("POST", path, fields, body)

    def origin(self):
        return {"Origin": f"http://127.0.0.1:{self.port}"}

    def assert_fails(self, answer, status, message=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json()["status"], "fail")
        if message:
            self.assertEqual(answer.json()["message"], message)


class Health(Contract):
    def test_the_answer_names_the_store(self):
        answer = self.ask("GET", "/api/healthchecker")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body.decode(), '{"message":"JWT Authentication in C++ using credence, cpp-httplib and '
                                               'SQLite","status":"success"}')
        self.assertEqual(answer.one("Content-Type"), "application/json")

    def test_deep_checks_the_stores(self):
        self.assertEqual(self.ask("GET", "/api/healthchecker?deep=1").status, 200)

    def test_every_answer_has_the_security_fields(self):
        for method, path in (("GET", "/"), ("GET", "/nowhere"), ("GET", "/api/users/me"), ("OPTIONS", "/"),
                             ("PUT", "/api/users/me")):
            answer = self.ask(method, path)
            self.assertEqual(answer.one("X-Content-Type-Options"), "nosniff")
            self.assertEqual(answer.one("Content-Security-Policy"), "default-src 'self'")
            self.assertEqual(answer.one("X-Frame-Options"), "DENY")

    def test_a_shared_secret_has_no_public_keys(self):
        answer = self.ask("GET", "/.well-known/jwks.json")
        self.assertEqual((answer.status, answer.json()), (200, {"keys": []}))


class Register(Contract):
    def register(self, **changes):
        return self.post("/api/auth/register", {"name": "Ann", "email": new_email(), "password": PASSWORD} | changes)

    def test_shows_the_user_and_never_the_password(self):
        answer = self.register(email="Ann.Smith@Example.COM")
        self.assertEqual(answer.status, 200)
        user = answer.json()["data"]["user"]
        self.assertEqual(list(user), ["createdAt", "email", "id", "name", "photo", "role", "updatedAt", "verified"])
        self.assertRegex(user["id"], f"^{UUID}$")
        self.assertRegex(user["createdAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
        self.assertEqual({key: user[key] for key in ("email", "name", "photo", "role", "verified")},
                         {"email": "ann.smith@example.com", "name": "Ann", "photo": "default.png", "role": "user",
                          "verified": False})
        self.assertTrue(answer.body.startswith(b'{"data":{"user":{"createdAt":'))
        self.assertTrue(answer.body.endswith(b'}},"status":"success"}'))

    def test_an_email_is_taken_once_also_in_other_case(self):
        email = register(self.port)
        answer = self.register(email=email.upper())
        self.assertEqual(answer.status, 409)
        self.assertEqual(answer.body, b'{"message":"User with that email already exists","status":"fail"}')

    def test_of_several_registrations_of_one_email_at_once_one_succeeds(self):
        email, answers = new_email(), []
        threads = [threading.Thread(target=lambda: answers.append(self.register(email=email).status)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [200] + 7 * [409])

    def test_names_the_field_that_is_wrong(self):
        for field, values in {"email": ["", "nobody", "a@b", "@example.com", "a b@example.com", "a@b@example.com",
                                        "a@example.", "a@.example.com", "a\u0000@example.com", "a" * 250 + "@b.de"],
                              "password": ["", "1234567", "x" * 129], "name": ["", " ", "x" * 101, "a\u0007"]}.items():
            for value in values:
                answer = self.register(**{field: value})
                self.assert_fails(answer, 400)
                self.assertEqual(answer.json()["field"], field)

    def test_values_at_the_limits_are_accepted(self):
        for changes in ({"name": "\u00fc" * 100}, {"password": "x" * 8}, {"password": "x" * 128}, {"more": [1]}):
            self.assertEqual(self.register(**changes).status, 200, changes)

    def test_wrong_shapes_are_422(self):
        for body in ([], "text", 1, None, {}, {"name": 1, "email": new_email(), "password": PASSWORD},
                     {"name": "a", "email": None, "password": PASSWORD}, {"name": "a", "email": new_email()}):
            answer = self.post("/api/auth/register", json.dumps(body), {"Content-Type": "application/json"})
            self.assert_fails(answer, 422)


class Bodies(Contract):
    paths = ("/api/auth/register", "/api/auth/login")

    def test_without_json_content_type_415(self):
        body = json.dumps({"name": "a", "email": new_email(), "password": PASSWORD})
        for path in self.paths:
            for fields in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/jsonp"},
                           {"Content-Type": "application/x-www-form-urlencoded"},
                           {"Content-Type": "multipart/form-data; boundary=x"}):
                self.assertIn(self.post(path, body, fields).status, (415,) if "multipart" not in str(fields) else (400, 415))
            self.assertEqual(self.ask("POST", path).status, 415)

    def test_parameters_and_case_of_the_content_type_do_not_matter(self):
        body = json.dumps({"name": "a", "email": new_email(), "password": PASSWORD})
        fields = {"Content-Type": "Application/JSON ; charset=utf-8"}
        self.assertEqual(self.post("/api/auth/register", body, fields).status, 200)

    def test_bad_json_400(self):
        for path in self.paths:
            for body in ("", "{", '{"name":}', "{'a':1}", b'{"name":"\xff"}', "nul", "[" * 60000):
                self.assert_fails(self.post(path, body, {"Content-Type": "application/json"}), 400)

    def test_json_that_could_be_read_in_two_ways_400(self):
        """Of duplicate members some parsers use the first, others the last. For some a NUL ends the text."""
        email = register(self.port)
        good = json.dumps({"name": "a", "email": email, "password": PASSWORD})
        for body in (good + "\0", good + "\0junk", good + '\0,"email":1}', "\0" + good, good[:-1] + "\0}",
                     good + " x", good + good, good[:-1] + ',"email":"other@example.com"}',
                     good[:-1] + f',"email":{json.dumps(email)}}}', good[:-1] + r',"\u0065mail":"other@example.com"}',
                     good[:-1] + ',"more":{"a":1,"a":2}}', good[:-1] + ',"more":[[{"a":1,"b":2,"a":1}]]}'):
            for path in self.paths:
                self.assert_fails(self.post(path, body, {"Content-Type": "application/json"}), 400,
                                  "The body is not valid JSON")
        for body in (good + " \n", good[:-1] + ',"more":{"email":1,"x":{"email":2}},"Email":3}'):
            self.assertEqual(self.post("/api/auth/login", body, {"Content-Type": "application/json"}).status, 200)
        for path in ("/api/auth/refresh", "/api/users/me/password"):
            method = "PATCH" if path.endswith("password") else "POST"
            body = '{"refresh_token":"x","current_password":"x","password":"xxxxxxxx"}\0'
            fields = {"Content-Type": "application/json"} | bearer(log_in(self.port, email)[0])
            self.assert_fails(self.ask(method, path, fields, body), 400, "The body is not valid JSON")

    def test_over_64_kib_413_and_closed(self):
        body = b'{"name":"' + b"x" * 65536 + b'"}'
        for path in self.paths:
            with Connection(self.port) as connection:
                self.assert_fails(connection.ask("POST", path, {"Content-Type": "application/json"}, body), 413)
                self.assertTrue(connection.is_closed())

    def test_chunked_bodies_have_the_limit_too(self):
        lines = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
        with Connection(self.port) as connection:
            connection.send(request(self.port, "POST", "/api/auth/login", lines))
            connection.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
            connection.send(b"8001\r\n" + b"x" * 0x8001 + b"\r\n")
            self.assert_fails(connection.read_answer(), 413)

    def test_compressed_bodies_are_refused(self):
        fields = {"Content-Type": "application/json", "Content-Encoding": "deflate"}
        self.assert_fails(self.post("/api/auth/login", zlib.compress(b" " * 10_000_000), fields), 415)

    def test_exactly_64_kib_is_read(self):
        body = json.dumps({"name": "a", "email": new_email(), "password": PASSWORD})
        body += " " * (65536 - len(body))
        self.assertEqual(self.post("/api/auth/register", body, {"Content-Type": "application/json"}).status, 200)

    def test_a_refused_body_is_never_the_next_request(self):
        inner = request(self.port, "GET", "/api/healthchecker")
        for method, path, status in (("GET", "/api/users/me", 401), ("GET", "/", 200), ("OPTIONS", "/", 204),
                                     ("POST", "/nowhere", 404), ("PUT", "/api/users/me", 405),
                                     ("POST", "/api/auth/logout", 401), ("PATCH", "/api/users/me/password", 401)):
            with Connection(self.port) as connection:
                connection.send(request(self.port, method, path, [("Content-Length", str(len(inner)))]))
                connection.send(inner)
                self.assertEqual(connection.read_answer().status, status)
                answer = connection.ask("GET", "/api/users/me")
                self.assertEqual(answer.status, 401)

    def test_a_header_line_over_8_kib_is_refused(self):
        with Connection(self.port) as connection:
            connection.send(request(self.port, "GET", "/", {"X": "y" * 9000}))
            self.assertEqual(connection.read_answer().status, 431)

    def test_unknown_route_and_wrong_method(self):
        self.assert_fails(self.ask("GET", "/nowhere"), 404)
        self.assert_fails(self.ask("GET", "/api/users/me/"), 404)
        self.assert_fails(self.ask("DELETE", "/api/users/you"), 404)
        for method, path, allowed in (("POST", "/api/users/me", {"GET", "HEAD", "OPTIONS"}),
                                      ("GET", "/api/auth/login", None), ("PUT", "/", {"GET", "HEAD", "OPTIONS"}),
                                      ("DELETE", "/api/auth/logout", {"GET", "HEAD", "POST", "OPTIONS"}),
                                      ("GET", "/api/auth/register", {"POST", "OPTIONS"})):
            if allowed is None:
                continue
            answer = self.ask(method, path)
            self.assert_fails(answer, 405)
            self.assertEqual(set(answer.one("Allow").split(", ")), allowed)


class LogIn(Contract):
    def test_gives_a_token_in_body_and_cookie(self):
        email = register(self.port)
        answer = self.post("/api/auth/login", {"email": email.upper(), "password": PASSWORD})
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json()), ["status", "token"])
        token = answer.json()["token"]
        self.assertEqual(answer.cookie("token"), (token, "HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"))
        value, attributes = answer.cookie("refresh_token")
        self.assertRegex(value, r"^[\w-]{43}$")
        self.assertEqual(attributes, "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=604800")
        self.assertEqual(answer.one("Cache-Control"), "no-store")
        claims = claims_of(token)
        self.assertEqual(claims["exp"] - claims["iat"], 3600)
        self.assertRegex(claims["sub"], f"^{UUID}$")

    def test_a_client_without_cookies_gets_its_refresh_token_in_the_body(self):
        email = register(self.port)
        body = {"email": email, "password": PASSWORD, "refresh": True}
        answer = self.post("/api/auth/login", body, {"Accept": "application/json"})
        self.assertRegex(answer.json()["refresh_token"], r"^[\w-]{43}$")
        self.assertIsNone(answer.cookie("refresh_token"))
        for fields in ({}, {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}):
            answer = self.post("/api/auth/login", body, fields)
            self.assertNotIn("refresh_token", answer.json())
            self.assertIsNotNone(answer.cookie("refresh_token"))

    def test_wrong_password_and_unknown_email_get_the_same_answer(self):
        email = register(self.port)
        bodies = [self.post("/api/auth/login", {"email": wrong, "password": "not the password"}).body
                  for wrong in (email, new_email(), "no email", "")]
        self.assertEqual(set(bodies), {b'{"message":"Invalid email or password","status":"fail"}'})

    def test_wrong_password_and_unknown_email_take_the_same_time(self):
        def took(email):
            start = time.perf_counter()
            self.assertEqual(self.post("/api/auth/login", {"email": email, "password": "wrong password"}).status, 400)
            return time.perf_counter() - start
        # The requests take turns, and the fastest of each kind counts: a busy machine does not delay all of them. The limit of
        # one half is far above the difference that an attacker could use, and far below that of a skipped Argon2id.
        pairs = []
        for _ in range(10):
            email = register(self.port)
            pairs += [(took(email), took(new_email())) for _ in range(4)]
            known, unknown = (min(times) for times in zip(*pairs))
            if known / 2 < unknown < 2 * known and len(pairs) >= 16:
                return
        self.fail(f"{known:.4f} s for a known e-mail, {unknown:.4f} s for an unknown one")

    def test_after_five_failures_429(self):
        email, other = register(self.port), register(self.port)
        for _ in range(5):
            self.assertEqual(self.post("/api/auth/login", {"email": email, "password": "wrong"}).status, 400)
        for password in ("wrong", PASSWORD):
            answer = self.post("/api/auth/login", {"email": email.upper(), "password": password})
            self.assert_fails(answer, 429)
            self.assertTrue(1 <= int(answer.one("Retry-After")) <= 60)
        self.assertEqual(self.post("/api/auth/login", {"email": other, "password": PASSWORD}).status, 200)

    def test_the_limit_holds_for_parallel_guesses(self):
        email, answers = register(self.port), []
        def guess():
            answers.append(self.post("/api/auth/login", {"email": email, "password": "wrong"}).status)
        threads = [threading.Thread(target=guess) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), 5 * [400] + 15 * [429])

    def test_the_database_holds_an_argon2id_hash(self):
        email = register(self.port)
        with sqlite3.connect(self.server.folder / "account.db") as database:
            (stored,) = database.execute("select password from users where email = ?", (email,)).fetchone()
        self.assertRegex(stored, r"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$")

    def test_a_weak_hash_is_replaced_at_login(self):
        email = register(self.port)
        path = self.server.folder / "account.db"
        # The hash of the password "password123" with m=8 MiB, t=1, as an older configuration would have stored it.
        weak = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
        with sqlite3.connect(path) as database:
            database.execute("update users set password = ? where email = ?", (weak + WEAK_HASH, email))
        self.assertEqual(self.post("/api/auth/login", {"email": email, "password": "password123"}).status, 200)
        with sqlite3.connect(path) as database:
            (stored,) = database.execute("select password from users where email = ?", (email,)).fetchone()
        self.assertIn("m=19456,t=2,p=1", stored)
        self.assertEqual(self.post("/api/auth/login", {"email": email, "password": "password123"}).status, 200)


WEAK_HASH = "PjV3R/py1iiVX84GQuBOk7bWefQPSYBSD8tWVkiDRzo"


class Guard(Contract):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token, cls.refresh_token = new_login(cls.port)

    def me(self, fields):
        return self.ask("GET", "/api/users/me", fields)

    def test_shows_the_user_by_header_or_cookie(self):
        for fields in (bearer(self.token), {"Cookie": f"token={self.token}"},
                       {"Authorization": f"bearer   {self.token}"},
                       {"Cookie": f"a=b; token={self.token}; c=d", **bearer(self.token)}):
            answer = self.me(fields)
            self.assertEqual(answer.status, 200, fields)
            self.assertEqual(answer.json()["data"]["user"]["id"], claims_of(self.token)["sub"])
            self.assertEqual(answer.one("Cache-Control"), "no-store")

    def test_no_credentials(self):
        for fields in ({}, {"Authorization": ""}, {"Authorization": "Basic YTpi"}, {"Cookie": "other=1"},
                       {"Cookie": "token="}):
            answer = self.me(fields)
            self.assertEqual((answer.status, answer.body.decode()), (401, NOT_LOGGED_IN))
            self.assertEqual(answer.one("WWW-Authenticate"), 'Bearer realm="account"')
            self.assertEqual(answer.one("Cache-Control"), "no-store")

    def test_more_than_one_or_malformed_credentials_400(self):
        other = "a.b.c"
        for fields in ({"Cookie": f"token={self.token}", **bearer(other)},
                       {"Cookie": f"token={self.token}; token={other}"},
                       [("Cookie", f"token={self.token}"), ("Cookie", "a=b")],
                       [("Authorization", f"Bearer {self.token}"), ("Authorization", f"Bearer {self.token}")],
                       {"Authorization": "Bearer"}, {"Authorization": "Bearer a b"}, {"Authorization": "Bearer a,b"},
                       {"Cookie": 'token="quoted"'}):
            answer = self.me(fields)
            self.assert_fails(answer, 400)
            self.assertIn('error="invalid_request"', answer.one("WWW-Authenticate"))

    def test_another_credential_beside_the_cookie_400(self):
        for path in ("/api/users/me", "/api/auth/login", "/api/admin/users"):
            for other in ("Basic YTpi", "Basic", "basic  YTpi", "Digest a=b", "DPoP a.b.c", "Bearers x", f"token {self.token}",
                          "?"):
                answer = self.ask("GET", path, {"Cookie": f"token={self.token}", "Authorization": other})
                self.assert_fails(answer, 400, "The request must carry exactly one well-formed token")
                self.assertIn('error="invalid_request"', answer.one("WWW-Authenticate"))
        for none in ("", " ", "\t"):
            self.assertEqual(self.me({"Cookie": f"token={self.token}", "Authorization": none}).status, 200)
        # Without the token's cookie it is a single credential, of a scheme that is not accepted here.
        for cookie in ("token=", "other=x", f"refresh_token={self.refresh_token}"):
            answer = self.me({"Cookie": cookie, "Authorization": "Basic YTpi"})
            self.assertEqual((answer.status, answer.body.decode()), (401, NOT_LOGGED_IN))

    def test_bad_tokens(self):
        now = int(time.time())
        good = {"iss": "account", "sub": str(uuid.uuid4()), "iat": now, "exp": now + 60, "jti": "1", "sid": "s"}
        def changed(**changes):
            return {key: value for key, value in (good | changes).items() if value is not None}
        header, payload, signature = self.token.split(".")
        none = base64url(b'{"alg":"none"}')
        tokens = [other for other in ("x", "a.b.c", f"{header}.{payload}.", f"{none}.{payload}.",
                                      f"{header}.{payload}.{signature[:-4]}AAAA", self.refresh_token)]
        tokens += [sign(good, "another secret, of the right length, but another"), sign(changed(exp=now - 1)),
                   sign(changed(exp=None)), sign(changed(iat=None)), sign(changed(jti=None)), sign(changed(sub=None)),
                   sign(changed(iss="other")), sign(changed(sub="42")), sign(changed(sub="' or 1=1 --")),
                   sign(changed(sub=good["sub"].upper() + "x")), sign(changed(aud="api")), sign(changed(sid=None))]
        for token in tokens:
            answer = self.me(bearer(token))
            self.assertEqual((answer.status, answer.body.decode()), (401, INVALID_TOKEN), token)
            self.assertIn('error="invalid_token"', answer.one("WWW-Authenticate"))

    def test_a_deleted_user_is_refused(self):
        email = register(self.port)
        token, refresh_token = log_in(self.port, email)
        with sqlite3.connect(self.server.folder / "account.db") as database:
            database.execute("delete from users where email = ?", (email,))
        answer = me(self.port, token)
        self.assertEqual((answer.status, answer.body.decode()),
                         (401, '{"status":"fail","message":"The user belonging to this token no longer exists"}'))
        self.assertIn("Bearer", answer.one("WWW-Authenticate"))
        self.assertEqual(self.post("/api/auth/refresh", {"refresh_token": refresh_token}).status, 401)

    def test_shows_the_claims_and_not_the_token(self):
        answer = self.ask("GET", "/api/auth/login", bearer(self.token))
        data = answer.json()["data"]
        self.assertTrue(3500 < data.pop("expires_in") <= 3600)
        self.assertEqual(data, {"header": {"alg": "HS256", "typ": "JWT"}, "claims": claims_of(self.token)})
        self.assertNotIn(self.token.split(".")[2].encode(), answer.body)

    def test_admin_only(self):
        self.assertEqual(self.ask("GET", "/api/admin/users").status, 401)
        self.assert_fails(self.ask("GET", "/api/admin/users", bearer(self.token)), 403)
        email = register(self.port)
        with sqlite3.connect(self.server.folder / "account.db") as database:
            database.execute("update users set role = 'admin' where email = ?", (email,))
        answer = self.ask("GET", "/api/admin/users", bearer(log_in(self.port, email)[0]))
        self.assertEqual(answer.status, 200)
        self.assertIn(email, [user["email"] for user in answer.json()["data"]["users"]])
        self.assertNotIn(b"argon2", answer.body)


class Endings(Contract):
    def test_log_out_revokes_the_token_and_the_refresh_token(self):
        for method in ("GET", "POST"):
            token, refresh_token = new_login(self.port)
            other = new_login(self.port)[0]
            answer = self.ask(method, "/api/auth/logout", bearer(token))
            self.assertEqual((answer.status, answer.body), (200, b'{"status":"success"}'))
            self.assertEqual(answer.cookie("token"), ("", "HttpOnly; SameSite=Lax; Path=/; Max-Age=0"))
            self.assertEqual(answer.cookie("refresh_token"), ("", "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=0"))
            refused = me(self.port, token)
            self.assertEqual((refused.status, refused.body.decode()), (401, INVALID_TOKEN))
            self.assertEqual(self.post("/api/auth/refresh", {"refresh_token": refresh_token}).status, 401)
            self.assertEqual(me(self.port, other).status, 200)
            self.assertEqual(self.ask(method, "/api/auth/logout", bearer(token)).status, 401)
        self.assertEqual(self.ask("GET", "/api/auth/logout").body.decode(), NOT_LOGGED_IN)

    def test_another_site_may_not_log_out(self):
        token = new_login(self.port)[0]
        cookie = {"Cookie": f"token={token}", "Sec-Fetch-Site": "cross-site"}
        self.assert_fails(self.ask("GET", "/api/auth/logout", cookie), 403)
        self.assertEqual(me(self.port, token).status, 200)
        cookie["Sec-Fetch-Site"] = "same-origin"
        self.assertEqual(self.ask("GET", "/api/auth/logout", cookie).status, 200)

    def test_log_out_everywhere(self):
        email = register(self.port)
        logins = [log_in(self.port, email) for _ in range(3)]
        answer = self.ask("POST", "/api/auth/logout-all", bearer(logins[0][0]))
        self.assertEqual((answer.status, answer.json()), (200, {"status": "success"}))
        for token, refresh_token in logins:
            self.assertEqual(me(self.port, token).status, 401)
            self.assertEqual(self.post("/api/auth/refresh", {"refresh_token": refresh_token}).status, 401)
        # A login in the same second is dated to the next one, so its token is valid at once.
        self.assertEqual(me(self.port, log_in(self.port, email)[0]).status, 200)

    def test_refresh_gives_a_new_pair(self):
        first = new_login(self.port)[1]
        answer = self.post("/api/auth/refresh", {"refresh_token": first})
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json()), ["refresh_token", "status", "token"])
        self.assertNotEqual(answer.json()["refresh_token"], first)
        self.assertEqual(me(self.port, answer.json()["token"]).status, 200)

    def test_refresh_by_cookie_sets_cookies(self):
        first = new_login(self.port)[1]
        fields = self.origin() | {"Cookie": f"refresh_token={first}"}
        answer = self.ask("POST", "/api/auth/refresh", fields)
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json()), ["status", "token"])
        self.assertIsNotNone(answer.cookie("token"))
        self.assertNotEqual(answer.cookie("refresh_token")[0], first)

    def test_bad_refresh_requests(self):
        first, second = new_login(self.port)[1], new_login(self.port)[1]
        answer = self.ask("POST", "/api/auth/refresh")
        self.assertEqual((answer.status, answer.body.decode()), (401, NOT_LOGGED_IN))
        self.assert_fails(self.post("/api/auth/refresh", {"refresh_token": 1}), 422)
        self.assert_fails(self.post("/api/auth/refresh", {}), 422)
        self.assert_fails(self.post("/api/auth/refresh", "x", {"Content-Type": "text/plain"}), 415)
        for wrong in ("x", "A" * 43, first + "x", new_login(self.port)[0]):
            self.assertEqual(self.post("/api/auth/refresh", {"refresh_token": wrong}).status, 401)
        double = self.origin() | {"Cookie": f"refresh_token={first}; refresh_token={first}x"}
        self.assert_fails(self.ask("POST", "/api/auth/refresh", double), 400)
        both = self.origin() | {"Cookie": f"refresh_token={first}"}
        self.assert_fails(self.post("/api/auth/refresh", {"refresh_token": second}, both), 400)
        self.assertEqual(self.post("/api/auth/refresh", {"refresh_token": first}).status, 200)

    def test_only_the_hash_of_a_refresh_token_is_stored(self):
        first = new_login(self.port)[1]
        self.post("/api/auth/refresh", {"refresh_token": first})
        hashed = hashlib.sha256(first.encode()).hexdigest()
        with sqlite3.connect(self.server.folder / "account.db") as database:
            text = "\n".join(database.iterdump()).lower()  # iterdump prints blobs in hexadecimal
        self.assertIn(hashed, text)
        for secret in (first.lower(), first.encode().hex()):
            self.assertNotIn(secret, text)

    def test_a_new_password_ends_all_other_logins(self):
        email = register(self.port)
        token, refresh_token = log_in(self.port, email)
        other = log_in(self.port, email)[0]
        def change(body, fields=bearer(token)):
            return self.ask("PATCH", "/api/users/me/password", fields, body)
        self.assertEqual(change({"current_password": PASSWORD, "password": "x" * 8}, {}).status, 401)
        self.assert_fails(change({"current_password": PASSWORD}), 422)
        self.assert_fails(change({"current_password": PASSWORD, "password": "short"}), 400)
        answer = change({"current_password": "wrong", "password": "a new password"})
        self.assert_fails(answer, 400)
        self.assertEqual(answer.json()["field"], "current_password")
        answer = change({"current_password": PASSWORD, "password": "a new password"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(me(self.port, answer.json()["token"]).status, 200)
        for old in (token, other):
            self.assertEqual(me(self.port, old).status, 401)
        self.assertEqual(self.post("/api/auth/refresh", {"refresh_token": refresh_token}).status, 401)
        self.assert_fails(self.post("/api/auth/login", {"email": email, "password": PASSWORD}), 400)
        log_in(self.port, email, "a new password")


class Origins(Contract):
    def test_an_unsafe_request_with_a_cookie_needs_an_own_origin(self):
        host = f"127.0.0.1:{self.port}"
        for origin, status in ((f"http://{host}", 200), (f"https://{host}", 403), (CLIENT, 200), (None, 403),
                               ("null", 403), ("https://evil.example", 403), (f"http://{host}.evil.example", 403),
                               (f"http://evil.example/{host}", 403), ("http://127.0.0.1", 403), (f"ftp://{host}", 403),
                               (f"http://user@{host}", 403), (CLIENT + "/", 403)):
            token = new_login(self.port)[0]
            fields = {"Cookie": f"token={token}"} | ({"Origin": origin} if origin else {})
            self.assertEqual(self.ask("POST", "/api/auth/logout", fields).status, status, origin)
            self.assertEqual(me(self.port, token).status, 401 if status == 200 else 200, origin)

    def test_two_origins_are_refused(self):
        own = self.origin()["Origin"]
        fields = [("Cookie", f"token={new_login(self.port)[0]}"), ("Origin", own), ("Origin", own)]
        self.assertEqual(self.ask("POST", "/api/auth/logout", fields).status, 403)

    def test_the_refresh_cookie_needs_an_own_origin_too(self):
        fields = {"Cookie": f"refresh_token={new_login(self.port)[1]}"}
        self.assertEqual(self.ask("POST", "/api/auth/refresh", fields).status, 403)

    def test_preflight(self):
        for path in ("/api/auth/login", "/nowhere", "/"):
            answer = self.ask("OPTIONS", path, {"Origin": CLIENT, "Access-Control-Request-Method": "POST"})
            self.assertEqual(answer.status, 204)
            self.assertEqual(answer.one("Access-Control-Allow-Origin"), CLIENT)
            self.assertEqual(answer.one("Access-Control-Allow-Credentials"), "true")
            self.assertEqual(answer.one("Access-Control-Allow-Methods"), "GET, POST, PATCH, DELETE")
            self.assertEqual(answer.one("Access-Control-Allow-Headers"), "Authorization, Accept, Content-Type")
            self.assertEqual(answer.one("Vary"), "Origin")

    def test_the_real_answers_have_the_fields_too(self):
        for path in ("/api/users/me", "/api/healthchecker", "/nowhere"):
            answer = self.ask("GET", path, {"Origin": CLIENT})
            self.assertEqual(answer.one("Access-Control-Allow-Origin"), CLIENT)
            self.assertEqual(answer.one("Access-Control-Allow-Credentials"), "true")
            self.assertEqual(answer.one("Vary"), "Origin")

    def test_other_origins_are_refused(self):
        for origin in (None, "null", "http://localhost:3001", "https://localhost:3000", "http://localhost:3000.evil"):
            for method in ("OPTIONS", "GET"):
                answer = self.ask(method, "/api/users/me", {"Origin": origin} if origin else {})
                self.assertIsNone(answer.one("Access-Control-Allow-Origin"))
                self.assertEqual(answer.one("Vary"), "Origin")


class SecureCookies(unittest.TestCase):
    def test_have_prefixes_and_only_those_are_read(self):
        with Server("account", JWT_SECRET=SECRET, COOKIE_SECURE="true", JWT_MAXAGE="5",
                    JWT_EXPIRED_IN="90s", REFRESH_MAXAGE="2") as server:
            email = register(server.port)
            answer = ask(server.port, "POST", "/api/auth/login", body={"email": email, "password": PASSWORD})
            token, attributes = answer.cookie("__Host-token")
            self.assertEqual(attributes, "HttpOnly; SameSite=Lax; Path=/; Max-Age=300; Secure")
            self.assertEqual(answer.cookie("__Secure-refresh_token")[1],
                             "HttpOnly; SameSite=Strict; Path=/api/auth; Max-Age=120; Secure")
            claims = claims_of(token)
            self.assertEqual(claims["exp"] - claims["iat"], 90)
            for name, status in (("__Host-token", 200), ("token", 401), ("__host-token", 401)):
                self.assertEqual(ask(server.port, "GET", "/api/users/me", {"Cookie": f"{name}={token}"}).status, status)
            # cpp-httplib decodes fields. Another host under the same domain can set these cookies, but none with the prefix.
            for cookie in (f"theme=%3B%20__Host-token={token}", f"__Host%2Dtoken={token}", f"theme=x%3b__Host-token={token}"):
                self.assertEqual(ask(server.port, "GET", "/api/users/me", {"Cookie": cookie}).status, 401, cookie)


if __name__ == "__main__":
    unittest.main()
