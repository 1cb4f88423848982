#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/mcp with the official client of the Model Context Protocol, and oidc-provider as its authorization server. After the
# first 401 the client finds the authorization server by itself. Skipped without the packages: see tests/interop/install.
# packages: libcpp-httplib-dev
# label: all
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/servers"))
from node_process import NodeProcess  # noqa: E402
from running import Server, eventually, must_be_built  # noqa: E402
from tokens import bearer  # noqa: E402

must_be_built("mcp")
OTHERS = NodeProcess("mcp_client.mjs", "@modelcontextprotocol/sdk", "oidc-provider")
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_orders"}}


class Mcp(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server("mcp", "--issuer", OTHERS.issuer))
        self.url = f"http://127.0.0.1:{self.server.port}/mcp"
        OTHERS.ask("knows", resource=self.url)
        eventually(lambda: self.server.get("/ready").status == 200)

    def connect(self, **members):
        return OTHERS.ask("connect", url=self.url, **members)

    def call(self, name, **arguments):
        return OTHERS.ask("call", name=name, args=arguments)

    @staticmethod
    def steps(trace):
        return [(step["method"], step["url"].replace(OTHERS.issuer, ""), step["status"]) for step in trace]

    def test_the_client_authorizes_itself_after_the_first_401(self):
        said = self.connect(scopes=True)
        metadata = self.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
        steps = self.steps(said["trace"])
        self.assertEqual(steps[:2], [("POST", self.url, 401), ("GET", metadata, 200)])
        self.assertIn(("POST", "/reg", 201), steps)
        self.assertIn(("POST", self.url, 202), steps)  # notifications/initialized
        self.assertEqual([said["asked"][name] for name in ("resource", "scope", "code_challenge_method")],
                         [self.url, "orders:read", "S256"])
        (form,) = [step["form"] for step in said["trace"] if step["url"].endswith("/token")]
        self.assertEqual(form["resource"], self.url)
        self.assertTrue(form["code_verifier"])
        self.assertEqual(said["version"], "2025-11-25")
        self.assertEqual(said["tools"], ["who_am_i", "list_orders"])
        self.assertEqual(self.call("who_am_i")["result"]["structuredContent"], {"subject": "alice", "scopes": ["orders:read"]})
        orders = self.call("list_orders", limit=2)["result"]["structuredContent"]
        self.assertEqual(orders, {"orders": [{"id": 1, "buyer": "alice"}, {"id": 2, "buyer": "alice"}]})
        self.assertTrue(self.call("list_orders", limit=0)["result"]["isError"])
        self.assertIn("-32602", self.call("no_such_tool")["error"])

    def test_a_registered_client_does_not_register_again(self):
        said = self.connect(given="given", scopes=True)
        self.assertNotIn("/reg", [url for _, url, _ in self.steps(said["trace"])])
        self.assertEqual(said["client"], "given")
        self.assertEqual(self.call("who_am_i")["result"]["structuredContent"]["subject"], "alice")

    def test_a_client_asks_for_the_scope_that_its_token_lacks(self):
        self.connect(scopes=False)
        self.assertEqual(self.call("who_am_i")["result"]["structuredContent"]["scopes"], [])
        said = self.call("list_orders")
        steps = self.steps(said["trace"])
        self.assertEqual((steps[0], steps[-1]), (("POST", self.url, 403), ("POST", self.url, 200)))
        self.assertEqual(said["asked"]["scope"], "orders:read")
        self.assertEqual(len(said["result"]["structuredContent"]["orders"]), 10)

    def test_a_token_for_another_server_is_refused(self):
        OTHERS.ask("knows", resource="https://other.example/mcp")
        for resource, status in ((self.url, 200), ("https://other.example/mcp", 401)):
            token = OTHERS.ask("token", resource=resource)["access_token"]
            self.assertEqual(self.server.post("/mcp", CALL, bearer(token)).status, status)
            self.assertFalse(any(part in self.server.log_text() for part in token.split(".")))


unittest.addModuleCleanup(OTHERS.stop)
unittest.main()
