#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's log: a JSON line for each request, the reason of each rejection, and never a secret.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev
import sqlite3
import unittest

from account_client import SECRET, bearer, log_in, me, new_email, register
from raw_http import Connection, ask, request
from running import Server, eventually

PASSWORD = "a-password-that-is-never-logged"


class Logs(unittest.TestCase):
    def test_no_token_secret_or_password_is_in_the_log(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            port, email = server.port, new_email()
            register(port, email, PASSWORD, name="name-of-a-person")
            token, refresh_token = log_in(port, email, PASSWORD)
            answer = ask(port, "POST", "/api/auth/refresh", body={"refresh_token": refresh_token})
            new_token, new_refresh_token = answer.json()["token"], answer.json()["refresh_token"]
            cookie = ask(port, "POST", "/api/auth/login", body={"email": email, "password": PASSWORD})
            secrets = [SECRET, PASSWORD, email, token, refresh_token, new_token, new_refresh_token,
                       cookie.cookie("refresh_token")[0], cookie.cookie("token")[0]]
            secrets += [part for secret in (token, new_token) for part in secret.split(".")[1:]]
            # Every place where a client could put a secret by mistake.
            for path in (f"/{token}", f"/api/users/me?token={token}", f"/api/users/me/{token}", f"/?password={PASSWORD}"):
                for method in ("GET", "POST", "DELETE", "OPTIONS"):
                    ask(port, method, path)
            for fields in ({"Authorization": f"Bearer {token}x"}, {"Authorization": f"Basic {token}"},
                           {"Authorization": f"Bearer {token} {token}"}, {"Cookie": f"token={token}; token={token}"},
                           {"User-Agent": token, "Referer": f"http://a/{token}", "Origin": f"http://{token}"}):
                ask(port, "GET", "/api/users/me", fields)
            for body in (f'{{"email": "{email}", "password": "{PASSWORD}"', {"email": PASSWORD, "password": token},
                         {"name": PASSWORD, "email": PASSWORD, "password": PASSWORD}, {"refresh_token": token}):
                for path in ("/api/auth/login", "/api/auth/register", "/api/auth/refresh"):
                    ask(port, "POST", path, {"Content-Type": "application/json"}, body)
            with Connection(port) as connection:
                connection.send(f"NONSENSE {token} {PASSWORD}\r\n\r\n".encode())
                connection.read_answer()
            ask(port, "PATCH", "/api/users/me/password", bearer(new_token),
                {"current_password": PASSWORD, "password": PASSWORD + "2"})
            with sqlite3.connect(server.folder / "account.db") as database:
                secrets += [row[0] for row in database.execute("select password from users")]
                database.execute("drop table users")
            me(port, new_token)  # the reason of a broken database is logged, too
            text = server.log_text()
            self.assertGreater(len(server.log()), 40)
            for secret in secrets:
                self.assertNotIn(secret, text)

    def test_a_line_for_each_request_with_the_reason_of_a_rejection(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            def requests():
                return [entry for entry in server.log() if entry["event"] == "request"]

            for fields, status, reason in (({}, 401, "the request carries no bearer token"),
                                           (bearer("a.b.c"), 401, "a part of the token is not strict base64url"),
                                           ([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], 400,
                                            "exactly one well-formed credential")):
                before = len(requests())
                ask(server.port, "GET", "/api/users/me", fields)
                line = eventually(lambda: requests()[before:])[-1]  # written after the answer is sent
                self.assertEqual((line["method"], line["path"], line["status"]), ("GET", "/api/users/me", status))
                self.assertIn(reason, line["reason"])
                self.assertIn("microseconds", line)

    def test_a_client_cannot_forge_a_line(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            with Connection(server.port) as connection:
                connection.send(request(server.port, 'GET', '/%0a{"level":"error"}', {"X-Forwarded-For": '"\n{}'}))
                connection.read_answer()
            server.log()  # every line is JSON, or this throws


if __name__ == "__main__":
    unittest.main()
