#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/login: every route and status, bad input over a raw socket, the options, and the log.
# packages: libcpp-httplib-dev curl
import json
import pathlib
import socket
import tempfile
import threading
import time

from command_line import check_command_line, fails_to_start
from raw_http import Connection, head
from running import Server, eventually, run_all
from tokens import bearer, claims_of, forge, header_of
from trial import Trial

GOOD = {"client_id": "foo", "client_secret": "bar"}
CHALLENGE = 'Bearer realm="api"'
ES256_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtUegtbrx8gMgM/Mp
XEfuCQPx5AHponv+XTCikF1uYWihRANCAATZ9Y+CU13SeLZi7KNmf/hvE40b2etW
qN/5EpXQ8zDnWoK3fkiwVzjma67/zGNha4DHK+qb+PQt+US4Nt2c3kjT
-----END PRIVATE KEY-----
"""


def token_of(server, route="/login"):
    return server.post(route, GOOD).json()["access_token"]


def test_the_open_routes():
    with Server("login") as server:
        page = server.get("/")
        assert page.status == 200 and "<form" in page.text and page.field("content-type").startswith("text/html")
        assert page.field("content-security-policy") == "default-src 'self'"
        assert server.get("/page.js").status == server.get("/page.css").status == 200
        public = server.get("/public")
        assert (public.status, public.text) == (200, "Welcome to the public area :)")
        assert public.field("x-content-type-options") == "nosniff"
        assert server.ask("HEAD", "/public").status == 200


def test_a_login_and_the_protected_area():
    with Server("login") as server:
        for route, claims in (("/login", {"sub", "company", "exp"}), ("/authorize", {"username", "exp"})):
            before = int(time.time())
            answer = server.post(route, GOOD)
            assert answer.status == 200, answer.text
            assert answer.field("cache-control") == "no-store"
            assert answer.field("content-type") == "application/json"
            assert answer.field("set-cookie") == ""
            body = answer.json()
            token = body.pop("access_token")
            assert body == {"token_type": "Bearer", "expires_in": 300}
            assert list(answer.json()) == ["access_token", "token_type", "expires_in"]
            assert set(claims_of(token)) == claims
            assert before + 300 <= claims_of(token)["exp"] <= int(time.time()) + 300
            assert header_of(token)["alg"] == "HS256"
            for area in ("/private", "/protected"):
                welcome = server.get(area, bearer(token))
                assert (welcome.status, welcome.text) == (200, "Welcome to the protected area, foo!")
                assert welcome.field("cache-control") == "no-store"


def test_credentials_that_are_wrong_or_missing():
    with Server("login") as server:
        for route in ("/login", "/authorize"):
            for wrong in ({**GOOD, "client_secret": "baz"}, {**GOOD, "client_id": "fo"}, {**GOOD, "client_secret": "bar "}):
                answer = server.post(route, wrong)
                assert (answer.status, answer.json()) == (401, {"error": "Wrong credentials"})
                assert answer.field("www-authenticate").startswith("Bearer realm=")
            for missing in ({}, {"client_id": "foo"}, {**GOOD, "client_id": ""}, {**GOOD, "client_secret": ""}):
                answer = server.post(route, missing)
                assert (answer.status, answer.json()) == (400, {"error": "Missing credentials"})
            assert server.post(route, {**GOOD, "more": [1]}).status == 200


def test_bodies_that_are_not_what_they_should_be():
    with Server("login") as server:
        text = '{"client_id":"foo","client_secret":"bar"}'
        for kind in ("text/plain", "application/jsonx", "application/json/x", "application/x-www-form-urlencoded", ""):
            assert server.ask("POST", "/login", [f"Content-Type: {kind}"], text).status == 415, kind
        assert server.ask("POST", "/login", [], text).status == 415
        for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json/"):
            assert server.ask("POST", "/login", [f"Content-Type: {kind}"], text).status == 200, kind
        for bad in ("{", "", "{} {}", '{"client_id":"\\ud800"}', "\x00", "NaN"):
            assert server.post("/login", bad).status == 400, bad
        good = json.dumps(GOOD)
        for body in (good + "\0", good + "\0junk", good + "junk", good + good, good[:-1] + ', "client_id": "foo"}',
                     good[:-1] + ', "client\\u005fid": "foo"}', good[:-1] + ', "x": {"y": 1, "y": 1}}', good[:-1] + ",}"):
            assert server.post("/login", body).status == 400, body
        for shape in ([], 7, None, '"text"', {**GOOD, "client_id": 7}, {**GOOD, "client_secret": None}, {**GOOD, "client_id": {}}):
            assert server.post("/login", shape).status == 422, shape
        # Over a raw socket: the size limit, with a length and with chunks. The connection is closed.
        long_text = '{"client_id":"' + "x" * 70_000 + '"}'
        assert server.post("/login", long_text).status == 413
        exact = '{"client_id":"foo","client_secret":"bar","fill":"'
        exact += "x" * (65536 - len(exact) - 2) + '"}'
        assert server.post("/login", exact).status == 200
        with server.connect() as client:
            client.send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(70):
                client.send("400\r\n" + "x" * 1024 + "\r\n")
            client.send("0\r\n\r\n")
            assert client.read_answer().status == 413
            assert client.is_closed()
        with server.connect() as client:  # far too long: refused without reading all of it
            client.send(f"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {10**12}\r\n\r\n")
            try:
                for _ in range(1100):
                    client.send(b"x" * 1024)
            except OSError:
                pass
            answer = client.read_answer()
            assert answer.status == 413
            assert client.is_closed()


def test_tokens_that_are_refused():
    with Server("login") as server, Server("login") as other:
        token = token_of(server)
        expired = Server("login", "--ttl", "1s")
        for bad in ("abc", "a.b.c", forge(token), token + "x", token_of(other), "eyJhbGciOiJub25lIn0.e30."):
            answer = server.get("/private", bearer(bad))
            assert (answer.status, answer.json()) == (401, {"error": "Invalid token"}), bad
            assert 'error="invalid_token"' in answer.field("www-authenticate")
            assert answer.field("cache-control") == "no-store"
        for none in ([], ["Authorization:"], ["Authorization: Basic Zm9vOmJhcg=="]):
            answer = server.get("/private", *none)
            assert (answer.status, answer.json()) == (401, {"error": "Invalid token"})
            assert answer.field("www-authenticate") == CHALLENGE
        for malformed in (["Authorization: Bearer"], ["Authorization: Bearer a b"], ["Authorization: Bearer\ta"],
                          [bearer(token), bearer(token)], [bearer(token), "Authorization: Basic abc"]):
            answer = server.get("/private", *malformed)
            assert (answer.status, answer.json()) == (400, {"error": "Malformed credentials"}), malformed
            assert 'error="invalid_request"' in answer.field("www-authenticate")
        # Without --cookie a cookie is not a credential.
        assert server.get("/private", f"Cookie: token={token}").status == 401
        with expired:
            with expired.connect() as client:
                client.send(head("POST", "/login", ["Content-Type: application/json"], '{"client_id":"foo","client_secret":"bar"}'))
                client.send('{"client_id":"foo","client_secret":"bar"}')
                short = client.read_answer().json()["access_token"]
            # The leeway is 0: the token is refused from the second of its exp. C's time() may lag behind this clock by
            # one tick of the system.
            eventually(lambda: expired.get("/private", bearer(short)).status == 401, what="the end of the token")
            assert -0.05 < time.time() - claims_of(short)["exp"]


def test_routes_that_are_not_there():
    with Server("login") as server:
        assert server.get("/nothing").status == 404
        assert server.post("/nothing", {}).status == 404
        assert server.get("/logout").status == 404
        wrong = server.ask("POST", "/private", [], "")
        assert (wrong.status, wrong.field("allow")) == (405, "GET, HEAD")
        assert wrong.field("x-content-type-options") == "nosniff"
        wrong = server.get("/login")
        assert (wrong.status, wrong.field("allow")) == (405, "POST")
        assert server.ask("OPTIONS", "/login").status == 405
        assert server.ask("DELETE", "/public").status == 405


def test_raw_bytes():
    with Server("login") as server:
        assert server.raw("\x16\x03\x01nonsense\r\n\r\n").status == 400
        assert server.raw("GET / HTTP/1.1\r\n" + "X: " + "y" * 9000 + "\r\n\r\n").status == 431
        for field in ("Content-Length: abc", "Content-Length: -1", "Content-Length: 5\r\nContent-Length: 6",
                      "Content-Length: 5\r\nTransfer-Encoding: chunked"):
            with server.connect() as client:
                client.send(f"POST /login HTTP/1.1\r\nHost: x\r\n{field}\r\n\r\n")
                assert client.read_answer().status == 400, field
                assert client.is_closed()
        # A refused body never becomes the next request, whether it is sent before or after the answer.
        for method, status in (("POST", 405), ("GET", 401)):
            evil = head("GET", "/public")
            with server.connect() as client:
                client.send(head(method, "/private", [], evil))
                client.send(evil)
                assert client.read_answer().status == status
                client.finish()
                assert client.is_closed(), method


def test_the_token_in_a_cookie():
    with Server("login", "--cookie") as server:
        answer = server.post("/login", GOOD)
        token = answer.json()["access_token"]
        assert answer.field("set-cookie") == f"token={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=300"
        cookie = f"Cookie: theme=dark; token={token}"
        assert server.get("/private", cookie).text == "Welcome to the protected area, foo!"
        assert server.get("/private", cookie, bearer(token)).status == 200
        assert server.get("/private", cookie, bearer(token_of(server, "/authorize"))).status == 400
        assert server.get("/private", f"{cookie}; token=abc").status == 400
        assert server.get("/private", f"Cookie: token={forge(token)}").status == 401
        assert server.get("/private", bearer(token)).status == 200
        for scheme in ("Basic Zm9vOmJhcg==", "Digest x", "x"):  # a second credential of any kind
            answer = server.get("/private", cookie, f"Authorization: {scheme}")
            assert (answer.status, answer.json()) == (400, {"error": "Malformed credentials"}), scheme
            assert 'error="invalid_request"' in answer.field("www-authenticate")
        assert server.get("/private", "Cookie: theme=dark", "Authorization: Basic Zm9vOmJhcg==").status == 401
        assert server.get("/private", "Cookie: token=", "Authorization: Basic Zm9vOmJhcg==").status == 401
        assert server.get("/private", cookie, "Authorization:").status == 200


def test_a_logout_must_come_from_a_page_of_this_server():
    with Server("login", "--cookie") as server:
        cookie = f"Cookie: token={token_of(server)}"
        own = f"Origin: http://127.0.0.1:{server.port}"
        for fields in ([own], ["Sec-Fetch-Site: same-origin"], ["sec-fetch-site: Same-Origin"], [own, "Sec-Fetch-Site: same-origin"]):
            out = server.post("/logout", {}, cookie, *fields)
            assert (out.status, out.json()) == (200, {"status": "success"}), fields
            assert out.field("set-cookie") == "token=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
        for fields in ([], ["Sec-Fetch-Site: none"], ["Origin: null"], ["Origin: https://evil.example"], [own, own],
                       ["Origin: http://127.0.0.1"], [own + "/"], ["Sec-Fetch-Site: cross-site"], [own, "Sec-Fetch-Site: same-site"],
                       ["Sec-Fetch-Site: same-origin", "Origin: null"], ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-origin"],
                       ["Sec-Fetch-Site:"]):
            out = server.post("/logout", {}, cookie, *fields)
            assert (out.status, out.field("set-cookie")) == (403, ""), fields
        assert server.post("/logout", {}).status == 200  # logging out without a login
        # A page of another site cannot log a user in, either.
        assert server.post("/login", GOOD, own).status == server.post("/login", GOOD, "Sec-Fetch-Site: none").status == 200
        for field in ("Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Origin: null"):
            answer = server.post("/login", GOOD, field)
            assert (answer.status, answer.field("set-cookie")) == (403, ""), field


def login_from(server, address, body):
    """A login from another loopback address."""
    with Connection(server.port) as connection:
        connection.socket.close()
        connection.socket = socket.create_connection(("127.0.0.1", server.port), timeout=30, source_address=(address, 0))
        return connection.ask("POST", "/login", ["Content-Type: application/json"], json.dumps(body)).status


def test_a_secret_may_be_guessed_five_times_a_minute():
    wrong = {**GOOD, "client_secret": "baz"}
    with Server("login") as server:
        for _ in range(10):
            assert server.post("/login", GOOD).status == 200
        for route in ("/login", "/authorize", "/login", "/authorize", "/login"):
            assert server.post(route, wrong).status == 401
        for body in (wrong, GOOD):
            for route in ("/login", "/authorize"):
                answer = server.post(route, body)
                assert (answer.status, answer.json()) == (429, {"error": "Too many attempts, please wait"})
                assert 1 <= int(answer.field("retry-after")) <= 60
        assert server.post("/login", {"client_id": "foo"}).status == 400
        # Another client, and another address, have separate counts.
        assert server.post("/login", {**GOOD, "client_id": "other"}).status == 401
        assert login_from(server, "127.0.0.2", GOOD) == 200
        assert login_from(server, "127.0.0.2", wrong) == 401
        # Unknown names are counted, too, and one address cannot fill the memory with them.
        for number in range(44):
            assert server.post("/login", {**GOOD, "client_id": f"client {number}"}).status == 401, number
        assert server.post("/login", {**GOOD, "client_id": "one more"}).status == 429
        assert login_from(server, "127.0.0.2", GOOD) == 200


def test_the_limit_holds_for_parallel_guesses():
    wrong, statuses = {**GOOD, "client_secret": "baz"}, []
    with Server("login") as server:
        threads = [threading.Thread(target=lambda: statuses.append(server.post("/login", wrong).status)) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == 5 * [401] + 25 * [429], statuses


def test_every_algorithm():
    for name in ("HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448").split():
        with Server("login", "--alg", name) as server:
            token = token_of(server)
            assert header_of(token)["alg"] == name
            assert server.get("/private", bearer(token)).status == 200
            assert server.get("/private", bearer(forge(token))).status == 401
    assert "HS256" in fails_to_start("login", "--alg", "none")
    assert "HS256" in fails_to_start("login", "--alg", "hs256")


def test_a_given_key():
    secret = "a secret of at least 32 bytes, by env"
    with Server("login", JWT_SECRET=secret) as one, Server("login", JWT_SECRET=secret) as other:
        assert other.get("/private", bearer(token_of(one))).status == 200
    assert "JWT_SECRET" in fails_to_start("login", JWT_SECRET="short")
    assert "JWT_SECRET" in fails_to_start("login", JWT_SECRET="")
    assert "JWT_SECRET" in fails_to_start("login", "--key", "x.pem")
    for path in ("/no/such", "/tmp", ""):
        assert fails_to_start("login", "--alg", "ES256", "--key", path) == (
            "login: the file that --key names cannot be read: name a file that holds a private key in PEM\n")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "key.pem")
        path.write_text("no key")
        assert "--key" in fails_to_start("login", "--alg", "ES256", "--key", str(path))
        path.write_text(ES256_KEY)
        assert "RS256" in fails_to_start("login", "--alg", "RS256", "--key", str(path))
        with Server("login", "--alg", "ES256", "--key", str(path)) as one:
            with Server("login", "--alg", "ES256", "--key", str(path)) as other:
                assert other.get("/private", bearer(token_of(one))).status == 200


def test_lifetimes():
    for text, seconds in (("1d", 86400), ("2h", 7200), ("5m", 300), ("7s", 7), ("7", 7)):
        with Server("login", "--ttl", text) as server:
            answer = server.post("/login", GOOD).json()
            assert answer["expires_in"] == seconds
            assert 0 <= claims_of(answer["access_token"])["exp"] - time.time() - seconds + 2 < 4
    for bad in ("0", "-1", "1w", "", "d", "5 m", "99999999999999999999"):
        assert "--ttl" in fails_to_start("login", "--ttl", bad)
    for too_long in ("1000000000d", "1000000000h", "2914000d"):  # a date that no token can have
        assert "--ttl" in fails_to_start("login", "--ttl", too_long)
    assert fails_to_start("login", "--ttl", "2914000d") == "login: --ttl is too long: a token would be valid after the year 9999\n"


def test_the_log_has_reasons_and_no_secrets():
    secret = "a secret of at least 32 bytes, by env"
    with Server("login", "--cookie", JWT_SECRET=secret) as server:
        token = token_of(server)
        server.get("/private", bearer(token))
        server.get("/private", bearer(forge(token)))
        server.get(f"/private/{token}?token={token}")
        server.get("/private", "Authorization: Bearer")
        server.post("/login", {**GOOD, "client_secret": "an attempt"})
        log = server.log_text()
        for reason in ("invalid_signature", "malformed_credentials", "Wrong credentials"):
            assert f'"reason":"{reason}"' in log, log
        assert log.count("\n") == 6 and all(line.startswith("{") for line in log.splitlines())
        for part in [secret, "an attempt", "bar", *token.split("."), forge(token).split(".")[2]]:
            assert part not in log, log


def test_a_secret_in_the_wrong_place_is_not_repeated():
    for words in (["hunter2"], ["--hunter2"], ["--secret=hunter2"], ["--alg", "hunter2"], ["--ttl", "hunter2"], ["--port", "hunter2"],
                  ["--alg", "ES256", "--key", "hunter2"], ["--cookie", "hunter2"]):
        assert "hunter2" not in fails_to_start("login", *words), words


def test_started_by_name_it_prints_a_command_that_works():
    for options in ((), ("--cookie",), ("--alg", "EdDSA")):
        with Trial("login", *options) as server:
            assert server.sh(server.curl.replace("curl", "curl -s", 1)) == "Welcome to the protected area, foo!"


def test_the_command_line():
    check_command_line("login")


run_all(globals())
