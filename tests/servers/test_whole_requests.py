#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The end of a request, on each server on cpp-httplib: neither a body nor a part of a refused request is read as the next request
# of the connection. Over raw sockets, with heads and bodies in separate packets.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev
import unittest

from raw_http import Connection, head
from running import Server

SECRET = "a secret for tests, 32 bytes or more"
EVIL = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"


class Requests:
    """The tests that run for each server. `OPEN` is a path for GET without a login, `TAKES_BODY` a path for POST."""

    VARIABLES = {"JWT_SECRET": SECRET}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.NAME, **cls.VARIABLES).start()
        cls.port = cls.server.port

    @classmethod
    def tearDownClass(cls):
        log = cls.server.log_text()
        assert cls.server.stop() == 0
        assert SECRET not in log and "BREW" not in log and "smuggled" not in log, log

    def statuses(self, *packets):
        """Sends packets on one connection, closes the sending side, and returns the statuses of all answers."""
        with Connection(self.port) as connection:
            for packet in packets:
                try:
                    connection.send(packet)
                except OSError:
                    break
            connection.finish()
            found = []
            while True:
                try:
                    answer = connection.read_answer()
                except ConnectionError:
                    return found
                self.assertEqual(answer.one("X-Content-Type-Options"), "nosniff")
                self.assertIsNone(answer.one("EXCEPTION_WHAT"))
                found.append(answer.status)

    def evil(self):
        return EVIL % self.OPEN.encode()

    def test_a_body_is_never_the_next_request(self):
        evil = self.evil()
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW", "TRACE", "CONNECT"):
            for path in (self.OPEN, self.TAKES_BODY, "/smuggled"):
                if method == "HEAD":
                    continue  # its answer has no body, which the reader of answers cannot know: another test covers it
                self.assertEqual(len(self.statuses(head(method, path, body=evil), evil)), 1, (method, path))
                chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(evil), evil)
                chunked = head(method, path, ["Transfer-Encoding: chunked"])
                self.assertEqual(len(self.statuses(chunked, chunks)), 1, (method, path))
        with Connection(self.port) as connection:
            connection.send(head("HEAD", self.OPEN, body=evil))
            connection.send(evil)
            self.assertEqual(connection.read_answer("HEAD").status, 200)
            connection.finish()
            self.assertTrue(connection.is_closed())

    def test_the_connection_goes_on_after_an_unused_body(self):
        evil = self.evil()
        self.assertEqual(self.statuses(head("POST", "/smuggled", body=evil), evil, evil), [404, 200])
        self.assertEqual(self.statuses(head("GET", self.OPEN, body=evil), evil, evil), [200, 200])

    def test_ambiguous_requests_are_400_and_end_the_connection(self):
        evil = self.evil()
        start = f"POST {self.TAKES_BODY} HTTP/1.1\r\n".encode()
        host = b"Host: x\r\n"
        for fields in (b"Content-Length: 5\r\nContent-Length: 5\r\n", b"Content-Length: 5, 5\r\n",
                       b"Content-Length: +5\r\n", b"Content-Length: 0x5\r\n", b"Content-Length: -1\r\n",
                       b"Content-Length: \r\n", b"Content-Length : 5\r\n", b" Content-Length: 5\r\n",
                       b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n",
                       b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n",
                       b"Transfer-Encoding: \x0bchunked\r\n", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                       b"X: a\r\n b\r\n", b"X: a\n", b"X: a\rb\r\n", b"X: a\x00b\r\n", b"X\r\n", b": x\r\n", b"X Y: z\r\n",
                       b"Host: y\r\n"):
            self.assertEqual(self.statuses(start + host + fields + b"\r\n", evil), [400], fields)
        for line in (b"GET / HTTP/2.0", b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 ", b"GET /\tx HTTP/1.1", b"G(T / HTTP/1.1",
                     b"GET x HTTP/1.1", b"GET /\x80 HTTP/1.1", b" GET / HTTP/1.1"):
            self.assertEqual(self.statuses(line + b"\r\n" + host + b"\r\n", evil), [400], line)
        self.assertEqual(self.statuses(start + b"\r\n", evil), [400], "no Host")
        self.assertEqual(self.statuses(b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", evil), [400])

    def test_malformed_chunks_are_400_and_end_the_connection(self):
        chunked = head("POST", self.TAKES_BODY, ["Transfer-Encoding: chunked"])
        for chunks in (b"x\r\n", b"-1\r\n", b"0x1\r\n", b"\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"1\r\nab\r\n", b"1\nab\r\n", b"1 2\r\na\r\n"):
            self.assertEqual(self.statuses(chunked, chunks, self.evil()), [400], chunks)

    def test_a_chunked_body_is_read(self):
        fields = ["Transfer-Encoding: chunked", "Content-Type: application/json"]
        for chunks in (b"2\r\n{}\r\n0\r\n\r\n", b"1;x=y\r\n{\r\n01\r\n}\r\n0;x\r\nTrailer: x\r\n\r\n"):
            self.assertEqual(self.statuses(head("POST", self.TAKES_BODY, fields), chunks),
                             self.statuses(head("POST", self.TAKES_BODY, ["Content-Type: application/json"], "{}"), b"{}"))

    def test_a_body_that_is_too_long_is_413_and_ends_the_connection(self):
        json = ["Content-Type: application/json"]
        for length in (65537, 10**9, 10**30):
            long = head("POST", self.TAKES_BODY, json + [f"Content-Length: {length}"])
            self.assertEqual(self.statuses(long, self.evil()), [413], length)
        chunked = head("POST", self.TAKES_BODY, json + ["Transfer-Encoding: chunked"])
        self.assertEqual(self.statuses(chunked, b"10000\r\n" + b"x" * 65536 + b"\r\n1\r\n", b"x\r\n0\r\n\r\n", self.evil()), [413])
        self.assertEqual(self.statuses(chunked, b"ffffffffffff\r\n", self.evil()), [413])

    def test_100_continue_is_sent_unless_the_body_is_too_long(self):
        expects = ["Content-Type: application/json", "Expect: 100-continue"]
        with Connection(self.port) as connection:
            connection.send(head("POST", self.TAKES_BODY, expects, "{}"))
            self.assertTrue(connection.read_line().startswith("HTTP/1.1 100"))
            self.assertEqual(connection.read_line(), "")
            connection.send("{}")
            self.assertGreaterEqual(connection.read_answer().status, 400)
        with Connection(self.port) as connection:
            connection.send(head("POST", self.TAKES_BODY, [*expects, "Content-Length: 70000"]))
            self.assertTrue(connection.read_line().startswith("HTTP/1.1 413"))

    def test_requests_in_one_packet_are_answered_in_turn(self):
        get = self.evil()
        self.assertEqual(self.statuses(get + head("POST", "/smuggled", body="{}") + b"{}" + get), [200, 404, 200])
        self.assertEqual(self.statuses(b"\r\n" + get), [200])

    def test_a_request_may_come_a_byte_at_a_time(self):
        self.assertEqual(self.statuses(*(bytes([byte]) for byte in self.evil() * 2)), [200, 200])

    def test_the_client_may_end_the_connection(self):
        close = head("GET", self.OPEN, ["Connection: keep-alive, Close"])
        self.assertEqual(self.statuses(close, self.evil()), [200])
        self.assertEqual(self.statuses(b"GET %s HTTP/1.0\r\n\r\n" % self.OPEN.encode(), self.evil()), [200])

    def test_a_target_may_have_the_absolute_form(self):
        for start in (b"http://x", b"https://127.0.0.1:1", b"HTTP://x"):
            self.assertEqual(self.statuses(b"GET %s%s HTTP/1.1\r\nHost: x\r\n\r\n" % (start, self.OPEN.encode())), [200], start)
        self.assertEqual(self.statuses(b"POST http://x HTTP/1.1\r\nHost: x\r\n\r\n")[0] // 100, 4)

    def test_a_range_is_ignored(self):
        for value in ("bytes=0-1", "bytes=0-1,3-4", "bytes=9-1", "x"):
            self.assertEqual(self.statuses(head("GET", self.OPEN, [f"Range: {value}"])), [200], value)

    def test_unknown_methods_are_405_with_what_is_allowed(self):
        for method in ("BREW", "TRACE", "CONNECT", "get", "PRI"):
            with Connection(self.port) as connection:
                answer = connection.ask(method, self.OPEN)
                self.assertEqual(answer.status, 405, method)
                self.assertIn("GET", answer.one("Allow"), method)
                self.assertEqual(connection.ask(method, "/smuggled").status, 404, method)

    def test_each_request_is_a_line_in_the_log_also_a_malformed_one(self):
        before = self.server.log_text().count('"status":400')
        self.assertEqual(self.statuses(b"smuggled\r\n\r\n"), [400])
        self.assertEqual(self.server.log_text().count('"status":400'), before + 1)

    def test_a_line_that_is_too_long_is_refused_and_logged(self):
        before = self.server.log_text().count('"status":431')
        with Connection(self.port) as connection:
            answer = connection.ask("GET", self.OPEN, [f"X: {'y' * 9000}"])
            self.assertEqual(answer.status, 431)
            self.assertTrue(answer.body)
            connection.finish()
            self.assertTrue(connection.is_closed())
        lines = [line for line in self.server.log() if line.get("status") == 431]
        self.assertEqual(len(lines), before + 1)
        self.assertTrue(lines[-1]["reason"])

    def test_a_query_may_hold_question_marks(self):
        self.assertEqual(self.statuses(b"GET %s?a?b=?c HTTP/1.1\r\nHost: x\r\n\r\n" % self.OPEN.encode()), [200])

    def test_no_ranges_are_promised(self):
        with Connection(self.port) as connection:
            self.assertIn(connection.ask("HEAD", self.OPEN).one("Accept-Ranges"), (None, "none"))

    def test_it_ends_at_once_with_any_clients(self):
        with Server(self.NAME, **self.VARIABLES) as server, Connection(server.port) as idle:
            self.assertEqual(idle.ask("GET", self.OPEN).status, 200)
            halves = (b"GET / HT", head("POST", self.TAKES_BODY, body="{}"), head("POST", "/", ["Transfer-Encoding: chunked"]))
            clients = [Connection(server.port) for _ in halves]
            for client, half in zip(clients, halves):
                client.send(half)
            self.assertEqual(server.stop(), 0)
            for client in clients:
                client.close()


class Minimal(Requests, unittest.TestCase):
    NAME, OPEN, TAKES_BODY = "minimal", "/", "/refresh"

    def test_percent_signs_in_fields_are_literal(self):
        with Connection(self.port) as connection:
            token = connection.ask("GET", "/generate").text.removeprefix("Generated JWT: ")
            for written, status in ((token, 200), (f"%{ord(token[0]):x}{token[1:]}", 400), (token.replace(".", "%2E"), 400)):
                self.assertEqual(connection.ask("GET", "/protected", [f"Authorization: Bearer {written}"]).status, status)


class Login(Requests, unittest.TestCase):
    NAME, OPEN, TAKES_BODY = "login", "/public", "/login"


class Account(Requests, unittest.TestCase):
    NAME, OPEN, TAKES_BODY = "account", "/api/healthchecker", "/api/auth/login"


# `Requests` has only the shared tests, and must not run by itself.
if __name__ == "__main__":
    unittest.main()
