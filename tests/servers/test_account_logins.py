#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# A login of the account service ends as a whole: every access token of it is refused, on every instance, in every store.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import contextlib
import pathlib
import shutil
import tempfile
import unittest

from account_client import SECRET, bearer, log_in, me, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server, eventually, must_be_built
from tokens import claims_of

must_be_built("account")


def refresh(port, token):
    answer = ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})
    assert answer.status == 200, answer
    return answer.json()["token"], answer.json()["refresh_token"]


class OnSqlite(unittest.TestCase):
    """Two instances, which share their stores."""

    @classmethod
    def settings(cls, stack):
        folder = tempfile.mkdtemp(prefix="credence-logins-")
        stack.callback(shutil.rmtree, folder)
        return {"DATABASE_URL": f"sqlite:{pathlib.Path(folder) / 'shared.db'}"}

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        settings = {"JWT_SECRET": SECRET, "REFRESH_GRACE": "0"} | cls.settings(stack)
        cls.ports = [stack.enter_context(Server("account", **settings)).port for _ in range(2)]

    def setUp(self):
        self.email = register(self.ports[0])

    def login(self):
        """The access tokens of one login that was refreshed twice, at both instances, and its refresh tokens."""
        pairs = [log_in(self.ports[0], self.email)]
        for port in reversed(self.ports):
            pairs.append(refresh(port, pairs[-1][1]))
        tokens, refresh_tokens = zip(*pairs)
        self.assertEqual(len({claims_of(token)["sid"] for token in tokens}), 1)
        self.assertEqual(len({claims_of(token)["jti"] for token in tokens}), len(tokens))
        return tokens, refresh_tokens

    def assert_all(self, tokens, status):
        for port in self.ports:
            for token in tokens:
                answer = me(port, token)
                self.assertEqual(answer.status, status, answer)
                if status == 401:
                    self.assertEqual(answer.json()["message"], "Invalid token")
                    self.assertIn('error="invalid_token"', answer.one("WWW-Authenticate"))

    def test_logging_out_ends_every_token_of_the_login_and_no_other(self):
        other, other_refresh = self.login()
        for shown in (0, 1, 2):  # the logout may use any token of the login
            tokens, refresh_tokens = self.login()
            self.assert_all(tokens, 200)
            self.assertEqual(ask(self.ports[shown % 2], "POST", "/api/auth/logout", bearer(tokens[shown])).status, 200)
            self.assert_all(tokens, 401)
            for port in self.ports:
                for token in tokens:
                    self.assertEqual(ask(port, "POST", "/api/auth/logout", bearer(token)).status, 401)
                for token in refresh_tokens:
                    answer = ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})
                    self.assertEqual(answer.status, 401)
        self.assert_all(other, 200)
        refresh(self.ports[0], other_refresh[-1])

    def test_the_reuse_of_a_refresh_token_ends_every_token_of_the_login_and_no_other(self):
        other, other_refresh = self.login()
        for used in (0, 1):
            tokens, refresh_tokens = self.login()
            self.assert_all(tokens, 200)
            answer = ask(self.ports[used], "POST", "/api/auth/refresh", body={"refresh_token": refresh_tokens[used]})
            self.assertEqual(answer.status, 401)
            self.assert_all(tokens, 401)
            answer = ask(self.ports[used], "POST", "/api/auth/refresh", body={"refresh_token": refresh_tokens[-1]})
            self.assertEqual(answer.status, 401)
        self.assert_all(other, 200)
        refresh(self.ports[0], other_refresh[-1])


class Lifetimes(unittest.TestCase):
    def test_a_shorter_lifetime_applies_to_existing_tokens(self):
        """Otherwise a token could outlive the record of the end of its login."""
        with tempfile.TemporaryDirectory() as folder:
            with Server("account", folder=folder, JWT_SECRET=SECRET) as server:
                token = log_in(server.port, register(server.port))[0]
                self.assertEqual(me(server.port, token).status, 200)
            with Server("account", folder=folder, JWT_SECRET=SECRET, JWT_EXPIRED_IN="2s") as server:
                eventually(lambda: me(server.port, token).status == 401, what="the end of the token")


class OnPostgresql(OnSqlite):
    @classmethod
    def settings(cls, stack):
        return {"DATABASE_URL": stack.enter_context(Postgres()).url}


class OnRedisBesideSqlite(OnSqlite):
    @classmethod
    def settings(cls, stack):
        return super().settings(stack) | {"REDIS_URL": stack.enter_context(Redis()).url}


class OnRedisBesidePostgresql(OnSqlite):
    @classmethod
    def settings(cls, stack):
        return {"DATABASE_URL": stack.enter_context(Postgres()).url, "REDIS_URL": stack.enter_context(Redis()).url}


if __name__ == "__main__":
    unittest.main()
