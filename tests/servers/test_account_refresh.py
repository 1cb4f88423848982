#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's refresh tokens when something goes wrong behind them: a fault of ours costs nobody the login.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import sqlite3
import unittest

from account_client import SECRET, log_in, me, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server


def refresh(port, token):
    return ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})


class Refresh(unittest.TestCase):
    def test_a_database_that_is_down_does_not_use_the_token_up(self):
        with Postgres() as postgres, Redis() as redis:
            settings = {"JWT_SECRET": SECRET, "DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
            with Server("account", **settings) as server:
                token = log_in(server.port, register(server.port))[1]
                postgres.stop()
                for _ in range(2):  # also whoever tries again is not taken for a thief
                    answer = refresh(server.port, token)
                    self.assertEqual(answer.status, 500, answer)
                    self.assertEqual(answer.all("Set-Cookie"), [])
                    self.assertTrue([line for line in server.log() if line.get("request") == answer.json()["id"]])
                postgres.start()
                answer = refresh(server.port, token)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(me(server.port, answer.json()["token"]).status, 200)
                self.assertEqual(refresh(server.port, token).status, 401)

    def test_a_redis_that_is_down_does_not_use_the_token_up(self):
        with Redis() as redis, Server("account", JWT_SECRET=SECRET, REDIS_URL=redis.url) as server:
            token = log_in(server.port, register(server.port))[1]
            redis.stop()
            answer = refresh(server.port, token)
            self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"), answer)
            self.assertEqual(answer.all("Set-Cookie"), [])
            redis.start()
            self.assertEqual(refresh(server.port, token).status, 200)

    def test_a_user_that_is_gone_has_no_login_left(self):
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
            self.assertEqual(run("select count(*) from refresh_tokens"), [(0,)])
            # Nor does the login come back with the user.
            run(f"insert into users values ({', '.join('?' * len(row))})", *row)
            self.assertEqual(refresh(server.port, token).status, 401)


if __name__ == "__main__":
    unittest.main()
