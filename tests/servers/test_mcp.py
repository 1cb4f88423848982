#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/mcp: the transport and the messages of the Model Context Protocol, and the tools that a token may call.
# tests/interop/test_mcp.py has the official client.
# packages: libcpp-httplib-dev openssl curl
import json
import tempfile

from command_line import check_command_line, fails_to_start
from issuer import Issuer, Key
from running import Server, eventually, run_all
from tokens import bearer, forge
from trial import Trial, check_trial


def message(method, params=None, **members):
    return {"jsonrpc": "2.0", "id": 1, "method": method} | ({} if params is None else {"params": params}) | members


def call(tool, **arguments):
    return message("tools/call", {"name": tool, "arguments": arguments})


class Client:
    """Sends requests with a token to one server."""

    def __init__(self, server, token):
        self.server, self.token = server, token

    def post(self, body, *fields):
        return self.server.post("/mcp", body, bearer(self.token), *fields)

    def result(self, body):
        answer = self.post(body)
        assert answer.status == 200 and answer.field("content-type") == "application/json", answer
        return answer.json()["result"]


def test_messages():
    with Trial("mcp") as server:
        client = Client(server, server.token)
        said = client.result(message("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {}}))
        assert said["protocolVersion"] == "2025-06-18" and said["capabilities"] == {"tools": {}}
        for version in ("2024-11-05", "2099-01-01", ""):
            assert client.result(message("initialize", {"protocolVersion": version}))["protocolVersion"] == "2025-11-25"
        assert client.result(message("ping")) == {}
        tools = client.result(message("tools/list"))["tools"]
        assert [tool["name"] for tool in tools] == ["who_am_i", "list_orders"]
        assert all(tool["inputSchema"]["type"] == "object" for tool in tools)
        who = client.result(call("who_am_i"))
        assert who["structuredContent"] == json.loads(who["content"][0]["text"]) == {"subject": "alice", "scopes": ["orders:read"]}
        assert client.result(call("list_orders", limit=1))["structuredContent"] == {"orders": [{"id": 1, "buyer": "alice"}]}
        for limit in (0, 11, -1, 1.5, "1", None, [], 10**30):
            assert client.result(call("list_orders", limit=limit))["isError"] is True, limit
        for body in ({"jsonrpc": "2.0", "method": "notifications/initialized"}, {"jsonrpc": "2.0", "id": 1, "result": {}},
                     {"jsonrpc": "2.0", "method": "no/such"}, {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x"}},
                     {"jsonrpc": "2.0", "id": 1, "method": None, "result": {}}):
            answer = client.post(body)
            assert (answer.status, answer.body) == (202, b""), body
        for body, code in ((message("no/such"), -32601), (call("no_such"), -32602), (message("tools/call"), -32602),
                           (message("tools/call", []), -32602), (message("tools/call", {"name": ["who_am_i"]}), -32602),
                           (message("tools/call", {"name": "who_am_i", "arguments": []}), -32602), (message("initialize"), -32602),
                           (message("initialize", {"protocolVersion": 1}), -32602)):
            answer = client.post(body | {"id": "x"})
            assert (answer.status, answer.json()["id"], answer.json()["error"]["code"]) == (200, "x", code), (body, answer)


def test_a_body_that_is_not_a_message_is_400():
    with Trial("mcp") as server:
        client = Client(server, server.token)
        for body in ("", "{", "[1", '{"jsonrpc":"2.0","jsonrpc":"2.0"}', "[" * 30000 + "]" * 30000):
            answer = client.post(body)
            assert (answer.status, answer.json()["error"]["code"]) == (400, -32700), body[:30]
        for body in ("1", "null", "{}", "[]", json.dumps([message("ping")]), message("ping", jsonrpc="1.0"), message("ping", id=None),
                     message("ping", id=1.5), message("ping", id=[1]), message(1), {"jsonrpc": "2.0", "id": 1}):
            answer = client.post(body)
            assert (answer.status, answer.json()["error"]["code"]) == (400, -32600), (body, answer)
        for version in ("2099-01-01", "x"):
            assert client.post(message("ping"), f"MCP-Protocol-Version: {version}").status == 400
        assert client.post(message("ping"), "MCP-Protocol-Version: 2025-11-25").status == 200
        ask = [bearer(server.token)]
        assert server.ask("POST", "/mcp", [*ask, "Content-Type: text/plain"], "{}").status == 415
        assert server.ask("POST", "/mcp", ask, "{}").status == 415
        for accept, status in (("text/html", 406), ("application/json, text/event-stream", 200), ("*/*", 200)):
            assert client.post(message("ping"), f"Accept: {accept}").status == status
        stream = server.get("/mcp", *ask)
        assert (stream.status, stream.field("Allow")) == (405, "POST")
        assert server.ask("DELETE", "/mcp", ask).status == 405


def test_pages_of_other_sites_are_refused():
    with Trial("mcp") as server:
        client, port = Client(server, server.token), server.port
        for origin in (f"http://localhost:{port}", f"http://127.0.0.1:{port}"):
            assert client.post(message("ping"), f"Origin: {origin}").status == 200
        for origin in ("null", "", "http://evil.example", f"http://evil.example:{port}", f"http://localhost.evil.example:{port}",
                       "http://localhost", f"http://localhost:{port + 1}", f"localhost:{port}", f"http://x@localhost:{port}"):
            assert client.post(message("ping"), f"Origin: {origin}").status == 403, origin
            assert server.post("/mcp", message("ping"), f"Origin: {origin}").status == 403, origin
        assert client.post(message("ping"), f"Origin: http://localhost:{port}", "Origin: http://evil.example").status == 403
        for host, status in ((f"127.0.0.1:{port}", 200), ("LOCALHOST", 200), ("localhost:1", 200), ("evil.example", 403),
                             (f"evil.example:{port}", 403), ("127.0.0.1.evil.example", 403), ("[::1]", 403)):
            body = json.dumps(message("ping"))
            raw = (f"POST /mcp HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{bearer(server.token)}\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}")
            assert server.raw(raw).status == status, host


def test_tokens_of_an_issuer():
    with tempfile.TemporaryDirectory() as folder, Issuer() as issuer:
        key = Key(folder, "one")
        issuer.keys = [key.jwk]
        with Server("mcp", "--issuer", issuer.url) as server:
            url = f"http://127.0.0.1:{server.port}/mcp"
            eventually(lambda: server.get("/ready").status == 200)
            metadata = url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
            document = server.get("/.well-known/oauth-protected-resource/mcp", "Origin: http://any.example")
            assert document.json()["resource"] == url and document.json()["authorization_servers"] == [issuer.url]
            assert document.field("Access-Control-Allow-Origin") == "*"

            none = server.post("/mcp", message("ping"))
            assert none.status == 401
            assert none.field("www-authenticate") == f'Bearer realm="api", resource_metadata="{metadata}"'
            claims = {"iss": issuer.url, "aud": url}
            plain, reader = key.sign(**claims), key.sign(**claims, scope="orders:read")
            assert Client(server, plain).post(call("who_am_i")).status == 200
            assert Client(server, reader).post(call("list_orders")).status == 200
            lesser = Client(server, plain).post(call("list_orders"))
            assert lesser.status == 403
            for part in ('error="insufficient_scope"', 'scope="orders:read"', f'resource_metadata="{metadata}"'):
                assert part in lesser.field("www-authenticate")
            for bad in (forge(plain), key.sign(**claims | {"aud": url + "/"}), key.sign(**claims | {"aud": "orders"}),
                        key.sign(**claims, exp=1), key.sign(aud=url)):
                answer = Client(server, bad).post(message("ping"))
                assert answer.status == 401 and f'resource_metadata="{metadata}"' in answer.field("www-authenticate")
            assert not any(part in server.log_text() for token in (plain, reader) for part in token.split("."))
        with Server("mcp", "--issuer", issuer.url, "--resource", "https://api.example/tools/mcp") as server:
            eventually(lambda: server.get("/ready").status == 200)
            token = key.sign(iss=issuer.url, aud="https://api.example/tools/mcp")
            fields = [bearer(token), "Origin: https://api.example"]
            assert server.post("/tools/mcp", message("ping"), *fields).status == 200
            where = server.post("/tools/mcp", message("ping")).field("www-authenticate")
            assert "https://api.example/.well-known/oauth-protected-resource/tools/mcp" in where
            assert server.get("/.well-known/oauth-protected-resource/tools/mcp").status == 200


def test_without_settings_it_runs_and_the_printed_command_works():
    said = json.loads(check_trial("mcp"))
    assert len(said["result"]["structuredContent"]["orders"]) == 10


def test_the_command_line():
    check_command_line("mcp")
    assert "--ca" in fails_to_start("mcp", "--ca", "x.pem")
    assert "issuer" in fails_to_start("mcp", "--issuer", "http://id.example")
    for resource in ("x", "http://api.example/mcp", "https://api.example", "https://api.example/mcp?a", "https://a@api.example/mcp"):
        assert "--resource" in fails_to_start("mcp", "--resource", resource), resource


run_all(globals())
