#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos: the end of a request, RFC 9112. No request can end the process, exhaust its memory, or hide another request in
# its body. Over raw sockets.
# packages: libboost-dev libsqlite3-dev libhiredis-dev
import json
import pathlib
import select
import time

from hostile_requests import CHUNKS, FRAMING_FIELDS, HOST_FIELDS, REQUEST_LINES
from raw_http import head
from running import Server, build_says, eventually, run_all
from todos_checks import ALICE, cookie_of

CHUNKED = "Transfer-Encoding: chunked"
LOGIN = json.dumps(ALICE).encode()


def answers_of(server, *packets):
    """Sends the packets on one connection, and closes the sending side. Returns all answers until the server closes."""
    with server.connect() as client:
        for packet in packets:
            try:
                client.send(packet)
            except OSError:
                break  # already refused
        client.finish()
        answers = []
        while True:
            try:
                answers.append(client.read_answer())
            except ConnectionError:
                return answers


def assert_refused(server, packets, statuses, what):
    answers = answers_of(server, *packets)
    assert [answer.status in statuses for answer in answers] == [True], (what, answers)
    assert answers[0].field("connection") == "close", what


def test_a_long_trailer_ends_its_connection_and_not_the_server():
    start, trailer = head("GET", "/", [CHUNKED]), b"0\r\nX: " + b"y" * 70000 + b"\r\n\r\n"
    with Server("todos") as server, server.connect() as other:
        for packets in ([start + trailer], [start, trailer], [start + trailer[:1000], trailer[1000:]],
                        [start, trailer[:3], trailer[3:6], trailer[6:]]):
            assert_refused(server, packets, (400, 431), "a long trailer")
        other.send(head("GET", "/"))  # a connection that was opened before
        assert other.read_answer().status == 200
        assert "yyy" not in server.log_text()


def bytes_of(server, name):
    """A value of the process in /proc: VmHWM is its peak memory, VmData the size of its data."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024 * int(status.partition(f"{name}:")[2].split()[0])


def flood(server, start, parts):
    """Sends the head, and then the parts until the server answers. Returns the answer and the number of sent bytes."""
    with server.connect() as client:
        client.send(start)
        client.socket.setblocking(False)
        sent, waiting, end = 0, b"", time.monotonic() + 60
        while sent < 300_000_000 and not select.select([client.socket], [], [], 0)[0]:
            assert time.monotonic() < end, "the server neither reads nor answers"
            waiting = waiting or next(parts)
            try:
                size = client.socket.send(waiting)
                sent, waiting = sent + size, waiting[size:]
            except BlockingIOError:
                select.select([client.socket], [client.socket], [], 1)
            except ConnectionError:
                break
        client.socket.settimeout(30)
        return client.read_answer(), sent


def repeat(first, part):
    yield first
    while True:
        yield part


def test_floods_of_extensions_and_trailers_are_refused_at_once():
    start, many = head("POST", "/login", [CHUNKED, "Content-Type: application/json"]), b"y" * 65536
    floods = {
        "one extension": repeat(b"1;x=", many),
        "extensions of many chunks": repeat(b"", b"1;xxxxxxx\r\ny\r\n" * 4096),
        "one trailer": repeat(b"0\r\nX: ", many),
        "many trailers": repeat(b"0\r\n", b"X: y\r\n" * 8192),
        "a size": repeat(b"1", b"0" * 65536),
    }
    with Server("todos") as server:
        server.get("/")
        before = bytes_of(server, "VmHWM")
        for what, parts in floods.items():
            answer, sent = flood(server, start, parts)
            assert answer.status in (400, 431) and answer.field("connection") == "close", (what, answer)
            assert sent < 20_000_000, (what, sent)  # the size of the system's own buffers
        most = 64_000_000 if build_says("-fsanitize") else 16_000_000  # sanitizers keep freed memory for a while
        assert bytes_of(server, "VmHWM") - before < most
        assert server.get("/").status == 200


def test_the_limit_is_one_for_head_extensions_and_trailers():
    fields = [CHUNKED, "Content-Type: application/json"]
    with Server("todos") as server:
        def status_with(in_head, in_extension, in_trailer):
            start = head("POST", "/login", [*fields, "X: " + "x" * in_head])
            chunks = b"%x;%s\r\n%s\r\n0\r\nX:%s\r\n\r\n" % (len(LOGIN), b"e" * in_extension, LOGIN, b"t" * in_trailer)
            (answer,) = answers_of(server, start, chunks)
            return answer.status
        assert status_with(2600, 2600, 2600) == 200
        assert status_with(100, 3900, 3900) == 200
        for sizes in ((3000, 3000, 3000), (100, 8200, 0), (100, 0, 8200), (8000, 200, 0), (8000, 0, 200)):
            assert status_with(*sizes) == 431, sizes
        assert status_with(8200, 0, 0) == 431


def test_no_body_becomes_a_request():
    """A real attack: a POST /login with an ambiguous end, whose body is a POST /logout-all of another user."""
    with Server("todos", "--sessions", "memory") as server:
        alice = cookie_of(server, ALICE)
        hidden = head("POST", "/logout-all", [alice, "Content-Type: application/json"], b"")
        for version, hosts in ((b"1.1", b"Host: x\r\n"), (b"1.0", b"")):
            for fields in FRAMING_FIELDS:
                start = b"POST /login HTTP/%s\r\n%sContent-Type: application/json\r\n%s\r\n\r\n" % (version, hosts, fields)
                assert_refused(server, [start, hidden], (400, 501), (version, fields))
                assert_refused(server, [start + b"0\r\n\r\n" + hidden], (400, 501), (version, fields))
        old = b"POST /login HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert_refused(server, [old, b"0\r\n\r\n" + hidden], (400,), "chunks in HTTP/1.0")
        for chunks in CHUNKS:
            start = head("POST", "/login", [CHUNKED, "Content-Type: application/json"])
            assert_refused(server, [start, chunks + hidden], (400,), chunks)
            assert_refused(server, [start + chunks + hidden], (400,), chunks)
        for line in REQUEST_LINES:
            assert_refused(server, [line + b"\r\nHost: x\r\n\r\n", hidden], (400,), line)
        for hosts in HOST_FIELDS:
            assert_refused(server, [b"GET / HTTP/1.1\r\n" + hosts + b"\r\n", hidden], (400,), hosts)
        for length in (65537, 10**9, 10**19, 10**30):
            start = head("POST", "/login", [f"Content-Length: {length}", "Content-Type: application/json"])
            assert_refused(server, [start, hidden], (413,), length)
        for size in (b"10001", b"ffffffffffffffff"):
            start = head("POST", "/login", [CHUNKED, "Content-Type: application/json"])
            assert_refused(server, [start, size + b"\r\n", hidden], (413,), size)
        assert server.get("/protected", alice).text == "Hello user alice"
        assert '"path":"/logout-all"' not in server.log_text()


def test_a_trailer_is_no_field_of_the_request():
    with Server("todos", "--sessions", "memory") as server:
        alice, other = cookie_of(server, ALICE), cookie_of(server, ALICE)
        chunks = f"0\r\n{other}\r\nContent-Type: application/json\r\n\r\n".encode()
        (answer,) = answers_of(server, head("POST", "/logout", [CHUNKED, alice]), chunks)
        assert answer.status == 200
        assert server.get("/protected", alice).status == 401
        assert server.get("/protected", other).status == 200
        (answer,) = answers_of(server, head("POST", "/login", [CHUNKED]), b"%x\r\n%s\r\n" % (len(LOGIN), LOGIN) + chunks)
        assert answer.status == 415


def test_unambiguous_requests_are_answered_in_any_packets():
    json_type = "Content-Type: application/json"
    size = len(LOGIN)
    good = [
        head("POST", "/login", [json_type], LOGIN) + LOGIN,
        head("POST", "/login", [json_type, f"content-length: \t{size} "]) + LOGIN,
        head("POST", "/login", [json_type, f"Content-Length: 000{size}"]) + LOGIN,
        head("POST", "/login", [json_type, "transfer-encoding:\tChunked "]) + b"%X\r\n%s\r\n0\r\n\r\n" % (size, LOGIN),
        head("POST", "/login", [json_type, CHUNKED])
        + b"1;a=b ; c=\"d e\"\r\n%s\r\n%04x \t;x\r\n%s\r\n000;y\r\nX: y\r\nZ:\r\n\r\n" % (LOGIN[:1], size - 1, LOGIN[1:]),
        b"\r\n" + head("POST", "/login", [json_type, "X: caf\xc3\xa9"], LOGIN) + LOGIN,
        b"POST http://example.com:80/login?x HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Length: %d\r\n\r\n%s" % (
            json_type.encode(), size, LOGIN),
    ]
    after = head("GET", "/")
    with Server("todos") as server:
        for request in good:
            cuts = (len(request), 1, 7, 100)
            for cut in cuts:
                packets = [request[at:at + cut] for at in range(0, len(request), cut)]
                assert [answer.status for answer in answers_of(server, *packets, after)] == [200, 200], (cut, request)
            assert [answer.status for answer in answers_of(server, request + after + request)] == [200] * 3, request
        for host in ("x", "x.example", "X-1.example.:8080", "127.0.0.1:3000", "[::1]", "[::1]:80", "x_y", "x:"):
            assert server.raw(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").status == 200, host
        assert [answer.status for answer in answers_of(server, b"GET / HTTP/1.0\r\n\r\n", after)] == [200]
        assert [answer.status for answer in answers_of(server, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", after)] == [200]
        assert [answer.status for answer in answers_of(server, head("GET", "/", ["Connection: x, Close"]), after)] == [200]


def test_the_log_names_the_rule_and_not_the_request():
    with Server("todos") as server:
        for request in (b"smuggled / HTTP/9.9\r\n\r\n", head("GET", "/smuggled", ["Content-Length: smuggled"]),
                        head("GET", "/", [CHUNKED]) + b"smuggled\r\n", head("SMUGGLED", "/", ["smuggled: x"])):
            server.raw(request)
        server.raw(head("GET", "/", [CHUNKED]) + b"0\r\nsmuggled\r\n")
        lines = eventually(lambda: len(server.log()) >= 5 and server.log())
        assert "smuggled" not in server.log_text().lower()
        assert [line["status"] for line in lines] == [400, 400, 400, 405, 400]
        assert all(line["reason"] for line in lines if line["status"] == 400), lines


run_all(globals())
