#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos: every route and status, by token and by session in memory and in SQLite, and bad input over a raw socket.
# packages: libboost1.81-dev libsqlite3-dev libhiredis-dev
import json
import pathlib
import signal
import tempfile
import time

from command_line import check_command_line, fails_to_start
from raw_http import head
from running import Server, run_all
from todos_checks import ALICE, BOB, check_inactivity, check_sessions, check_todos, cookie_of, token_of
from tokens import SECRET, bearer, forge, sign

def test_the_list_by_token():
    with Server("todos") as server:
        hello = server.get("/")
        assert (hello.status, hello.text) == (200, "Hello, World!")
        assert hello.field("x-content-type-options") == "nosniff"
        login = server.post("/login", ALICE)
        assert login.status == 200 and login.field("cache-control") == "no-store"
        assert login.json() | {"access_token": ""} == {"access_token": "", "token_type": "Bearer", "expires_in": 300}
        check_todos(server, bearer(token_of(server, ALICE)), bearer(token_of(server, BOB)))
        assert server.post("/logout", {}).status == 404
        silent = server.ask("HEAD", "/")
        assert (silent.status, silent.field("content-length")) == (200, "13")


def test_logins_that_fail():
    with Server("todos") as server:
        for wrong in ({**ALICE, "password": "builder"}, {**ALICE, "username": "carol"}):
            answer = server.post("/login", wrong)
            assert (answer.status, answer.json()) == (401, {"error": "Wrong credentials"})
            assert answer.field("www-authenticate") == 'Bearer realm="login"'
        assert server.post("/login", {"username": "alice"}).status == 400
        assert server.post("/login", "{").status == 400
        assert server.post("/login", []).status == 422
        assert server.post("/login", {**ALICE, "password": 7}).status == 422
        assert server.ask("POST", "/login", [], "{}").status == 415
        assert server.ask("POST", "/login", ["Content-Type: text/plain"], "{}").status == 415


def test_tokens_that_are_refused():
    now = int(time.time())
    with Server("todos", JWT_SECRET=SECRET) as server:
        good = sign(sub="alice", exp=now + 60)
        assert server.get("/protected", bearer(good)).text == "Hello user alice"
        bad = [["Authorization: Basic abc"], [bearer("abc")], [bearer(forge(good))], [bearer(sign(sub="alice", exp=now))],
               [bearer(sign(exp=now + 60))], [bearer(sign(sub="", exp=now + 60))], [bearer(sign(sub="alice"))], [],
               [bearer("eyJhbGciOiJub25lIn0." + good.split(".")[1] + ".")], [f"Cookie: session={good}"]]
        for fields in bad:
            for method, path in (("GET", "/protected"), ("GET", "/todos"), ("POST", "/todos"), ("DELETE", "/todos/1")):
                answer = server.ask(method, path, fields)
                assert (answer.status, answer.text) == (401, "Invalid token"), fields
                assert answer.field("www-authenticate").startswith('Bearer realm="api"')
                assert answer.field("content-type") == "text/plain" and answer.field("cache-control") == "no-store"
        for fields in (["Authorization: Bearer"], ["Authorization: Bearer a b"], [bearer(good), bearer(good)]):
            answer = server.get("/todos", *fields)
            assert answer.status == 400 and "invalid_request" in answer.field("www-authenticate"), fields


def test_a_refused_body_is_never_read():
    evil = head("GET", "/")
    with Server("todos") as server:
        with server.connect() as client:  # the answer comes before a byte of the body does, and the connection ends
            client.send(head("POST", "/todos", ["Content-Type: application/json", bearer("abc")], evil))
            refused = client.read_answer()
            assert (refused.status, refused.field("connection")) == (401, "close")
            client.send(evil)
            client.finish()
            assert client.is_closed()
        for fields in (["Content-Length: 60000"], ["Transfer-Encoding: chunked"], ["Content-Length: 60000", "Expect: 100-continue"]):
            assert server.ask("POST", "/todos", fields).status == 401, fields
        with server.connect() as client:  # a head in many packets
            for byte in head("GET", "/protected", [bearer(token_of(server, ALICE))]).decode():
                client.send(byte)
            assert client.read_answer().text == "Hello user alice"
            client.send(head("GET", "/"))
            assert client.read_answer().status == 200


def test_raw_bytes():
    with Server("todos") as server:
        assert server.raw("nonsense\r\n\r\n").status == 400
        assert server.raw("GET / HTTP/1.1\r\nX: " + "y" * 9000 + "\r\n\r\n").status == 431
        assert server.raw("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n").status == 400
        assert server.post("/login", "x" * 65537).status == 413
        assert server.post("/login", json.dumps(ALICE)[:-1] + " " * 65000 + "}").status == 200
        for text, status in (("400\r\n" + "x" * 1024 + "\r\n", 413), ("zz\r\n", 400)):
            with server.connect() as client:
                client.send("POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(70):
                    client.send(text)
                answer = client.read_answer()
                assert (answer.status, answer.field("connection")) == (status, "close")
        with server.connect() as client:
            body = json.dumps(ALICE)
            client.send(head("POST", "/login", ["Content-Type: application/json", "Expect: 100-continue"], body))
            assert client.read_line() == "HTTP/1.1 100 Continue" and client.read_line() == ""
            client.send(body)
            assert client.read_answer().status == 200
        with server.connect() as client:  # one that leaves in the middle harms nobody
            client.send("POST /login HTTP/1.1\r\nContent-Len")
        wrong = server.ask("PUT", "/todos")
        assert (wrong.status, wrong.field("allow")) == (405, "GET, HEAD, POST")
        assert server.get("/todos/1").status == 405
        assert server.get("/todos/").status == server.get("/todos/1/2").status == server.get("/no").status == 404


def test_requests_that_follow_each_other_at_once():
    with Server("todos") as server:
        good = bearer(token_of(server, ALICE))
        todo = json.dumps({"text": "x"})
        add = head("POST", "/todos", [good, "Content-Type: application/json"], todo).decode() + todo
        with server.connect() as client:  # answered in their order, and each with the head of its own
            client.send(add + head("GET", "/").decode() + head("GET", "/no").decode() + add)
            assert [client.read_answer().status for _ in range(4)] == [201, 200, 404, 201]
        for refused, status in ((head("GET", "/protected"), 401), (head("GET", "/protected", [good, good]), 400),
                                (head("GET", "/protected", [good, "Content-Length: 1", "Content-Length: 2"]), 400),
                                (head("POST", "/todos", [good, "Content-Length: 2", "Transfer-Encoding: chunked"]), 400)):
            with server.connect() as client:  # nothing behind a refused one is a request
                client.send(refused + add.encode())
                answer = client.read_answer()
                assert (answer.status, answer.field("connection")) == (status, "close"), refused
                client.finish()
                assert client.is_closed()
        assert len(server.get("/todos", good).json()) == 2


def test_clients_that_stay_do_not_delay_the_end():
    for number in (signal.SIGINT, signal.SIGTERM):
        server = Server("todos", "--sessions", "memory").start()
        with server.connect() as idle, server.connect() as in_head, server.connect() as in_body, server.connect():
            idle.send(head("GET", "/"))
            assert idle.read_answer().status == 200
            in_head.send("GET / HTTP/1.1\r\nHost:")
            in_body.send(head("POST", "/login", ["Content-Type: application/json", "Expect: 100-continue"], "{}"))
            assert in_body.read_line().startswith("HTTP/1.1 100")  # so it is waiting for the body
            server.process.send_signal(number)
            assert server.process.wait(10) == 0
        server.__exit__()


def test_sessions_in_memory():
    check_sessions("memory")


def test_sessions_in_sqlite():
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:{folder}/sessions.db"
        check_sessions(store)
        with Server("todos", "--sessions", store) as server:
            kept = cookie_of(server, ALICE)
            server.kill()
        assert pathlib.Path(folder, "sessions.db").stat().st_mode & 0o077 == 0
        with Server("todos", "--sessions", store) as server:
            assert server.get("/protected", kept).text == "Hello user alice"
    assert "/no/such" in fails_to_start("todos", "--sessions", "sqlite:/no/such/folder/file")


def test_sessions_that_are_left_alone():
    with tempfile.TemporaryDirectory() as folder:
        check_inactivity("memory", f"sqlite:{folder}/sessions.db")


def test_a_redis_that_is_not_there():
    assert "Redis" in fails_to_start("todos", "--sessions", "redis://127.0.0.1:1")
    assert "port" in fails_to_start("todos", "--sessions", "redis://127.0.0.1:many")


def test_the_log_has_reasons_and_no_secrets():
    with Server("todos", JWT_SECRET=SECRET) as server:
        token = token_of(server, ALICE)
        server.get("/todos", bearer(token))
        server.get("/todos", bearer(forge(token)))
        server.get(f"/todos/{token}?{token}")
        server.post("/login", {**ALICE, "password": "an attempt"})
        log = server.log_text()
        assert '"reason":"invalid_signature"' in log
        assert all(line.startswith("{") for line in log.splitlines())
        for part in [SECRET, "an attempt", "wonderland", *token.split(".")]:
            assert part not in log, log


def test_the_command_line():
    check_command_line("todos")
    assert "JWT_SECRET" in fails_to_start("todos", JWT_SECRET="short")
    assert "--sessions" in fails_to_start("todos", "--sessions", "oracle")
    for idle in ("-1", "0", "soon"):
        assert "--idle" in fails_to_start("todos", "--sessions", "memory", "--idle", idle)
    assert "--sessions" in fails_to_start("todos", "--sessions", "sqlite:")


run_all(globals())
