#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/pistache: the requests that its middleware refuses, the proof that a handler gets, and the options.
# packages: libpistache-dev curl
import signal
import time

from command_line import check_command_line, fails_to_start
from hostile_requests import CHUNKS, FRAMING_FIELDS, HOST_FIELDS, REQUEST_LINES
from raw_http import head
from running import ROOT, Server, run_all
from tokens import SECRET, bearer, forge, sign
from trial import check_trial

EVIL = head("GET", "/", ["Connection: close"])


def answers_of(server, *packets):
    """Sends packets on one connection, and reads answers until the server ends it."""
    with server.connect() as client:
        for packet in packets:
            try:
                client.send(packet)
            except OSError:
                break  # already refused
        answers = []
        while True:
            try:
                answers.append(client.read_answer())
            except OSError as end:
                assert isinstance(end, ConnectionError), (packets, answers, end)  # not a time-out: the server closes the connection
                return answers


def assert_refused(server, what, statuses, *packets):
    answers = answers_of(server, *packets, EVIL)
    assert [answer.status in statuses for answer in answers] == [True], (what, answers)
    assert answers[0].field("connection") == "Close" and list(answers[0].json()) == ["error"], (what, answers)
    assert answers[0].field("x-content-type-options") == "nosniff", (what, answers)


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
        assert server.ask("POST", "/", body="x" * 60_000).status == 405


def test_answers_are_never_confused():
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
        # A late body is not read as a request, whether the request is refused or not.
        inner = head("GET", "/me", [bearer(good)])
        for fields, status in (([bearer(good)], 200), ([bearer(forge(good))], 401)):
            with server.connect() as client:
                client.send(head("GET", "/news", [*fields, stay], inner))
                client.send(inner)
                assert client.read_answer().status == status
                client.send(head("GET", "/", [stay]))
                assert client.read_answer().text == "Hello!"


def test_an_ambiguous_request_is_refused_and_ends_the_connection():
    chunked = head("POST", "/", ["Transfer-Encoding: chunked"])
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for line in FRAMING_FIELDS:
            assert_refused(server, line, (400, 501), b"POST / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n" + line + b"\r\n\r\n")
        for line in REQUEST_LINES:
            assert_refused(server, line, (400,), line + b"\r\nHost: x\r\nConnection: keep-alive\r\n\r\n")
        for chunks in CHUNKS:
            assert_refused(server, chunks, (400,), chunked, chunks)
            assert_refused(server, chunks, (400,), chunked + chunks)
        for lines in HOST_FIELDS:
            assert_refused(server, lines, (400,), b"GET / HTTP/1.1\r\nConnection: keep-alive\r\n" + lines + b"\r\n")
        json = ["Content-Type: application/json", "Connection: keep-alive"]
        for length in (65537, 10**9, 10**30):
            assert_refused(server, length, (413,), head("POST", "/", [*json, f"Content-Length: {length}"]))
        assert_refused(server, "chunks", (413,), head("POST", "/", [*json, "Transfer-Encoding: chunked"]), b"10001\r\n" + b"x" * 65537)
        assert_refused(server, "fields", (431,), head("GET", "/", [f"X: {'y' * 9000}"]))
        assert_refused(server, "trailer", (400, 431), chunked, b"0\r\nX: " + b"y" * 70000 + b"\r\n\r\n")
        assert_refused(server, "extension", (400, 431), chunked, b"1;x=" + b"y" * 70000 + b"\r\na\r\n0\r\n\r\n")
        assert server.get("/").text == "Hello!"
        assert all(line["reason"] for line in server.log() if line["status"] >= 400)


def test_a_refusal_reaches_a_client_that_still_sends():
    # Pistache itself loses some of these answers, and more of them on a busy machine.
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for _ in range(2000):
            packets = [head("GET", "/", [f"X: {'y' * 9000}"]), *12 * [b"x"]]
            assert [answer.status for answer in answers_of(server, *packets)] == [431]


def test_unambiguous_requests_follow_each_other():
    good = bearer(sign(sub="alice", exp=int(time.time()) + 60))
    get = head("GET", "/me", [good])
    chunks = head("POST", "/", ["Transfer-Encoding: chunked"]) + b"2;x=y\r\nhi\r\n0\r\nX: y\r\n\r\n"
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for packets in ([get * 3 + EVIL], [bytes([byte]) for byte in get * 3 + EVIL], [get[:9], get[9:] + get, get + EVIL]):
            assert [answer.text for answer in answers_of(server, *packets)] == ["Hello alice"] * 3 + ["Hello!"]
        late = head("POST", "/nothing", body=EVIL.decode())
        refused = [head("GET", "/me"), head("GET", "/nothing"), chunks, head("BREW", "/"), head("BREW", "/x"), head("OPTIONS", "*")]
        statuses = [401, 404, 405, 405, 404, 404]
        assert [answer.status for answer in answers_of(server, late, EVIL, *refused, EVIL)] == [404, *statuses, 200]
        assert [answer.status for answer in answers_of(server, late + EVIL + b"".join(refused) + EVIL)] == [404, *statuses, 200]
        (brew, end) = answers_of(server, head("BREW", "/"), EVIL)
        assert (brew.field("allow"), brew.field("connection"), end.status) == ("GET", "Keep-Alive", 200)
        with server.connect() as client:
            client.send(head("POST", "/", ["Expect: 100-continue"], "hi"))
            assert client.read_line().startswith("HTTP/1.1 100")
            assert client.read_line() == ""
            client.send("hi")
            assert client.read_answer().status == 405


def test_a_connection_ends_when_the_answer_says_so():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for path, fields in (("/", []), ("/me", [bearer(good)]), ("/me", []), ("/nothing", [])):
            for line in ("Connection: close", "Connection: keep-alive, Close", ""):
                with server.connect() as client:
                    if line:
                        client.send(head("GET", path, [*fields, line]))
                    else:
                        client.send(f"GET {path} HTTP/1.0\r\n{''.join(field + chr(13) + chr(10) for field in fields)}\r\n")
                    assert client.read_answer().field("connection") == "Close"
                    assert client.is_closed(), (path, fields)


def test_unusual_requests():
    token = sign(sub="alice", exp=int(time.time()) + 60)
    good, forged = bearer(token), bearer(forge(token))
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"):
            assert server.ask(method, "/me", [good]).status == 405, method
        for path in ("/me/", "//me", "/ME", "/%6de", "/../me", "/news/../me", "*", "http://localhost/me/", "/" + "a" * 7000):
            assert server.get(path, good).status == 404, path
        for path in ("/me?token=x", "http://localhost/me", "/me?", "/me??", "/me?a?b", "/me?%", "/me?&=&", "/me?" + "a=b&" * 500):
            assert server.get(path, good).text == "Hello alice", path
        # Two fields of credentials are refused, whichever one is valid.
        for pair in ([forged, good], [good, forged], [good, good], [good.replace("Bearer", "Basic"), good], [good, "authorization: x"]):
            assert server.get("/me", *pair).status == 400, pair
        assert server.get("/me", good + ", Bearer a.b.c").status == 400
        # Other fields of one name are one list.
        assert server.get("/me", good, "Accept: text/plain", "Accept: text/html", "Cookie: a=b", "Cookie: c=d").status == 200
        # A request that Pistache's own parser refuses is answered without the parser's message.
        for fields in (["Cookie: a"], ["Date: x"], ["Accept: ////"], ["Content-Type: x"]):
            answer = server.get("/me", good, *fields)
            assert (answer.status, answer.json()) == (400, {"error": "a field or the target is not valid"}), (fields, answer)
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


def test_without_settings_it_runs_and_the_printed_command_works():
    assert check_trial("pistache") == "Hello alice"


def test_the_command_line():
    check_command_line("pistache", JWT_SECRET=SECRET)
    assert "JWT_SECRET" in fails_to_start("pistache", JWT_SECRET="short")
    assert "JWT_SECRET" in fails_to_start("pistache", JWT_SECRET="")


run_all(globals())
