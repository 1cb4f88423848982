#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos: every route and status, by token and by session in memory and in SQLite, and bad input over a raw socket.
# packages: libboost-dev libsqlite3-dev libhiredis-dev curl
import contextlib
import json
import pathlib
import signal
import sqlite3
import tempfile
import time

from command_line import check_command_line, fails_to_start
from raw_http import head
from running import Server, run_all
from todos_checks import (ALICE, BOB, check_hanging_store, check_inactivity, check_sessions, check_sessions_of_one_user, check_todos,
                          cookie_of, login_head, token_of)
from tokens import SECRET, bearer, forge, sign
from trial import Trial

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
        good = json.dumps(ALICE)
        for body in (good + "\0", good + "\0junk", good + "junk", good + good, good[:-1] + ', "username": "alice"}',
                     good[:-1] + ', "\\u0075sername": "bob"}', good[:-1] + ', "x": {"y": 1, "y": 1}}', good[:-1] + ",}"):
            assert server.post("/login", body).status == 400, body
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
        with server.connect() as client:  # the answer comes before the body is sent, and the connection is closed
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
                try:
                    for _ in range(70):
                        client.send(text)
                except BrokenPipeError:
                    pass  # the server has answered and left
                answer = client.read_answer()
                assert (answer.status, answer.field("connection")) == (status, "close")
        with server.connect() as client:
            body = json.dumps(ALICE)
            client.send(head("POST", "/login", ["Content-Type: application/json", "Expect: 100-continue"], body))
            assert client.read_line() == "HTTP/1.1 100 Continue" and client.read_line() == ""
            client.send(body)
            assert client.read_answer().status == 200
        with server.connect() as client:  # a client that leaves in the middle of a request disturbs no other
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
        with server.connect() as client:  # the answers come in order, each with its own head
            client.send(add + head("GET", "/").decode() + head("GET", "/no").decode() + add)
            assert [client.read_answer().status for _ in range(4)] == [201, 200, 404, 201]
        for refused, status in ((head("GET", "/protected"), 401), (head("GET", "/protected", [good, good]), 400),
                                (head("GET", "/protected", [good, "Content-Length: 1", "Content-Length: 2"]), 400),
                                (head("POST", "/todos", [good, "Content-Length: 2", "Transfer-Encoding: chunked"]), 400)):
            with server.connect() as client:  # the bytes after a refused request are not a request
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
            assert in_body.read_line().startswith("HTTP/1.1 100")  # so the server waits for the body
            server.process.send_signal(number)
            assert server.process.wait(10) == 0
        server.__exit__()


def test_requests_of_other_sites_change_nothing():
    foreign = [["Origin: https://evil.example"], ["Origin: null"], ["Origin: HOST"], ["Origin: ftp://HOST"],
               ["Origin: http://HOST.evil.example"], ["Origin: http://HOST/"], ["Origin: http://evil@HOST"],
               ["Origin: http://HOST", "Origin: http://HOST"], ["Origin: http://HOST", "origin: https://evil.example"],
               ["Origin: http://HOST, http://HOST"], ["Origin: http://HOST", "Sec-Fetch-Site: same-site"],
               ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: Cross-Site"], ["sec-fetch-site: CROSS-SITE"],
               ["Sec-Fetch-Site: same-site"], ["Sec-Fetch-Site: Same-Origin"], ["Sec-Fetch-Site: same-origin, cross-site"],
               ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"]]
    # A program may name no origin. Sec-Fetch-Site comes first: a proxy may have changed the host.
    own = [[], ["Origin:"], ["Sec-Fetch-Site:"], ["Origin: http://HOST"], ["Origin: https://HOST"], ["Sec-Fetch-Site: same-origin"],
           ["Sec-Fetch-Site: none"], ["Sec-Fetch-Site: same-origin", "Origin: http://HOST"],
           ["Sec-Fetch-Site: same-origin", "Origin: https://another.example"]]
    for mode in ((), ("--sessions", "memory")):
        with Server("todos", *mode) as server:
            def filled(fields):
                return [field.replace("HOST", f"127.0.0.1:{server.port}") for field in fields]
            alice = cookie_of(server, ALICE) if mode else bearer(token_of(server, ALICE))
            for fields in foreign:
                login = server.post("/login", ALICE, *filled(fields))
                assert login.status == 403 and not login.field("set-cookie") and "access_token" not in login.text, fields
                add = server.post("/todos", {"text": "x"}, alice, *filled(fields))
                assert add.status == (403 if mode else 201), fields  # a browser adds no token by itself
                assert server.get("/todos", alice, *filled(fields)).status == 200, fields
            for fields in own:
                assert server.post("/login", ALICE, *filled(fields)).status == 200, fields
                assert server.post("/todos", {"text": "x"}, alice, *filled(fields)).status == 201, fields
            assert len(server.get("/todos", alice).json()) == len(own) + (0 if mode else len(foreign))
            # The host of a request is the one in its target, and a request must have a host.
            body = json.dumps(ALICE)
            length = ["Content-Type: application/json", f"Content-Length: {len(body)}", "Origin: http://x"]
            for start, status in (("POST /login HTTP/1.1\r\nHost: x", 200), ("POST /login HTTP/1.1\r\nHost: X", 200),
                                  ("POST http://x/login HTTP/1.1\r\nHost: y", 200), ("POST http://y/login HTTP/1.1\r\nHost: x", 403),
                                  ("POST /login HTTP/1.0", 403), ("POST /login HTTP/1.0\r\nHost: x", 200)):
                assert server.raw("\r\n".join([start, *length, "", body])).status == status, start
            assert '"reason":"check_failed"' in server.log_text()


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


def test_unused_sessions_expire():
    with tempfile.TemporaryDirectory() as folder:
        check_inactivity("memory", f"sqlite:{folder}/sessions.db")


def test_sessions_of_one_user():
    with tempfile.TemporaryDirectory() as folder:
        check_sessions_of_one_user("memory")
        check_sessions_of_one_user(f"sqlite:{folder}/sessions.db")


@contextlib.contextmanager
def locked(path):
    """Another process in the middle of a long write."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_sqlite_file_that_another_process_locks():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/sessions.db"
        with Server("todos", "--sessions", f"sqlite:{path}") as server:
            check_hanging_store(server, locked(path), login_head())  # a locked file is still read
        with Server("todos", "--sessions", f"sqlite:{path}") as server, server.connect() as client:
            with locked(path):  # the server stops soon, although a request waits for the store
                client.send(login_head())
                server.get("/")
                assert server.stop() == 0


def test_a_sqlite_file_that_others_can_read_causes_a_warning():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "sessions.db")
        path.touch(mode=0o644)
        with Server("todos", "--sessions", f"sqlite:{path}") as server:
            assert "sessions_readable_by_others" in server.log_text()
        path.chmod(0o600)
        with Server("todos", "--sessions", f"sqlite:{path}") as server:
            assert "sessions_readable_by_others" not in server.log_text()


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


def test_started_by_name_it_prints_a_command_that_works():
    for options in ((), ("--sessions", "memory")):
        with Trial("todos", *options) as server:
            assert server.sh(server.curl.replace("curl", "curl -s", 1)) == "Hello user alice"


def test_the_command_line():
    check_command_line("todos")
    for secret in ("short", ""):
        assert "JWT_SECRET" in fails_to_start("todos", JWT_SECRET=secret)
    assert "--sessions" in fails_to_start("todos", "--sessions", "oracle")
    for idle in ("-1", "0", "soon"):
        assert "--idle" in fails_to_start("todos", "--sessions", "memory", "--idle", idle)
    assert "--sessions" in fails_to_start("todos", "--sessions", "sqlite:")


run_all(globals())
