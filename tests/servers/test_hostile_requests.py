#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Sends every hostile request of hostile_requests.py to every example server, on each stack. The answer must be one of the right
# ones, the connection must be closed if it should be, and the bytes after the request must never be read as a request.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev libboost-dev libpistache-dev
import unittest

from every_server import EVERY_SERVER
from hostile_requests import FIELDS, clear_requests, hostile_paths, refused_requests
from raw_http import Connection, head

# Entries that a server does not answer correctly yet: (server, entry), and who fixes it or where it is documented. If an entry
# gets a right answer, the test fails, and its line must be removed.
EXPECTED_TO_FAIL = {}


class Requests:
    """The tests that run for each server."""

    @classmethod
    def setUpClass(cls):
        if not cls.profile.is_built():
            raise unittest.SkipTest(f"{cls.profile.name} is not built")
        cls.server = cls.profile.start().start()

    @classmethod
    def tearDownClass(cls):
        log = cls.server.log_text()
        cls.server.__exit__()
        assert "smuggled" not in log.lower(), log

    def statuses(self, packets, most=None, is_whole=True):
        """Sends the packets on one connection. Returns the statuses of the first `most` answers, or of all until the end."""
        with Connection(self.server.port) as connection:
            for packet in packets:
                try:
                    connection.send(packet)
                except OSError:
                    break  # already refused
            if not is_whole:
                connection.finish()
            statuses = []
            while most is None or len(statuses) < most:
                try:
                    statuses.append(connection.read_answer().status)
                except ConnectionError:
                    break
                except TimeoutError:
                    return [*statuses, "neither answered nor closed"]
            return statuses

    def check_entries(self, entries):
        """Each entry is a name, and the fault of its answers or None."""
        wrong, mended = [], []
        for name, fault in entries:
            is_expected = (self.profile.name, name) in EXPECTED_TO_FAIL
            if fault and not is_expected:
                wrong.append(f"{name}: {fault}")
            if is_expected and not fault:
                mended.append(name)
        self.assertFalse(wrong, "\n".join([f"{self.profile.name} answers these wrongly:", *wrong]))
        self.assertFalse(mended, f"{self.profile.name} answers these correctly now: remove them from EXPECTED_TO_FAIL")

    def get(self, path):
        with Connection(self.server.port) as connection:
            return connection.ask("GET", path).status

    def test_a_refused_request_ends_its_connection(self):
        hidden = head("GET", self.profile.health, ["X: smuggled"])

        # Pistache closes about one in several thousand connections without an answer. That does not count as a wrong answer.
        may_be_silent = self.profile.stack == "Pistache"

        def entries():
            for case in refused_requests(self.profile.takes_body, hidden):
                for way, packets in (("", case.packets), (", in one packet", [b"".join(case.packets)])):
                    found = self.statuses([*packets, hidden], is_whole=case.is_whole)
                    is_silent_right = may_be_silent or None in case.statuses
                    is_right = found[0] in case.statuses if len(found) == 1 else found == [] and is_silent_right
                    yield case.name + way, None if is_right else f"{found}, and not one of {case.statuses}"

        self.check_entries(entries())
        self.assertEqual(self.get(self.profile.health), self.profile.health_status)

    def test_an_unambiguous_request_is_answered_and_the_next_one_too(self):
        after = head("GET", self.profile.health, ["Connection: keep-alive"])

        def entries():
            for case in clear_requests(self.profile.takes_body):
                for size in (len(case.packets[0]), 1, 7):
                    request = b"".join(case.packets)
                    packets = [request[at:at + size] for at in range(0, len(request), size)]
                    found = self.statuses([*packets, after], most=2)
                    is_right = len(found) == 2 and 200 <= found[0] < 500 and found[1] == self.profile.health_status
                    yield f"{case.name}, {size} bytes at a time", None if is_right else found

        self.check_entries(entries())

    def test_json_in_json_to_any_depth_does_not_end_the_server(self):
        def entries():
            for name in ("refresh_token", "client_id", "email", "text", "id"):
                for start, end in (("[", "]"), ('{"x":', "}")):
                    for depth in (33, 10_000, 32_000):
                        body = f'{{"{name}":{start * depth}0{end * depth}}}'
                        request = head("POST", self.profile.takes_body, ["Content-Type: application/json", "Connection: close"], body)
                        found = self.statuses([request, body.encode()], most=1)
                        yield f"{name}, {depth} times {start}", None if len(found) == 1 and 400 <= found[0] < 500 else found

        self.check_entries(entries())
        self.assertEqual(self.get(self.profile.health), self.profile.health_status)

    def status(self, target, line=b""):
        """The status of a GET with exactly this target, and one more line in its head."""
        start = head("GET", "TARGET", ["Connection: close"]).replace(b"TARGET", target.encode(), 1)
        with Connection(self.server.port) as connection:
            connection.send(start[:-2] + line + (b"\r\n" if line else b"") + b"\r\n")
            return connection.read_answer().status

    def test_every_spelling_of_a_guarded_path_is_refused(self):
        guarded, health = self.profile.guarded, self.profile.health

        def entries():
            for elsewhere in {"/x", health} - {"/", guarded}:
                for target in hostile_paths(guarded, elsewhere):
                    status = self.status(target)
                    yield target, None if 400 <= status < 500 else status

        self.check_entries(entries())
        self.assertEqual(self.status(guarded), 401)

    def test_no_field_opens_a_guarded_path_or_causes_a_5xx(self):
        def entries():
            for line in FIELDS:
                closed, open_ = self.status(self.profile.guarded, line), self.status(self.profile.health, line)
                yield repr(line[:60]), None if 400 <= closed < 500 and open_ < 500 else (closed, open_)

        self.check_entries(entries())


# One class for each server.
for profile in EVERY_SERVER:
    globals()[profile.name] = type(profile.name, (Requests, unittest.TestCase), {"profile": profile})


class Marks(unittest.TestCase):
    def test_each_expected_failure_names_an_existing_entry(self):
        names = {case.name for case in (*refused_requests("/x", b""), *clear_requests("/x"))}
        for server, entry in EXPECTED_TO_FAIL:
            self.assertIn(server, [profile.name for profile in EVERY_SERVER])
            self.assertTrue(any(entry.startswith(name) for name in names), entry)


if __name__ == "__main__":
    unittest.main()
