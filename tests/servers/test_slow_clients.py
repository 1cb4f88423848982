#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Clients of every example server that are silent, slow or do not read. They must not block a thread or lock out other clients,
# and are disconnected in time. Over raw sockets, all from one address.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev libboost-dev libpistache-dev
import contextlib
import socket
import threading
import time
import unittest

from every_server import EVERY_SERVER
from raw_http import Connection, head

PATIENCE = 60  # seconds that a server has to end a connection

# (server, test) and where it is documented. If such a test passes, it fails here, and its line must be removed.
EXPECTED_TO_FAIL = {}


class Slow:
    """The tests that run for each server."""

    def setUp(self):
        if not self.profile.is_built():
            self.skipTest(f"{self.profile.name} is not built")
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.server = self.stack.enter_context(self.profile.start())

    def connections(self, count):
        return [self.stack.enter_context(Connection(self.server.port, PATIENCE)) for _ in range(count)]

    def get(self, connection):
        return connection.ask("GET", self.profile.health, ["Connection: keep-alive"])

    def assert_others_are_answered(self):
        """The timeout detects a server that does not answer: the slow clients would block it for longer."""
        for _ in range(5):
            begin = time.monotonic()
            with Connection(self.server.port, timeout=5) as other:
                self.assertEqual(self.get(other).status, self.profile.health_status)
            print(f"{self.profile.name}: answered after {1000 * (time.monotonic() - begin):.1f} ms")

    def threads(self):
        """How many threads the server has."""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("Threads:")).split()[1])

    @contextlib.contextmanager
    def dripping(self, clients, data):
        """Sends the bytes one at a time, on all connections, for as long as the block lasts."""
        ended = threading.Event()

        def drip():
            for byte in data:
                for client in clients:
                    with contextlib.suppress(OSError):
                        client.send(bytes([byte]))
                if ended.wait(0.05):
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def test_heads_that_drip(self):
        self.assert_others_are_answered()  # now all its threads have started
        clients = self.connections(300)
        before = self.threads()
        with self.dripping(clients, b"GET / HTTP/1.1\r\nX: " + 5000 * b"y"):
            self.assert_others_are_answered()
        self.assertEqual(self.threads(), before)

    def test_bodies_that_drip(self):
        clients = self.connections(300)
        for client in clients:
            client.send(head("POST", self.profile.takes_body, ["Transfer-Encoding: chunked"]))
        with self.dripping(clients, 1000 * b"1\r\nx\r\n"):
            self.assert_others_are_answered()

    def test_connections_that_are_silent(self):
        self.connections(850)  # more than a server keeps
        self.assert_others_are_answered()

    def test_connections_that_are_kept_and_not_used(self):
        for _ in range(340):
            self.assertEqual(self.get(*self.connections(1)).status, self.profile.health_status)
        before = self.threads()
        self.assert_others_are_answered()
        self.assertEqual(self.threads(), before)
        self.assertLess(before, 300)

    def test_clients_that_do_not_read(self):
        for client in self.connections(40):
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.socket.setblocking(False)
            with contextlib.suppress(OSError):  # it reads no more, or has closed the connection after that many requests
                for _ in range(1000):
                    client.send(100 * head("GET", self.profile.health, ["Connection: keep-alive"]))
        self.assert_others_are_answered()

    def slow_clients(self):
        """A silent connection, and four with an incomplete request."""
        _, line, fields, body, chunks = clients = self.connections(5)
        line.send(b"GET / HT")
        fields.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        body.send(head("POST", self.profile.takes_body, ["Content-Length: 9"]) + b"12345678")
        chunks.send(head("POST", self.profile.takes_body, ["Transfer-Encoding: chunked"]) + b"5\r\nabc")
        return clients


# One class for each server.
for profile in EVERY_SERVER:
    globals()[profile.name] = type(profile.name, (Slow, unittest.TestCase), {"profile": profile})


class Ends(unittest.TestCase):
    """The servers' own timeouts. All servers are tested at once, because a timeout takes up to 20 seconds."""

    def test_slow_clients_are_ended(self):
        with contextlib.ExitStack() as stack:
            tests = []
            for profile in EVERY_SERVER:
                if not profile.is_built():
                    print(f"skipped, because it is not built: {profile.name}")
                    continue
                test = type(profile.name, (Slow, unittest.TestCase), {"profile": profile})("setUp")
                stack.callback(test.doCleanups)
                test.setUp()
                tests.append((test, test.slow_clients()))
            for test, clients in tests:
                name = test.profile.name
                said = [self.end_of(client) for client in clients]
                is_right = all(text == b"" or text.startswith(b"HTTP/1.1 408") for text in said)
                self.assertEqual(is_right, (name, "slow_clients_are_ended") not in EXPECTED_TO_FAIL, (name, said))
                test.assert_others_are_answered()

    @staticmethod
    def end_of(client):
        try:
            return client.read_bytes()
        except TimeoutError:
            return "not ended"


if __name__ == "__main__":
    unittest.main()
