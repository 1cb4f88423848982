#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos with its sessions in Redis: the checks of every store, two servers with one Redis, and a Redis that goes away.
# packages: libboost-dev libsqlite3-dev libhiredis-dev redis-server
import contextlib
import signal
import subprocess

from databases import Redis
from running import Server, run_all
from todos_checks import ALICE, BOB, check_hanging_store, check_inactivity, check_sessions, check_sessions_of_one_user, cookie_of


def test_sessions():
    with Redis(by_port=True) as redis:
        check_sessions(redis.url)
        check_inactivity(redis.url)


def test_sessions_of_one_user():
    with Redis(by_port=True) as redis:
        check_sessions_of_one_user(redis.url)


@contextlib.contextmanager
def stopped(redis):
    redis.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        redis.process.send_signal(signal.SIGCONT)


def test_a_redis_that_hangs():
    with Redis(by_port=True) as redis, Server("todos", "--sessions", redis.url) as server:
        check_hanging_store(server, stopped(redis))


def ask_redis(redis, *words):
    done = subprocess.run(["redis-cli", "-s", redis.socket, *words], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_records_in_redis_shrink_and_expire():
    with Redis(by_port=True) as redis, Server("todos", "--sessions", redis.url, "--idle", "500") as server:
        fields = [cookie_of(server, ALICE) for _ in range(30)]

        def sizes():
            return int(*ask_redis(redis, "dbsize")), int(*ask_redis(redis, "zcard", "credence:sessions-of:alice"))
        assert sizes() == (21, 20)
        times = "local t = {} for i, key in ipairs(redis.call('KEYS', '*')) do t[i] = redis.call('TTL', key) end return t"
        assert all(0 < int(left) <= 501 for left in ask_redis(redis, "eval", times, "0"))
        alive = [field for field in fields if server.get("/protected", field).status == 200]
        assert len(alive) == 20
        for count, field in enumerate(alive[:10], 1):
            assert server.post("/logout", {}, field).status == 200
            assert sizes() == (21 - count, 20 - count)
        assert server.post("/logout-all", {}, alive[10]).status == 200
        assert sizes() == (0, 0)


def test_two_servers_and_a_redis_that_goes_away():
    with Redis(by_port=True) as redis:
        with Server("todos", "--sessions", redis.url) as one, Server("todos", "--sessions", redis.url) as other:
            alice = cookie_of(one, ALICE)
            assert other.get("/protected", alice).text == "Hello user alice"
            assert other.post("/logout", {}, alice).status == 200
            assert one.get("/protected", alice).status == 401
            # Redis is down: the request is refused, with Retry-After. Redis is back: as before.
            bob = cookie_of(one, BOB)
            redis.stop()
            down = one.get("/protected", bob)
            assert (down.status, down.field("retry-after")) == (503, "5") and down.field("www-authenticate") == ""
            assert one.post("/login", BOB).status == 503
            redis.start()
            assert one.get("/protected", bob).status == 200
            assert one.get("/protected", cookie_of(one, BOB)).status == 200


run_all(globals())
