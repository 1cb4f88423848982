#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service during failures: two instances, databases that go away and come back, and a server that is killed.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import os
import shutil
import signal
import tempfile
import threading
import unittest

from account_client import PASSWORD, SECRET, bearer, log_in, me, new_email, new_login, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server, eventually


def refresh(port, token):
    return ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})


def children(process):
    """The ids of the processes that a process started."""
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(number) for number in file.read().split()]


class Faults(unittest.TestCase):
    def assert_told_by_id_only(self, server, answer):
        self.assertIn(answer.status, (500, 503))
        body = answer.json()
        self.assertIn("Something went wrong on our side", body["message"])
        lines = [line for line in server.log() if line.get("request") == body["id"]]
        self.assertTrue(any(line["event"] == "store_unavailable" for line in lines), lines)
        self.assertNotIn("SQL", answer.body.decode())

    def assert_unavailable(self, server, answer):
        self.assertEqual((answer.status, answer.one("Retry-After"), answer.all("Set-Cookie")), (503, "5", []), answer)
        self.assert_told_by_id_only(server, answer)

    def test_two_instances_share_their_stores(self):
        with Postgres() as postgres, Redis() as redis:
            settings = {"JWT_SECRET": SECRET, "DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "REFRESH_GRACE": "0"}
            with Server("account", **settings) as one, Server("account", **settings) as two:
                answer = ask(one.port, "GET", "/api/healthchecker")
                self.assertIn("cpp-httplib and PostgreSQL", answer.json()["message"])
                email = register(one.port)
                token, refresh_token = log_in(one.port, email)
                self.assertEqual(me(two.port, token).status, 200)
                self.assertEqual(ask(two.port, "POST", "/api/auth/logout", bearer(token)).status, 200)
                for port in (one.port, two.port):
                    self.assertEqual(me(port, token).status, 401)
                    self.assertEqual(refresh(port, refresh_token).status, 401)
                # A refresh token is accepted once, by any instance.
                first = log_in(two.port, email)[1]
                self.assertEqual(refresh(one.port, first).status, 200)
                self.assertEqual(refresh(two.port, first).status, 401)
                tokens = [log_in(port, email)[0] for port in (one.port, two.port)]
                self.assertEqual(ask(one.port, "POST", "/api/auth/logout-all", bearer(tokens[0])).status, 200)
                for token in tokens:
                    self.assertEqual(me(two.port, token).status, 401)
                # Of several registrations of one e-mail at both instances, one succeeds.
                email, answers = new_email(), []
                def compete(port):
                    body = {"name": "A", "email": email, "password": PASSWORD}
                    answers.append(ask(port, "POST", "/api/auth/register", body=body).status)
                threads = [threading.Thread(target=compete, args=(port,)) for port in 3 * [one.port, two.port]]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual(sorted(answers), [200] + 5 * [409])

    def test_postgresql_goes_and_comes_back(self):
        with Postgres() as postgres, Redis() as redis:
            settings = {"JWT_SECRET": SECRET, "DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
            with Server("account", **settings) as server:
                email = register(server.port)
                token = log_in(server.port, email)[0]
                postgres.stop()
                answer = me(server.port, token)
                self.assertEqual(answer.status, 500)
                self.assert_told_by_id_only(server, answer)
                for path, body in (("login", {"email": email, "password": PASSWORD}),
                                   ("register", {"name": "A", "email": new_email(), "password": PASSWORD})):
                    self.assert_unavailable(server, ask(server.port, "POST", f"/api/auth/{path}", body=body))
                self.assertEqual(ask(server.port, "GET", "/api/healthchecker").status, 200)
                deep = ask(server.port, "GET", "/api/healthchecker?deep=1")
                self.assertEqual((deep.status, deep.json()["message"]), (503, "PostgreSQL cannot be asked"))
                postgres.start()
                # At once: no request gets a connection that broke meanwhile.
                self.assertEqual(me(server.port, token).status, 200)
                log_in(server.port, email)

    def test_postgresql_alone_goes_and_comes_back(self):
        with Postgres() as postgres:
            with Server("account", JWT_SECRET=SECRET, DATABASE_URL=postgres.url) as server:
                email = register(server.port)
                token, refresh_token = log_in(server.port, email)
                revoked = new_login(server.port)[0]
                self.assertEqual(ask(server.port, "POST", "/api/auth/logout", bearer(revoked)).status, 200)
                postgres.stop()
                # Revocations are in the database, too: if they cannot be read, the request is refused.
                for asked in (token, revoked):
                    answer = me(server.port, asked)
                    self.assertEqual((answer.status, answer.one("WWW-Authenticate")), (503, None))
                    self.assertIsNotNone(answer.one("Retry-After"))
                    self.assert_told_by_id_only(server, answer)
                for path, body in (("login", {"email": email, "password": PASSWORD}), ("refresh", {"refresh_token": refresh_token}),
                                   ("register", {"name": "A", "email": new_email(), "password": PASSWORD})):
                    self.assert_unavailable(server, ask(server.port, "POST", f"/api/auth/{path}", body=body))
                answer = ask(server.port, "POST", "/api/auth/logout", bearer(token))
                self.assertEqual(answer.status, 503)
                self.assertIsNone(answer.cookie("token"))
                self.assertEqual(me(server.port, "a.b.c").status, 401)  # requests that need no database are answered as before
                self.assertEqual(ask(server.port, "GET", "/").status, 200)
                text = server.log_text()
                for secret in (SECRET, PASSWORD, email, postgres.url, refresh_token, *token.split(".")[1:], *revoked.split(".")[1:]):
                    self.assertNotIn(secret, text)
                postgres.start()
                self.assertEqual(me(server.port, token).status, 200)
                self.assertEqual(me(server.port, revoked).status, 401)
                self.assertEqual(refresh(server.port, refresh_token).status, 200)
                log_in(server.port, email)

    def test_a_request_to_a_hanging_postgresql_ends_at_the_timeout(self):
        with Postgres() as postgres:
            with Server("account", JWT_SECRET=SECRET, DATABASE_URL=postgres.url) as server:
                token = new_login(server.port)[0]
                backends = children(postgres.pid())
                frozen = [postgres.pid(), *backends]
                for process in frozen:
                    os.kill(process, signal.SIGSTOP)
                try:
                    self.assertIn(me(server.port, token).status, (500, 503))
                    self.assertEqual(ask(server.port, "GET", "/api/healthchecker").status, 200)
                finally:
                    for process in frozen:
                        os.kill(process, signal.SIGCONT)
                eventually(lambda: me(server.port, token).status == 200, what="recovery")

    def test_redis_goes_and_comes_back(self):
        with Redis() as redis:
            with Server("account", JWT_SECRET=SECRET, REDIS_URL=redis.url) as server:
                email = register(server.port)
                token = log_in(server.port, email)[0]
                revoked = new_login(server.port)[0]
                self.assertEqual(ask(server.port, "POST", "/api/auth/logout", bearer(revoked)).status, 200)
                redis.stop()
                for asked in (token, revoked):
                    answer = me(server.port, asked)
                    self.assertEqual(answer.status, 503)
                    self.assertIsNotNone(answer.one("Retry-After"))
                    self.assertIsNone(answer.one("WWW-Authenticate"))
                    self.assert_told_by_id_only(server, answer)
                body = {"email": email, "password": PASSWORD}
                self.assert_unavailable(server, ask(server.port, "POST", "/api/auth/login", body=body))
                deep = ask(server.port, "GET", "/api/healthchecker?deep=1")
                self.assertEqual((deep.status, deep.json()["message"]), (503, "Redis cannot be asked"))
                redis.start()
                self.assertEqual(me(server.port, token).status, 200)
                self.assertEqual(me(server.port, revoked).status, 401)

    def kill_under_load(self, **variables):
        """Kills the server while clients register and log in. Every change that was answered with 200 must survive."""
        folder = tempfile.mkdtemp(prefix="credence-kill-")
        self.addCleanup(shutil.rmtree, folder)
        registered, logged_in, logged_out, exchanged, tried = [], [], [], [], []
        server = Server("account", folder=folder, JWT_SECRET=SECRET, REFRESH_GRACE="0", **variables)

        def client(port):
            try:
                while True:
                    email = new_email()
                    tried.append(email)
                    registered.append(register(port, email))
                    token, refresh_token = log_in(port, email)
                    logged_in.append(token)
                    answer = refresh(port, refresh_token)
                    if answer.status == 200:
                        exchanged.append(refresh_token)
                    other = log_in(port, email)[0]
                    if ask(port, "POST", "/api/auth/logout", bearer(other)).status == 200:
                        logged_out.append(other)
            except (OSError, IndexError, ValueError):
                pass  # the server was killed

        for _ in range(3):
            server.start()
            before = len(logged_out)
            threads = [threading.Thread(target=client, args=(server.port,)) for _ in range(6)]
            for thread in threads:
                thread.start()
            eventually(lambda: len(logged_out) >= before + 4, 60, "some logins")
            server.kill()
            for thread in threads:
                thread.join()
        server.start()
        try:
            self.assertEqual(ask(server.port, "GET", "/api/healthchecker?deep=1").status, 200)
            self.check(server.port, registered, tried, logged_in, logged_out, exchanged)
        finally:
            server.stop()

    def check(self, port, registered, tried, logged_in, logged_out, exchanged):
        for token in logged_in:
            self.assertEqual(me(port, token).status, 200)
        for token in logged_out:
            self.assertEqual(me(port, token).status, 401)
        for token in exchanged:
            self.assertEqual(refresh(port, token).status, 401)
        for email in registered:
            log_in(port, email)
        # A registration without an answer was stored as a whole, or not at all.
        for email in set(tried) - set(registered):
            body = {"email": email, "password": PASSWORD}
            known = ask(port, "POST", "/api/auth/login", body=body).status == 200
            body["name"] = "A"
            again = ask(port, "POST", "/api/auth/register", body=body).status
            self.assertEqual(again, 409 if known else 200)

    def test_killed_on_sqlite(self):
        self.kill_under_load()

    def test_killed_on_postgresql_and_redis(self):
        with Postgres() as postgres, Redis() as redis:
            self.kill_under_load(DATABASE_URL=postgres.url, REDIS_URL=redis.url)


if __name__ == "__main__":
    unittest.main()
