#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's limit on password guesses, also for other spellings of the e-mail.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql
import json
import unittest

from account_client import PASSWORD, SECRET, log_in, new_email, register
from databases import Postgres
from raw_http import ask
from running import Server

# PostgreSQL's client library ends a text at a NUL; terminals and logs end it at other control characters.
CONTROLS = ["\0", "\0x", "\x01", "\t", "\n", "\r\n", "\x1b[2J", "\x7f", "\x80", "\x85", "\x9f"]
WRONG = b'{"message":"Invalid email or password","status":"fail"}'


class Guessing(unittest.TestCase):
    def settings(self):
        return {"JWT_SECRET": SECRET}

    def setUp(self):
        self.server = Server("account", **self.settings())
        self.server.start()
        self.addCleanup(self.server.__exit__)

    def post(self, path, **body):
        return ask(self.server.port, "POST", f"/api/auth/{path}", body=body)

    def test_control_characters_are_refused_at_registration_by_field(self):
        for control in CONTROLS:
            for field, value in (("email", f"person{control}@example.com"), ("email", f"person@example.com{control}"),
                                 ("name", f"Ann{control}"), ("name", f"{control}Ann")):
                person = {"name": "Ann", "email": new_email(), "password": PASSWORD} | {field: value}
                answer = self.post("register", **person)
                self.assertEqual((answer.status, answer.json().get("field")), (400, field), (value, answer))

    def test_an_email_with_control_characters_belongs_to_no_user(self):
        email = register(self.server.port)
        for control in CONTROLS[:3]:
            answer = self.post("login", email=email + control, password=PASSWORD)
            self.assertEqual((answer.status, answer.body), (400, WRONG), control)
        log_in(self.server.port, email)

    def test_texts_that_are_not_emails_share_one_count(self):
        """One guess with each spelling. All spellings share one count."""
        email = register(self.server.port)
        statuses = [self.post("login", email=email + "\0" + str(number), password=f"guess {number}").status
                    for number in range(8)]
        self.assertEqual(statuses, 5 * [400] + 3 * [429])
        for other in ("no email", "", "a" * 60_000, email + "\x85", f"{email}\n127.0.0.1"):
            self.assertEqual(self.post("login", email=other, password=PASSWORD).status, 429, other[:50])
        # These guesses do not lock out the owner of the e-mail.
        log_in(self.server.port, email)

    def test_spellings_of_one_email_share_one_count(self):
        email = register(self.server.port)
        spellings = [email, email.upper(), email.title(), email.swapcase(), email.capitalize(), email]
        self.assertEqual([self.post("login", email=spelling, password="wrong").status for spelling in spellings],
                         5 * [400] + [429])

    def test_the_log_shows_no_email(self):
        self.post("login", email="who\0\x1b[31m@example.com", password="x")
        self.assertNotIn("example.com", self.server.log_text())
        for line in self.server.log_text().splitlines():
            json.loads(line)


class GuessingOnPostgresql(Guessing):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.postgres.__exit__()

    def settings(self):
        return {"JWT_SECRET": SECRET, "DATABASE_URL": self.postgres.url}


if __name__ == "__main__":
    unittest.main()
