#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/pistache: what the middleware asks for, what a handler with a proof gets, and the options.
# packages: libpistache-dev
import signal
import time

from command_line import check_command_line, fails_to_start
from raw_http import head
from running import ROOT, Server, run_all
from tokens import SECRET, bearer, forge, sign


def test_the_middleware_and_the_guard():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        assert server.get("/").text == "Hello!"
        assert server.get("/news", bearer(good)).text == "None."
        assert server.get("/me", bearer(good)).text == "Hello alice"
        for path in ("/news", "/me"):
            for fields, status in (([], 401), (["Authorization: Basic abc"], 401), ([bearer(forge(good))], 401),
                                   ([bearer(sign(sub="alice", exp=1))], 401), (["Authorization: Bearer"], 400)):
                answer = server.get(path, *fields)
                text = "Invalid token" if status == 401 else "Malformed credentials"
                assert (answer.status, answer.json()) == (status, {"error": text}), (path, fields, answer)
                assert answer.field("www-authenticate").startswith('Bearer realm="api"')
                assert "alice" not in answer.text and "None." not in answer.text


def test_what_every_answer_has():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        missing = server.get("/nothing")
        assert (missing.status, missing.json()) == (404, {"error": "There is no such page"})
        wrong = server.ask("POST", "/me", [bearer(good)])
        assert (wrong.status, wrong.field("allow"), list(wrong.json())) == (405, "GET", ["error"])
        for answer in (missing, wrong, server.get("/"), server.get("/me"), server.get("/me", bearer(good))):
            assert answer.field("x-content-type-options") == "nosniff", answer
            assert answer.field("cache-control") == "no-store", answer
            assert answer.field("content-type") == "text/plain" if answer.status == 200 else "application/json", answer
        assert server.post("/news", "x" * 70_000).status == 413


def test_one_answer_is_never_taken_for_the_next():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    stay = "Connection: keep-alive"
    with Server("pistache", JWT_SECRET=SECRET) as server:
        with server.connect() as client:
            for path, fields, status in (("/me", [bearer(good)], 405), ("/nothing", [], 404), ("/", [], 405)):
                client.send(head("HEAD", path, [*fields, stay]))
                answer = client.read_answer("HEAD")
                assert (answer.status, answer.field("content-length")) == (status, "0"), answer
                client.send(head("GET", "/me", [bearer(good), stay]))
                assert client.read_answer().text == "Hello alice", path
        # A body that comes late is no request, whether the request is refused or not.
        inner = head("GET", "/me", [bearer(good)])
        for fields, status in (([bearer(good)], 200), ([bearer(forge(good))], 401)):
            with server.connect() as client:
                client.send(head("GET", "/news", [*fields, stay], inner))
                client.send(inner)
                assert client.read_answer().status == status
                client.send(head("GET", "/", [stay]))
                assert client.read_answer().text == "Hello!"


def test_a_connection_ends_when_the_answer_says_so():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for path, fields in (("/", []), ("/me", [bearer(good)]), ("/me", []), ("/nothing", []), ("/", ["Connection: close"])):
            with server.connect() as client:
                client.send(head("GET", path, fields))
                assert client.read_answer().field("connection") == "Close"
                assert client.is_closed(), (path, fields)


def test_what_is_odd():
    token = sign(sub="alice", exp=int(time.time()) + 60)
    good, forged = bearer(token), bearer(forge(token))
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"):
            assert server.ask(method, "/me", [good]).status == 405, method
        for path in ("/me/", "//me", "/ME", "/%6de", "/../me", "/news/../me", "*", "http://localhost/me", "/" + "a" * 7000):
            assert server.get(path, good).status == 404, path
        assert server.get("/me?token=x", good).status == 200
        assert server.ask("BREW", "/me", [good]).status == 400
        # Of two fields the first is seen, as the README says: it is never that neither counts.
        assert server.get("/me", forged, good).status == 401
        assert server.get("/me", good.replace("Bearer", "Basic"), good).status == 401
        assert server.get("/me", good + ", Bearer a.b.c").status == 400
        # Pistache's own answers, in its own words.
        for fields in (["Cookie: a"], ["Date: x"], ["Content-Length: 99999999999999999999"], ["Content-Length: -1"],
                       ["Transfer-Encoding: chunked", "Content-Length: 3"], ["Accept: ////"]):
            answer = server.get("/me", good, *fields)
            assert 400 <= answer.status <= 500 and "alice" not in answer.text, (fields, answer)
        for bytes_sent in ("nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n", "\0" * 100,
                           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff0\r\nabc\r\n"):
            with server.connect() as client:
                client.send(bytes_sent)
                client.finish()
                client.read_bytes()
        assert server.get("/me", good).text == "Hello alice"


def test_it_ends_at_once_with_clients_that_stay():
    for number in (signal.SIGINT, signal.SIGTERM):
        server = Server("pistache", JWT_SECRET=SECRET).start()
        with server.connect() as idle, server.connect() as slow:
            idle.send(head("GET", "/", ["Connection: keep-alive"]))
            idle.read_answer()
            slow.send("GET / HTTP/1.1\r\nHost:")
            server.process.send_signal(number)
            assert server.process.wait(20) == 0
        server.__exit__()


def test_the_log_has_reasons_and_no_secrets():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for path, fields in (("/me", [bearer(good)]), ("/me", [bearer(forge(good))]), ("/news", []), (f"/{good}?{good}", [])):
            server.get(path, *fields)
        lines = server.log()
        assert [(line["path"], line["status"], line["reason"]) for line in lines] == [
            ("/me", 200, ""), ("/me", 401, "invalid_signature"), ("/news", 401, "missing_credentials"),
            ("(unknown)", 404, "no such page")], lines
        assert not any(part in server.log_text() for part in [SECRET, *good.split(".")])


def test_it_is_short():
    assert len((ROOT / "examples/pistache/main.cpp").read_text().splitlines()) <= 60


def test_the_command_line():
    check_command_line("pistache", JWT_SECRET=SECRET)
    assert "JWT_SECRET" in fails_to_start("pistache")


run_all(globals())
