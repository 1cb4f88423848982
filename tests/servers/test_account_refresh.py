#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's refresh tokens while its databases fail: an error of the service ends no login.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import contextlib
import pathlib
import shutil
import sqlite3
import tempfile
import threading
import unittest

from account_client import SECRET, bearer, log_in, me, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server, eventually, must_be_built

must_be_built("account")


def refresh(port, token):
    return ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})


class Refresh(unittest.TestCase):
    def test_while_the_database_is_down_the_token_stays_unused(self):
        with Postgres() as postgres, Redis() as redis:
            settings = {"JWT_SECRET": SECRET, "DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "REFRESH_GRACE": "0"}
            with Server("account", **settings) as server:
                token = log_in(server.port, register(server.port))[1]
                postgres.stop()
                for _ in range(2):  # a retry does not count as a reuse
                    answer = refresh(server.port, token)
                    self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"), answer)
                    self.assertEqual(answer.all("Set-Cookie"), [])
                    self.assertTrue([line for line in server.log() if line.get("request") == answer.json()["id"]])
                postgres.start()
                answer = refresh(server.port, token)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(me(server.port, answer.json()["token"]).status, 200)
                self.assertEqual(refresh(server.port, token).status, 401)

    def test_while_redis_is_down_the_token_stays_unused(self):
        with Redis() as redis, Server("account", JWT_SECRET=SECRET, REDIS_URL=redis.url) as server:
            token = log_in(server.port, register(server.port))[1]
            redis.stop()
            answer = refresh(server.port, token)
            self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"), answer)
            self.assertEqual(answer.all("Set-Cookie"), [])
            redis.start()
            self.assertEqual(refresh(server.port, token).status, 200)

    def test_a_deleted_user_has_no_logins(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            email = register(server.port)
            token = log_in(server.port, email)[1]

            def run(sql, *values):
                with sqlite3.connect(server.folder / "account.db") as database:
                    return database.execute(sql, values).fetchall()

            row = run("select * from users where email = ?", email)[0]
            run("delete from users where email = ?", email)
            answer = refresh(server.port, token)
            self.assertEqual((answer.status, answer.json()["message"]), (401, "Invalid token"))
            self.assertEqual(answer.cookie("refresh_token")[0], "")
            self.assertEqual(run("select count(*) from credence_refresh_tokens"), [(0,)])
            # The login stays ended when the user is restored.
            run(f"insert into users values ({', '.join('?' * len(row))})", *row)
            self.assertEqual(refresh(server.port, token).status, 401)


class Grace(unittest.TestCase):
    """Two instances, and a refresh token that is used twice: by two tabs, or because an answer was lost."""

    @classmethod
    def settings(cls, stack):
        folder = tempfile.mkdtemp(prefix="credence-grace-")
        stack.callback(shutil.rmtree, folder)
        return {"DATABASE_URL": f"sqlite:{pathlib.Path(folder) / 'shared.db'}"}

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.stores = cls.settings(stack)

    def start(self, **variables):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        settings = {"JWT_SECRET": SECRET} | self.stores | variables
        self.ports = [stack.enter_context(Server("account", **settings)).port for _ in range(2)]
        self.email = register(self.ports[0])
        return log_in(self.ports[0], self.email)

    def refresh(self, token, at=0):
        """A page's refresh, by cookie: the answer, and the refresh token that is set."""
        fields = {"Cookie": f"refresh_token={token}", "Origin": f"http://127.0.0.1:{self.ports[at]}"}
        answer = ask(self.ports[at], "POST", "/api/auth/refresh", fields)
        cookie = answer.cookie("refresh_token")
        return answer, cookie and cookie[0]

    def refreshed(self, token, at=0):
        answer, successor = self.refresh(token, at)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([me(port, answer.json()["token"]).status for port in self.ports], [200, 200])
        return successor

    def assert_over(self, tokens, refresh_tokens):
        for token in refresh_tokens:
            answer, successor = self.refresh(token, 1)
            self.assertEqual((answer.status, answer.json()["message"]), (401, "Invalid token"))
            self.assertEqual((successor, answer.cookie("token")[0]), ("", ""))
        for token in tokens:
            self.assertEqual([me(port, token).status for port in self.ports], [401, 401])

    def test_two_tabs_at_once_get_the_same_successor(self):
        token, first = self.start()
        second = self.refreshed(first)
        self.assertEqual([self.refreshed(first, at) for at in (1, 0, 1)], 3 * [second])
        third = self.refreshed(second, 1)
        self.assertNotIn(third, (first, second))
        self.assertEqual(me(self.ports[1], token).status, 200)

    def test_a_tab_that_is_too_late_is_refused_and_ends_no_login(self):
        token, first = self.start(REFRESH_GRACE="5m")
        second = self.refreshed(first)
        third = self.refreshed(second, 1)
        for at in (0, 1):
            answer, _ = self.refresh(first, at)
            self.assertEqual((answer.status, answer.json()["message"]), (401, "Invalid token"))
            self.assertIn("Bearer", answer.one("WWW-Authenticate"))
            self.assertEqual(answer.all("Set-Cookie"), [])  # the other tab's cookies stay valid
        self.assertEqual(me(self.ports[0], token).status, 200)
        self.refreshed(third)

    def test_many_at_once_get_the_same_successor(self):
        first, found = self.start(REFRESH_GRACE="300")[1], []
        threads = [threading.Thread(target=lambda at=number % 2: found.append(self.refresh(first, at)))
                   for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({answer.status for answer, _ in found}, {200})
        self.assertEqual(len({successor for _, successor in found}), 1)
        self.refreshed(found[0][1])

    def test_after_the_grace_a_second_use_ends_the_login(self):
        token, first = self.start(REFRESH_GRACE="2s")
        second = self.refreshed(first)
        eventually(lambda: self.refresh(first, 1)[0].status == 401, what="the end of the grace")
        self.assert_over([token], [first, second])

    def test_without_a_grace_a_second_use_ends_the_login_at_once(self):
        for none in ("0", "0s"):
            token, first = self.start(REFRESH_GRACE=none)
            second = self.refreshed(first)
            answer, successor = self.refresh(first, 1)
            self.assertEqual((answer.status, successor), (401, ""))
            self.assert_over([token], [first, second])

    def test_without_a_grace_one_of_several_uses_succeeds(self):
        first, answers = self.start(REFRESH_GRACE="0")[1], []
        threads = [threading.Thread(target=lambda at=number % 2: answers.append(self.refresh(first, at)[0].status))
                   for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [200] + 9 * [401])

    def test_a_login_that_has_ended_has_no_grace(self):
        token, first = self.start(REFRESH_GRACE="5m")
        second = self.refreshed(first)
        self.assertEqual(ask(self.ports[1], "POST", "/api/auth/logout", bearer(token)).status, 200)
        self.assert_over([token], [first, second])


class GraceOnPostgresqlAndRedis(Grace):
    @classmethod
    def settings(cls, stack):
        return {"DATABASE_URL": stack.enter_context(Postgres()).url, "REDIS_URL": stack.enter_context(Redis()).url}


class GraceOnPostgresql(Grace):
    @classmethod
    def settings(cls, stack):
        return {"DATABASE_URL": stack.enter_context(Postgres()).url}


if __name__ == "__main__":
    unittest.main()
