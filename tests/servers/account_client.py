# SPDX-License-Identifier: MIT
# Requests to the account service, for the tests in this folder.
import itertools

from raw_http import ask
from running import Server

SECRET = "a secret for tests that nobody else has: 0123456789"
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def new_email():
    return f"person{next(_numbers)}@example.com"


def register(port, email=None, password=PASSWORD, name="A Person"):
    email = email or new_email()
    answer = ask(port, "POST", "/api/auth/register", body={"name": name, "email": email, "password": password})
    assert answer.status == 200, answer
    return email


def log_in(port, email, password=PASSWORD, agent=None):
    """The token and the refresh token of a client that is not a browser."""
    fields = {"Accept": "application/json"} | ({"User-Agent": agent} if agent else {})
    answer = ask(port, "POST", "/api/auth/login", fields,
                 {"email": email, "password": password, "refresh": True})
    assert answer.status == 200, answer
    return answer.json()["token"], answer.json()["refresh_token"]


def new_login(port):
    return log_in(port, register(port))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def me(port, token):
    return ask(port, "GET", "/api/users/me", bearer(token))


class OneService:
    """A TestCase base: one service for all of its tests, which must end with status 0."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("account", JWT_SECRET=SECRET).start()
        cls.port = cls.server.port

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
