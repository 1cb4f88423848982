#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Changing a password of the account service: if anything fails, nothing has changed; and no older login survives a change.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import contextlib
import sqlite3
import subprocess
import threading
import unittest

from account_client import PASSWORD, SECRET, bearer, log_in, me, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server, must_be_built

NEW = "a new password"

must_be_built("account")


def change(port, token, wanted=NEW, current=PASSWORD):
    return ask(port, "PATCH", "/api/users/me/password", bearer(token), {"current_password": current, "password": wanted})


def refresh(port, token):
    return ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token}).status


class OnSqlite(unittest.TestCase):
    redis = None

    @classmethod
    def settings(cls, stack):
        return {}

    def run_sql(self, sql):
        with contextlib.closing(sqlite3.connect(self.server.folder / "account.db", timeout=20)) as database, database:
            database.executescript(sql)

    fail_at_commit = None  # SQL that makes the commit of a user's change fail, and SQL that undoes it

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.server = stack.enter_context(Server("account", **{"JWT_SECRET": SECRET} | cls.settings(stack)))

    def setUp(self):
        self.port = self.server.port
        self.email = register(self.port)

    def assert_unchanged(self, token=None, refresh_token=None):
        self.assertEqual(ask(self.port, "POST", "/api/auth/login", body={"email": self.email, "password": NEW}).status, 400)
        if token is not None:
            self.assertEqual(me(self.port, token).status, 200)
            self.assertEqual(refresh(self.port, refresh_token), 200)
        token = log_in(self.port, self.email)[0]
        self.assertEqual(me(self.port, token).status, 200)
        answer = change(self.port, token)  # and the change can be repeated
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(me(self.port, answer.json()["token"]).status, 200)
        log_in(self.port, self.email, NEW)

    def break_logins(self):
        self.run_sql("alter table credence_refresh_tokens rename to elsewhere")
        return lambda: self.run_sql("alter table elsewhere rename to credence_refresh_tokens")

    def test_if_logins_cannot_be_ended_the_password_stays_unchanged(self):
        token, refresh_token = log_in(self.port, self.email)
        mend = self.break_logins()
        answer = change(self.port, token)
        mend()
        self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"), answer)
        self.assertEqual(answer.all("Set-Cookie"), [])
        self.assert_unchanged(token, refresh_token)

    def break_marks(self):
        self.run_sql("create trigger refuse before insert on credence_revoked_subjects begin select raise(abort, 'no'); end")
        return lambda: self.run_sql("drop trigger refuse")

    def test_if_the_revoked_before_time_cannot_be_set_password_and_logins_stay_unchanged(self):
        token, refresh_token = log_in(self.port, self.email)
        mend = self.break_marks()
        answer = change(self.port, token)
        mend()
        self.assertEqual(answer.status, 503, answer)
        self.assert_unchanged(token, refresh_token)

    def test_if_the_commit_fails_the_password_stays_unchanged(self):
        if self.fail_at_commit is None:
            self.skipTest("SQLite's commit fails only if the disk fails")
        token, refresh_token = log_in(self.port, self.email)
        self.run_sql(self.fail_at_commit[0])
        answer = change(self.port, token)
        self.run_sql(self.fail_at_commit[1])
        self.assertEqual(answer.status, 503, answer)
        # The change in Redis is not undone: the logins have ended, which is safe.
        self.assert_unchanged(*([] if self.redis else [token, refresh_token]))

    def test_no_login_with_the_old_password_survives(self):
        for number in range(3):
            wanted, current = (NEW, PASSWORD) if number % 2 == 0 else (PASSWORD, NEW)
            pairs, answers = [log_in(self.port, self.email, current)], []
            body = {"email": self.email, "password": current, "refresh": True}

            def use():
                for _ in range(3):
                    answer = ask(self.port, "POST", "/api/auth/login", {"Accept": "application/json"}, body)
                    answers.append(answer.status)
                    if answer.status != 200:
                        break
                    pairs.append((answer.json()["token"], answer.json()["refresh_token"]))

            threads = [threading.Thread(target=use) for _ in range(2)]
            for thread in threads:
                thread.start()
            changed = change(self.port, pairs[0][0], wanted, current)
            for thread in threads:
                thread.join()
            self.assertEqual(changed.status, 200, changed)
            self.assertLessEqual(set(answers), {200, 400})
            for token, refresh_token in pairs:
                self.assertEqual(me(self.port, token).status, 401)
                self.assertEqual(refresh(self.port, refresh_token), 401)
            self.assertEqual(me(self.port, changed.json()["token"]).status, 200)
            log_in(self.port, self.email, wanted)

    def test_the_page_keeps_its_login(self):
        token, refresh_token = log_in(self.port, self.email)
        cookies = {"Cookie": f"token={token}; refresh_token={refresh_token}", "Origin": f"http://127.0.0.1:{self.port}"}
        body = {"current_password": PASSWORD, "password": NEW}
        answer = ask(self.port, "PATCH", "/api/users/me/password", cookies, body)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(me(self.port, answer.cookie("token")[0]).status, 200)
        self.assertEqual(refresh(self.port, answer.cookie("refresh_token")[0]), 200)
        self.assertEqual(refresh(self.port, refresh_token), 401)


class OnPostgresql(OnSqlite):
    # A trigger that runs only at the end of the transaction.
    fail_at_commit = ("""create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
                         create constraint trigger refuse after update on users deferrable initially deferred
                         for each row execute function refuse()""", "drop function refuse() cascade")

    @classmethod
    def settings(cls, stack):
        cls.postgres = stack.enter_context(Postgres())
        return {"DATABASE_URL": cls.postgres.url}

    def break_marks(self):
        self.run_sql("alter table credence_revoked_subjects add constraint refuse check (false) not valid")
        return lambda: self.run_sql("alter table credence_revoked_subjects drop constraint refuse")

    def run_sql(self, sql):
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, self.postgres.url], check=True,
                       capture_output=True)


class Redises:
    @classmethod
    def settings(cls, stack):
        cls.redis = stack.enter_context(Redis())
        return super().settings(stack) | {"REDIS_URL": cls.redis.url}

    def break_logins(self):
        """Redis reads, and refuses to write."""
        def say(replicas):
            subprocess.run(["redis-cli", "-s", self.redis.socket, "config", "set", "min-replicas-to-write", str(replicas)],
                           check=True, capture_output=True)
        say(1)
        return lambda: say(0)

    def break_marks(self):
        return self.break_logins()


class OnRedisBesideSqlite(Redises, OnSqlite):
    pass


class OnRedisBesidePostgresql(Redises, OnPostgresql):
    pass


if __name__ == "__main__":
    unittest.main()
