#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service while more logins arrive than it can hash passwords: other requests are served, and it can be stopped.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev
import contextlib
import selectors
import socket
import threading
import time
import unittest

from account_client import PASSWORD, SECRET, bearer, log_in, new_email, register
from raw_http import Connection, ask, request
from running import Server, build_says, eventually

LOGINS = 340


# Sanitizers make everything slow. Without them, an answer that took a second has waited for a password hash.
MOST_SECONDS = 10 if build_says("-fsanitize") else 1


def login(port, email, password=PASSWORD):
    return request(port, "POST", "/api/auth/login", body={"email": email, "password": password})


def read_all(connections):
    """Starts a thread that reads one answer of each connection; the connections stay open. Returns the thread, and the list
    that it fills."""
    answers = []

    def read():
        with selectors.DefaultSelector() as selector:
            for connection in connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            while selector.get_map():
                for key, _ in selector.select():
                    selector.unregister(key.fileobj)
                    answers.append(key.data.read_answer())

    reader = threading.Thread(target=read)
    reader.start()
    return reader, answers


class Flood(unittest.TestCase):
    def test_a_flood_of_logins_harms_no_other_route(self):
        with Server("account", JWT_SECRET=SECRET) as server, contextlib.ExitStack() as stack:
            emails = [register(server.port) for _ in range(4)]
            token = log_in(server.port, emails[0])[0]
            tried = [(emails[number % 4], PASSWORD) if number % 8 == 0 else
                     (emails[3], "wrong") if number % 8 == 1 else (new_email(), "wrong") for number in range(LOGINS)]
            connections = [stack.enter_context(Connection(server.port)) for _ in tried]
            for connection, (email, password) in zip(connections, tried):
                connection.send(login(server.port, email, password))
            reader, answers = read_all(connections)
            slowest = 0
            for _ in range(20):
                for path in ("/api/healthchecker", "/api/users/me"):
                    started = time.monotonic()
                    answer = ask(server.port, "GET", path, bearer(token))
                    slowest = max(slowest, time.monotonic() - started)
                    self.assertEqual(answer.status, 200, answer)
            reader.join()
            statuses = {status: [answer.status for answer in answers].count(status) for status in (200, 400, 429, 503)}
            print(f"\nof {LOGINS} logins at once: {statuses}; the slowest other answer took {slowest * 1000:.0f} ms")
            self.assertEqual(sum(statuses.values()), LOGINS, {answer.status for answer in answers})
            self.assertGreater(statuses[200] + statuses[400], 0)
            self.assertGreater(statuses[503], 0)
            for answer in answers:
                if answer.status in (429, 503):
                    self.assertGreaterEqual(int(answer.one("Retry-After")), 1)
                    self.assertEqual(answer.json()["status"], "fail")
            self.assertLess(slowest, MOST_SECONDS)
            # Later requests are served as before.
            for email in emails[:3]:
                log_in(server.port, email)

    def test_registrations_and_password_changes_are_limited_together_with_logins(self):
        with Server("account", JWT_SECRET=SECRET) as server, contextlib.ExitStack() as stack:
            token = log_in(server.port, register(server.port))[0]
            change = request(server.port, "PATCH", "/api/users/me/password", bearer(token),
                             {"current_password": "wrong", "password": "another password"})
            connections = [stack.enter_context(Connection(server.port)) for _ in range(200)]
            for number, connection in enumerate(connections):
                person = {"name": "A", "email": new_email(), "password": PASSWORD}
                connection.send(change if number % 40 == 0 else
                                request(server.port, "POST", "/api/auth/register", body=person))
            self.assertEqual(ask(server.port, "GET", "/api/healthchecker").status, 200)
            statuses = [connection.read_answer().status for connection in connections]
            self.assertLessEqual(set(statuses), {200, 400, 429, 503})
            self.assertIn(503, statuses)
            self.assertIn(200, statuses)

    def test_a_stop_does_not_wait_for_password_hashes(self):
        server = Server("account", JWT_SECRET=SECRET).start()
        with contextlib.ExitStack() as stack:
            stack.callback(server.__exit__)
            connections = [Connection(server.port) for _ in range(60)]
            for connection in connections:
                connection.send(login(server.port, new_email()))
            for connection in connections:
                connection.socket.shutdown(socket.SHUT_RDWR)
                connection.close()
            eventually(lambda: server.log_text().count('"path":"/api/auth/login"') > 0, what="the first of the logins")
            self.assertEqual(server.stop(), 0)
            statuses = [line["status"] for line in server.log() if line.get("path") == "/api/auth/login"]
            print(f"\nof {len(statuses)} logins, {statuses.count(400)} passwords were still checked")
            # The waiting ones were answered 503, and no password of them was hashed.
            self.assertIn(503, statuses)


if __name__ == "__main__":
    unittest.main()
