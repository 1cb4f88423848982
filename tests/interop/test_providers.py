#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/resource_server with tokens of oauth2-mock-server and better-auth. The server fetches their keys and follows their
# changes. Skipped without the packages: see tests/interop/install.
# packages: libcpp-httplib-dev
# label: all
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/servers"))
from node_process import NodeProcess, folder_of_packages  # noqa: E402
from running import Server, eventually, must_be_built  # noqa: E402
from tokens import bearer, claims_of, forge, header_of  # noqa: E402

must_be_built("resource_server")
folder_of_packages("oauth2-mock-server", "better-auth")


class Provider:
    """The tests that run for each issuer."""

    def setUp(self):
        self.issuer = NodeProcess("provider_tokens.mjs", self.NAME, arguments=[self.NAME])
        self.addCleanup(self.issuer.stop)
        where = ["--jwks-url", self.issuer.said["jwks_url"]] if self.issuer.said["jwks_url"] else []
        self.server = self.enterContext(Server("resource_server", "--issuer", self.issuer.issuer, *where, "--cooldown", "0"))
        self.tokens = []
        eventually(lambda: self.server.get("/ready").status == 200)

    def token(self, audience, scope="orders:read"):
        self.tokens.append(self.issuer.ask("token", audience=audience, scope=scope)["value"])
        return self.tokens[-1]

    def status(self, token, path="/me"):
        return self.server.get(path, bearer(token)).status

    def test_tokens(self):
        good = self.token("orders")
        self.assertEqual(claims_of(good)["iss"], self.issuer.issuer)
        self.assertEqual((self.status(good), self.status(good, "/orders")), (200, 200))
        self.assertEqual(self.status(self.token("orders", "other"), "/orders"), 403)
        for bad in (self.token("another"), forge(good)):
            self.assertEqual(self.status(bad), 401)
        for token in self.tokens:
            self.assertFalse(any(part in self.server.log_text() for part in token.split(".")))

    def test_the_keys_are_rotated(self):
        old = self.token("orders")
        self.assertEqual(self.status(old), 200)
        self.issuer.ask("rotate")
        is_new = lambda token: header_of(token)["kid"] != header_of(old)["kid"]  # noqa: E731
        new = next(filter(is_new, (self.token("orders") for _ in range(3))))
        self.assertEqual((self.status(new), self.status(old)), (200, 200))


class OAuth2MockServer(Provider, unittest.TestCase):
    NAME = "oauth2-mock-server"


class BetterAuth(Provider, unittest.TestCase):
    NAME = "better-auth"


if __name__ == "__main__":
    unittest.main()
