#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos with its sessions in Redis: what every store promises, two servers that share one, and Redis going away.
# packages: libboost-dev libsqlite3-dev libhiredis-dev redis-server
import contextlib
import signal
import subprocess
import time

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


def test_what_redis_holds_shrinks_and_expires():
    with Redis(by_port=True) as redis, Server("todos", "--sessions", redis.url, "--idle", "500") as server:
        fields = [cookie_of(server, ALICE) for _ in range(30)]
        (users_set,) = ask_redis(redis, "keys", "todos:sessions-by-use:*")
        def sizes():
            return len(ask_redis(redis, "keys", "todos:session:*")), int(*ask_redis(redis, "zcard", users_set))
        assert sizes() == (20, 20)
        for key in ask_redis(redis, "keys", "*"):
            assert 0 < int(*ask_redis(redis, "ttl", key)) <= 500, key
        alive = [field for field in fields if server.get("/protected", field).status == 200]
        assert len(alive) == 20
        for count, field in enumerate(alive[:10], 1):
            assert server.post("/logout", {}, field).status == 200
            assert sizes() == (20 - count, 20 - count)
        # One that Redis forgot leaves the set at the next login; one that goes on for too long ends when it is used.
        ask_redis(redis, "del", *ask_redis(redis, "zrange", users_set, "0", "0"))
        assert sizes() == (9, 10)
        last = cookie_of(server, ALICE)
        assert sizes() == (10, 10)
        for key in ask_redis(redis, "keys", "todos:session:*"):
            ask_redis(redis, "hset", key, "started_at", str(int(time.time()) - 86_401))
            ask_redis(redis, "expire", key, "100")
        assert server.get("/protected", last).status == server.get("/protected", last).status == 401
        assert sizes() == (9, 9)
        for field in fields:
            assert server.get("/protected", field).status == 401
        assert ask_redis(redis, "keys", "*") == []


def test_two_servers_and_a_redis_that_goes():
    with Redis(by_port=True) as redis:
        with Server("todos", "--sessions", redis.url) as one, Server("todos", "--sessions", redis.url) as other:
            alice = cookie_of(one, ALICE)
            assert other.get("/protected", alice).text == "Hello user alice"
            assert other.post("/logout", {}, alice).status == 200
            assert one.get("/protected", alice).status == 401
            # Down: refused, not admitted, and told when to come again. Back: as before.
            bob = cookie_of(one, BOB)
            redis.stop()
            down = one.get("/protected", bob)
            assert (down.status, down.field("retry-after")) == (503, "5") and down.field("www-authenticate") == ""
            assert one.post("/login", BOB).status == 503
            redis.start()
            assert one.get("/protected", bob).status == 200
            assert one.get("/protected", cookie_of(one, BOB)).status == 200


run_all(globals())
