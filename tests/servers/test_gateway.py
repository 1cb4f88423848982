#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/gateway by itself: 204, 401 and 403, and nothing else for a request that asks who it is.
# packages: libcpp-httplib-dev
import time

from command_line import check_command_line, fails_to_start
from raw_http import head
from running import Server, run_all
from tokens import SECRET, bearer, forge, sign

NOW = int(time.time())


def start(*options):
    return Server("gateway", *options, JWT_SECRET=SECRET)


def test_who_it_is():
    with start() as server:
        for path in ("/auth", "/auth/admin"):
            good = server.get(path, bearer(sign(sub="alice", exp=NOW + 60, scope="user admin")), "X-Auth-Subject: root")
            assert (good.status, good.field("x-auth-subject"), good.body) == (204, "alice", b"")
            assert good.field("cache-control") == "no-store"
            assert good.field("content-length") == ""  # RFC 9110 §8.6
        lesser = server.get("/auth/admin", bearer(sign(sub="alice", exp=NOW + 60, scope="user administrator")))
        assert lesser.status == 403 and 'scope="admin"' in lesser.field("www-authenticate")


def test_who_it_is_not():
    good = sign(sub="alice", exp=NOW + 60)
    with start() as server:
        for fields in ([], ["Authorization: Basic abc"], [bearer("abc")], [bearer(forge(good))], ["Authorization: Bearer"],
                       [bearer(good), bearer(good)], [bearer(sign(sub="alice", exp=NOW))], [bearer(sign(exp=NOW + 60))]):
            answer = server.get("/auth", *fields)
            assert answer.status == 401, fields
            assert answer.field("www-authenticate").startswith('Bearer realm="gateway"')
            assert answer.field("x-auth-subject") == ""
        for name in ("", "a b", "a\r\nX-Role: admin", "\u00e9", "x" * 257):
            assert server.get("/auth", bearer(sign(sub=name, exp=NOW + 60))).status == 401, name
        assert server.get("/other").status == 404
        assert server.post("/auth", {}).status == 405
        evil = head("GET", "/auth", [bearer(good)])
        with server.connect() as client:
            client.send(head("GET", "/auth", [], evil))
            client.send(evil)
            assert client.read_answer().status == 401
            client.finish()
            assert client.is_closed()
        log = server.log_text()
        assert '"reason":"invalid_signature"' in log
        assert not any(part in log for part in [SECRET, *good.split(".")])


def test_issuer_and_audience():
    with start("--issuer", "https://id.example", "--audience", "api") as server:
        for claims, status in (({"iss": "https://id.example", "aud": "api"}, 204), ({"iss": "https://id.example"}, 401),
                               ({"iss": "https://other.example", "aud": "api"}, 401)):
            assert server.get("/auth", bearer(sign(sub="alice", exp=NOW + 60, **claims))).status == status, claims


def test_the_command_line():
    check_command_line("gateway", JWT_SECRET=SECRET)
    assert fails_to_start("gateway") == "gateway: JWT_SECRET must be set\n"
    assert "JWT_SECRET" in fails_to_start("gateway", JWT_SECRET="short")


run_all(globals())
