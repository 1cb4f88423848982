#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos with its sessions in Redis: what every store promises, two servers that share one, and Redis going away.
# packages: libboost1.81-dev libsqlite3-dev libhiredis-dev redis-server
from databases import Redis
from running import Server, run_all
from todos_checks import ALICE, BOB, check_inactivity, check_sessions, cookie_of


def test_sessions():
    with Redis(by_port=True) as redis:
        check_sessions(redis.url)
        check_inactivity(redis.url)


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
