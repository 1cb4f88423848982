#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service started on the data of an earlier version, which kept logins in its own tables and Redis keys: users and
# logins are kept, ended logins stay ended, and older logins appear in the list.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql redis-server
import calendar
import concurrent.futures
import contextlib
import hashlib
import pathlib
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

from account_client import SECRET, bearer, log_in, me, register
from databases import Postgres, Redis
from raw_http import ask
from running import Server, must_be_built, run
from tokens import claims_of

must_be_built("account")

LOGINS = "/api/users/me/logins"
# The tables of the earlier version, from its migrations 2 and 3.
EARLIER_TABLES = """
    create table revoked_tokens (issuer text not null, id text not null, expires_at bigint, primary key (issuer, id));
    create index revoked_tokens_expires_at_idx on revoked_tokens (expires_at);
    create table valid_since (issuer text not null, subject text not null, moment bigint not null,
                              primary key (issuer, subject));
    create table refresh_tokens (hash text not null primary key, family text not null, subject text not null,
                                 expires_at bigint not null, used_at bigint, sealed_successor text not null default '');
    create index refresh_tokens_family_idx on refresh_tokens (family);
    create index refresh_tokens_subject_idx on refresh_tokens (subject);
    create index refresh_tokens_expires_at_idx on refresh_tokens (expires_at);
"""
FORGET = """
    delete from credence_refresh_tokens; delete from credence_revoked_tokens; delete from credence_revoked_subjects;
    delete from schema_migrations where version >= 4;
"""


def refresh(port, token):
    return ask(port, "POST", "/api/auth/refresh", body={"refresh_token": token})


def log_out(port, token, path="/api/auth/logout"):
    answer = ask(port, "POST", path, bearer(token))
    assert answer.status == 200, answer


def listed(port, token):
    answer = ask(port, "GET", LOGINS, bearer(token))
    assert answer.status == 200, answer
    return {login["handle"]: login for login in answer.json()["data"]["logins"]}


def sid(token):
    return claims_of(token)["sid"]


class Upgrade(unittest.TestCase):
    """The upgrade on SQLite."""

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="credence-upgrade-"))
        self.stack.callback(shutil.rmtree, self.folder)
        self.settings = {"JWT_SECRET": SECRET} | self.where()

    def where(self):
        return {}

    def server(self, **more):
        return Server("account", folder=self.folder, **(self.settings | more))

    def as_earlier(self):
        """Moves the server's data into the tables of the earlier version. Logins without a label are not listed."""
        with contextlib.closing(sqlite3.connect(self.folder / "account.db")) as database, database:
            database.executescript(EARLIER_TABLES + """
                insert into refresh_tokens select lower(hex(hash)), cast(family as text), cast(subject as text), expires_at,
                    used_at, lower(hex(sealed_successor)) from credence_refresh_tokens;
                insert into revoked_tokens select cast(issuer as text), cast(id as text), expires_at
                    from credence_revoked_tokens;
                insert into valid_since select cast(issuer as text), cast(subject as text), moment
                    from credence_revoked_subjects;
                delete from credence_sessions where label = x'';
                update credence_sessions set subject = cast(replace(cast(subject as text), 'login:', '') as blob);""" + FORGET)

    def rows(self, table):
        with contextlib.closing(sqlite3.connect(self.folder / "account.db")) as database:
            return sorted(map(str, database.execute(f"select * from {table}").fetchall()))

    def migrate(self, direction):
        status, said, complaint = run("account", "migrate", direction, folder=self.folder, **self.settings)
        self.assertEqual((status, complaint), (0, ""))
        return said

    def test_users_and_logins_are_kept_and_ended_logins_stay_ended(self):
        with self.server(REFRESH_GRACE="5m") as server:
            port = server.port
            email = register(port)
            goes_on, used, ended = (log_in(port, email) for _ in range(3))
            old = log_in(port, email, agent="An old browser")[0]
            successor = refresh(port, used[1]).json()
            log_out(port, ended[0])
            everywhere = register(port)
            marked = log_in(port, everywhere)
            log_out(port, marked[0], "/api/auth/logout-all")
        self.as_earlier()

        with self.server(REFRESH_GRACE="5m") as server:
            port = server.port
            for token in (goes_on[0], used[0], successor["token"], old):
                self.assertEqual(me(port, token).json()["data"]["user"]["email"], email)
            for token, refresh_token in (ended, marked):
                self.assertEqual((me(port, token).status, refresh(port, refresh_token).status), (401, 401))
            for known in (email, everywhere):
                self.assertEqual(me(port, log_in(port, known)[0]).status, 200)
            # The first user's logins that are still valid, also those that are older than the list.
            self.assertLessEqual({sid(goes_on[0]), sid(used[0]), sid(old)}, set(listed(port, goes_on[0])))
            self.assertEqual(listed(port, goes_on[0])[sid(old)]["label"], "An old browser")
            self.assertNotIn(sid(ended[0]), listed(port, goes_on[0]))
            # Within the grace period the used token gets its successor again, and the login goes on.
            self.assertEqual(refresh(port, used[1]).json()["refresh_token"], successor["refresh_token"])
            answer = refresh(port, goes_on[1])
            self.assertEqual(answer.status, 200)
            self.assertEqual(sid(answer.json()["token"]), sid(goes_on[0]))
            self.assertEqual([line for line in server.log() if line.get("event") == "store_unavailable"], [])
        # A token that is used again after the grace period still ends its login.
        with self.server(REFRESH_GRACE="0") as server:
            self.assertEqual(refresh(server.port, goes_on[1]).status, 401)
            self.assertEqual(me(server.port, goes_on[0]).status, 401)

    def test_logins_that_are_older_than_the_list_are_ended_with_the_others(self):
        with self.server() as server:
            email = register(server.port)
            older = [log_in(server.port, email) for _ in range(2)]
        self.as_earlier()
        with self.server() as server:
            token, refresh_token = log_in(server.port, email)  # the older ones have not been used since
            found = listed(server.port, token)
            self.assertEqual(set(found), {sid(each) for each, _ in older} | {sid(token)})
            for each, _ in older:
                started_at = calendar.timegm(time.strptime(found[sid(each)]["startedAt"], "%Y-%m-%dT%H:%M:%SZ"))
                self.assertLessEqual(abs(started_at - claims_of(each)["iat"]), 5)
            self.assertEqual(ask(server.port, "POST", f"{LOGINS}/end-others", bearer(token)).status, 200)
            for each, other in older:
                self.assertEqual((me(server.port, each).status, refresh(server.port, other).status), (401, 401))
            self.assertEqual((me(server.port, token).status, refresh(server.port, refresh_token).status), (200, 200))

    def test_down_and_up_again(self):
        with self.server() as server:
            email = register(server.port)
            goes_on, ended = log_in(server.port, email, agent="A browser"), log_in(server.port, email)
            log_out(server.port, ended[0])
        self.as_earlier()
        tables = ("refresh_tokens", "revoked_tokens", "valid_since", "users")
        earlier = [self.rows(table) for table in tables]
        listed_before = self.rows("credence_sessions")
        self.assertEqual(self.migrate("up"), "up logins_in_library_tables\nup list_of_logins\n")
        self.assertEqual(self.migrate("down"), "down list_of_logins\n")
        self.assertEqual(self.migrate("down"), "down logins_in_library_tables\n")
        self.assertLessEqual(set(listed_before), set(self.rows("credence_sessions")))
        self.assertEqual([self.rows(table) for table in tables], earlier)
        self.assertEqual(self.rows("credence_refresh_tokens"), [])
        with self.server() as server:
            self.assertEqual((me(server.port, goes_on[0]).status, refresh(server.port, goes_on[1]).status), (200, 200))
            self.assertEqual((me(server.port, ended[0]).status, refresh(server.port, ended[1]).status), (401, 401))
            log_in(server.port, email)


class UpgradeOnPostgresql(Upgrade):
    def where(self):
        self.postgres = self.stack.enter_context(Postgres())
        return {"DATABASE_URL": self.postgres.url}

    def run_sql(self, sql):
        return subprocess.run(["psql", "-q", "-A", "-t", "-1", "-v", "ON_ERROR_STOP=1", "-c", sql, self.postgres.url], check=True,
                              capture_output=True, text=True).stdout

    def as_earlier(self):
        self.run_sql(EARLIER_TABLES + """
            insert into refresh_tokens select encode(hash, 'hex'), convert_from(family, 'UTF8'),
                convert_from(subject, 'UTF8'), expires_at, used_at, encode(sealed_successor, 'hex')
                from credence_refresh_tokens;
            insert into revoked_tokens select convert_from(issuer, 'UTF8'), convert_from(id, 'UTF8'), expires_at
                from credence_revoked_tokens;
            insert into valid_since select convert_from(issuer, 'UTF8'), convert_from(subject, 'UTF8'), moment
                from credence_revoked_subjects;
            delete from credence_sessions where label = ''::bytea;
            update credence_sessions set subject = convert_to(replace(convert_from(subject, 'UTF8'), 'login:', ''), 'UTF8');
            """ + FORGET)

    def rows(self, table):
        return sorted(self.run_sql(f"select * from {table}").splitlines())


class UpgradeOfRedis(unittest.TestCase):
    """The upgrade on Redis beside SQLite. The keys are those of the earlier version."""

    def test_logins_are_kept_and_ended_logins_stay_ended(self):
        with contextlib.ExitStack() as stack:
            redis = stack.enter_context(Redis())
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            settings = {"JWT_SECRET": SECRET, "REDIS_URL": redis.url}

            def say(*words):
                done = subprocess.run(["redis-cli", "-s", redis.socket, *map(str, words)], check=True, capture_output=True, text=True)
                self.assertNotIn("ERR", done.stdout)
                return done.stdout.split()

            def add_token(token, family, subject, **more):
                end = int(time.time()) + 3600
                fields = {"family": family, "subject": subject, "expires_at": end, "used_at": "", "sealed_successor": ""} | more
                name = "account:refresh:" + hashlib.sha256(token.encode()).hexdigest()
                say("hset", name, *(word for field in fields.items() for word in field))
                say("expireat", name, end)
                return end

            with Server("account", folder=folder, **settings) as server:
                emails = [register(server.port) for _ in range(2)]
                ended = log_in(server.port, emails[0])[0]
                marked = log_in(server.port, emails[1])[0]
            user, other = claims_of(ended)["sub"], claims_of(marked)["sub"]
            say("flushall")
            database = sqlite3.connect(pathlib.Path(folder) / "account.db")
            with contextlib.closing(database), database:
                database.execute("delete from credence_sessions")
            tokens = [secrets.token_urlsafe(32) for _ in range(4)]
            families = [secrets.token_urlsafe(16) for _ in range(3)]
            for token, family in ((tokens[0], families[0]), (tokens[1], families[1]), (tokens[3], families[2])):
                end = add_token(token, family, user)
                say("set", f"account:family:{family}", user, "exat", end)
                say("sadd", f"account:families:{user}", family)
            # A token that was used long ago, and a token whose family was revoked.
            add_token(tokens[2], families[1], user, used_at=1, sealed_successor="00" * 32)
            say("del", f"account:family:{families[2]}")
            say("set", f"account:revoked:13:account:login:{claims_of(ended)['sid']}", 1, "ex", 7200)
            say("set", f"account:valid-since:7:account:{other}", claims_of(marked)["iat"])
            say("set", "account:of-somebody-else", "stays")

            both = [Server("account", folder=folder, **settings) for _ in range(2)]
            for server in both:
                stack.push(server.__exit__)
            with concurrent.futures.ThreadPoolExecutor() as pool:  # at once: each may find that the other has moved some records
                list(pool.map(Server.start, both))
            port = both[0].port
            self.assertEqual(say("keys", "account:*"), ["account:of-somebody-else"])
            for token in (ended, marked):
                self.assertEqual(me(port, token).status, 401)
            self.assertEqual(refresh(port, tokens[3]).status, 401)
            answer = refresh(both[1].port, tokens[0])
            self.assertEqual(answer.status, 200)
            token = answer.json()["token"]
            self.assertEqual((sid(token), me(port, token).status), (families[0], 200))
            self.assertEqual(set(listed(port, token)), set(families[:2]))
            # The reuse of a token of the earlier version ends its login, and no other.
            self.assertEqual(refresh(port, tokens[2]).status, 401)
            self.assertEqual(refresh(port, tokens[1]).status, 401)
            self.assertEqual(set(listed(port, token)), {families[0]})
            log_in(port, emails[1])


if __name__ == "__main__":
    unittest.main()
