#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The smallest example server over raw sockets: every route and status that its README promises, and wrong requests.
# packages: libcpp-httplib-dev curl
import base64
import hashlib
import hmac
import json
import signal
import socket
import tempfile
import time
import unittest

from raw_http import Connection, ask, request
from running import ROOT, Server, run
from trial import Trial

SECRET = "a secret for tests, 32 bytes or more"
JSON = ("Accept", "application/json")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(token, number):
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def sign(claims, secret=SECRET, header=None):
    """A token made without the library."""
    parts = [base64url(json.dumps(half).encode()) for half in (header or {"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64url(signature)])


def bearer(token):
    return ("Authorization", "Bearer " + token)


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("minimal", "--refresh-grace", "0", JWT_SECRET=SECRET).start()
        cls.port = cls.server.port

    @classmethod
    def tearDownClass(cls):
        log = cls.server.log_text()
        assert cls.server.stop() == 0
        assert SECRET not in log and "eyJ" not in log, log
        assert all("event" in json.loads(line) for line in log.splitlines()), log

    def ask(self, method, path, fields=(), body=None):
        answer = ask(self.port, method, path, fields, body)
        self.assertEqual(answer.one("X-Content-Type-Options"), "nosniff")
        self.assertEqual(answer.one("Cache-Control"), "no-store")
        self.assertIsNone(answer.one("EXCEPTION_WHAT"))
        if answer.status == 401:
            self.assertTrue(answer.one("WWW-Authenticate").startswith('Bearer realm="'))
        return answer

    def token(self):
        return self.ask("GET", "/generate").body.decode().removeprefix("Generated JWT: ")

    def pair(self):
        return self.ask("GET", "/generate", [JSON]).json()

    def refresh(self, token):
        return self.ask("POST", "/refresh", body={"refresh_token": token})

    def protected(self, *fields):
        return self.ask("GET", "/protected", fields)

    def test_hello(self):
        answer = self.ask("GET", "/")
        self.assertEqual((answer.status, answer.body), (200, b"Hello, World!"))
        self.assertEqual(self.ask("HEAD", "/").status, 200)

    def test_generate_gives_the_tutorial_s_text(self):
        token = self.token()
        claims = part(token, 1)
        self.assertEqual(part(token, 0), {"alg": "HS256", "typ": "JWT"})
        self.assertEqual(claims["sub"], "user123")
        self.assertEqual(claims["exp"] - claims["iat"], 3600)

    def test_generate_for_a_user(self):
        for written, user in (("someuser", "someuser"), ("a%20b", "a b"), ("J%C3%BCrgen", "Jürgen"), ("x" * 128, "x" * 128)):
            answer = self.ask("GET", "/generate?user_id=" + written)
            self.assertEqual(part(answer.body.decode().removeprefix("Generated JWT: "), 1)["sub"], user)

    def test_generate_for_nobody(self):
        for written in ("", "x" * 129, "a%00b", "a%0Ab", "%7F", "%FF", "a%C3"):
            answer = self.ask("GET", "/generate?user_id=" + written)
            self.assertEqual((answer.status, answer.json()), (400, {"error": "bad user_id"}), written)
        self.assertEqual(self.ask("GET", "/generate?user_id").status, 400)

    def test_generate_as_json(self):
        pair = self.pair()
        self.assertEqual(set(pair), {"access_token", "refresh_token", "token_type", "expires_in"})
        self.assertEqual((pair["token_type"], pair["expires_in"]), ("Bearer", 3600))
        self.assertEqual(self.protected(bearer(pair["access_token"])).status, 200)

    def test_protected(self):
        answer = self.protected(bearer(self.token()))
        self.assertEqual((answer.status, answer.body), (200, b"This is a protected route!"))
        self.assertEqual(self.protected(("authorization", "bEARER   " + self.token())).status, 200)

    def test_protected_refuses(self):
        good = self.token()
        for fields, status in (([], 401), ([("Authorization", "")], 401), ([("Authorization", "Basic abc")], 401),
                               ([("Authorization", "Bearer")], 400), ([("Authorization", "Bearer a b")], 400),
                               ([("Authorization", "Bearer\ta")], 400), ([bearer(good), bearer(good)], 400),
                               ([("Authorization", f"Bearer {good}, Bearer {good}")], 400), ([bearer("abc")], 401),
                               ([bearer(good[:-2])], 401), ([bearer(good + "x")], 401), ([bearer("." + good)], 401)):
            answer = self.protected(*fields)
            self.assertEqual(answer.status, status, fields)
            self.assertEqual(answer.json()["status"], status)
            self.assertNotIn(good.encode(), answer.body)

    def test_tokens_of_others(self):
        now = int(time.time())
        good = {"sub": "them", "exp": now + 60}
        none = base64url(b'{"alg":"none"}') + "." + base64url(json.dumps(good).encode()) + "."
        self.assertEqual(self.protected(bearer(sign(good))).status, 200)
        for token in (sign({**good, "exp": now}), sign({"sub": "them"}), sign(good, "another secret of 32 bytes or more!"), none,
                      sign(good, header={"alg": "HS256", "typ": "refresh+jwt"}), sign(good, header={"alg": "HS512"}),
                      sign({**good, "aud": "others"}), sign({**good, "nbf": now + 60})):
            answer = self.protected(bearer(token))
            self.assertEqual(answer.status, 401, token)
            self.assertIn('error="invalid_token"', answer.one("WWW-Authenticate"))

    def test_refresh_rotates(self):
        first = self.pair()
        second = self.refresh(first["refresh_token"])
        self.assertEqual((second.status, set(second.json())), (200, set(first)))
        third = self.refresh(second.json()["refresh_token"]).json()
        self.assertEqual(self.protected(bearer(third["access_token"])).status, 200)
        self.assertEqual(part(third["access_token"], 1)["sub"], "user123")

    def test_a_reused_refresh_token_revokes_its_family(self):
        first = self.pair()
        other = self.pair()
        second = self.refresh(first["refresh_token"]).json()
        self.assertEqual(self.refresh(first["refresh_token"]).status, 401)
        self.assertEqual(self.refresh(second["refresh_token"]).status, 401)
        self.assertEqual(self.refresh(other["refresh_token"]).status, 200)

    def test_a_refresh_token_is_not_an_access_token_nor_the_other_way_round(self):
        pair = self.pair()
        self.assertEqual(self.protected(bearer(pair["refresh_token"])).status, 401)
        self.assertEqual(self.refresh(pair["access_token"]).status, 401)

    def test_refresh_keeps_the_user(self):
        pair = self.ask("GET", "/generate?user_id=someuser", [JSON]).json()
        self.assertEqual(part(self.refresh(pair["refresh_token"]).json()["access_token"], 1)["sub"], "someuser")

    def test_bodies(self):
        def status(body, kind="application/json"):
            return self.ask("POST", "/refresh", [("Content-Type", kind)] if kind else [], body).status
        for kind in (None, "text/plain", "application/jsonx", "application/x-www-form-urlencoded"):
            self.assertEqual(status("{}", kind), 415, kind)
        good = '{"refresh_token":"a"}'
        for body in ("", "{", "[" * 60000, '{"refresh_token":}', b"\xff", good + "x", good + good, good + "\0", good + "\0x",
                     '{"refresh_token":"a","refresh_token":"a"}', '{"refresh_token":"a","refresh\\u005ftoken":"b"}',
                     '{"refresh_token":"a","x":{"y":1,"y":1}}'):
            self.assertEqual(status(body), 400, body[:20])
        for body in ("{}", "[]", "null", "1", '"a"', '{"refresh_token":1}', '{"refresh_token":null}', '{"refresh_token":["a"]}'):
            self.assertEqual(status(body), 422, body)
        self.assertEqual(status('{"refresh_token":"a"}', "application/json; charset=utf-8"), 401)
        self.assertEqual(status({"refresh_token": self.pair()["refresh_token"], "unknown": 1}), 200)
        self.assertEqual(status("x" * 65537), 413)

    def test_wrong_methods_and_routes(self):
        for path, allowed in (("/", "GET, HEAD"), ("/generate", "GET, HEAD"), ("/protected", "GET, HEAD"), ("/refresh", "POST")):
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - set(allowed.split(", ")):
                answer = self.ask(method, path)
                self.assertEqual((answer.status, answer.one("Allow")), (405, allowed), (method, path))
            self.assertEqual(self.ask("DELETE", path, body={}).status, 405)
        for path in ("/nothing", "/protected/", "/Protected", "//protected", "/protected%00"):
            self.assertEqual(self.ask("GET", path).status, 404, path)
            self.assertEqual(self.ask("POST", path, body={}).status, 404, path)

    def test_bodies_in_other_forms(self):
        json_type = ["Content-Type: application/json"]
        for fields in (json_type + ["Content-Encoding: br"], ["Content-Type: multipart/form-data; boundary=x"]):
            self.assertEqual(self.ask("POST", "/refresh", fields, "{}").status, 415, fields)
        with Connection(self.port) as connection:
            connection.send(request(self.port, "POST", "/refresh", json_type + ["Transfer-Encoding: chunked"]))
            connection.send(b"2\r\n{}\r\n0\r\n\r\n")
            self.assertEqual(connection.read_answer().status, 422)

    def test_a_refused_body_sent_apart_is_not_the_next_request(self):
        evil = b"GET /generate HTTP/1.1\r\nHost: x\r\n\r\n"
        with Connection(self.port) as connection:
            connection.send(f"POST /refresh HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len(evil)}\r\n\r\n".encode())
            self.assertTrue(connection.read_line().startswith("HTTP/1.1 100"))
            connection.read_line()
            connection.send(evil)
            self.assertEqual(connection.read_answer().status, 415)
            self.assertEqual(connection.ask("GET", "/").body, b"Hello, World!")

    def test_many_requests_on_one_connection(self):
        with Connection(self.port) as connection:
            self.assertEqual([connection.ask("GET", "/protected").status for _ in range(5)], [401] * 5)


class Start(unittest.TestCase):
    def test_help(self):
        with tempfile.TemporaryDirectory() as folder:
            status, said, complained = run("minimal", "--help", folder=folder)
        self.assertEqual((status, complained), (0, ""))
        self.assertIn("--port", said)

    def test_a_wrong_start_is_one_line_and_exit_1(self):
        def complaint(*arguments, **variables):
            with tempfile.TemporaryDirectory() as folder:
                status, said, complained = run("minimal", *arguments, folder=folder, **variables)
            self.assertEqual((status, said, complained.count("\n")), (1, "", 1), complained)
            return complained
        for arguments in (["--port"], ["--port", ""], ["--port", "x"], ["--port", "-1"], ["--port", "65536"], ["--port", "80x"],
                          ["--port", "1e3"]):
            self.assertIn("--port", complaint(*arguments), arguments)
        for grace in ("", "-1", "10s", "3601"):
            self.assertIn("--refresh-grace", complaint("--refresh-grace", grace), grace)
        for arguments in (["hunter2"], ["--hunter2", "80"], ["--port", "1", "hunter2"], ["--help", "hunter2"]):
            said = complaint(*arguments)
            self.assertIn("--help", said)
            self.assertNotIn("hunter2", said)  # it may be a secret in the wrong place
        for secret in ("", "short", "-----BEGIN PUBLIC KEY-----\n" + "A" * 64):
            self.assertIn("JWT_SECRET is not usable: ", complaint(JWT_SECRET=secret), secret)

    def test_a_port_that_is_taken(self):
        with Server("minimal") as server, tempfile.TemporaryDirectory() as folder:
            status, said, complained = run("minimal", "--port", str(server.port), folder=folder)
        self.assertEqual((status, said, complained), (1, "", f"minimal: port {server.port} is taken: choose another with --port\n"))

    def test_signals_end_it_cleanly(self):
        for which in (signal.SIGINT, signal.SIGTERM):
            with Server("minimal") as server:
                server.process.send_signal(which)
                self.assertEqual(server.stop(), 0)

    def test_it_ends_while_clients_are_connected(self):
        with Server("minimal") as server, Connection(server.port) as idle:
            self.assertEqual(idle.ask("GET", "/").status, 200)
            with Connection(server.port) as halfway:
                halfway.send(b"GET / HT")
                self.assertEqual(server.stop(), 0)

    def test_it_listens_on_the_loopback_only(self):
        with Server("minimal") as server:
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.2", server.port), timeout=5)

    def test_a_refresh_token_may_come_twice_within_the_grace(self):
        with Server("minimal") as server:
            first = ask(server.port, "GET", "/generate", [JSON]).json()["refresh_token"]
            pairs = [ask(server.port, "POST", "/refresh", body={"refresh_token": first}).json() for _ in range(2)]
            self.assertEqual(pairs[0]["refresh_token"], pairs[1]["refresh_token"])
            third = ask(server.port, "POST", "/refresh", body={"refresh_token": pairs[0]["refresh_token"]})
            self.assertEqual(third.status, 200)
            # Its successor was already used: the token is refused, and the family goes on.
            self.assertEqual(ask(server.port, "POST", "/refresh", body={"refresh_token": first}).status, 401)
            self.assertEqual(ask(server.port, "POST", "/refresh", body={"refresh_token": third.json()["refresh_token"]}).status, 200)

    def test_started_by_name_it_prints_a_command_that_works(self):
        with Trial("minimal") as server:
            self.assertEqual(server.sh(server.curl.replace("curl", "curl -s", 1)), "This is a protected route!")

    def test_its_file_is_short(self):
        self.assertLess(len((ROOT / "examples/minimal/main.cpp").read_text().splitlines()), 120)

    def test_without_a_secret_each_start_has_its_own(self):
        with Server("minimal") as first, Server("minimal") as second:
            token = ask(first.port, "GET", "/generate").body.decode().removeprefix("Generated JWT: ")
            self.assertEqual(ask(first.port, "GET", "/protected", [bearer(token)]).status, 200)
            self.assertEqual(ask(second.port, "GET", "/protected", [bearer(token)]).status, 401)


unittest.main()
