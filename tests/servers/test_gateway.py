#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/gateway without nginx: it answers a request for a decision only with 204, 401 or 403.
# packages: libcpp-httplib-dev curl
import os
import pathlib
import signal
import socket
import tempfile
import time

from command_line import check_command_line, fails_to_start
import raw_http
from raw_http import head
from running import Server, eventually, run_all
from tokens import SECRET, bearer, claims_of, forge, sign
from trial import Trial, check_trial

NOW = int(time.time())


def start(*options):
    return Server("gateway", *options, JWT_SECRET=SECRET)


def test_good_tokens():
    with start() as server:
        for path in ("/auth", "/auth/admin"):
            good = server.get(path, bearer(sign(sub="alice", exp=NOW + 60, scope="user admin")), "X-Auth-Subject: root")
            assert (good.status, good.field("x-auth-subject"), good.body) == (204, "alice", b"")
            assert good.field("cache-control") == "no-store"
            assert good.field("content-length") == ""  # RFC 9110 §8.6
        lesser = server.get("/auth/admin", bearer(sign(sub="alice", exp=NOW + 60, scope="user administrator")))
        assert lesser.status == 403 and 'scope="admin"' in lesser.field("www-authenticate")


def test_refused_tokens():
    good = sign(sub="alice", exp=NOW + 60)
    with start() as server:
        for fields in ([], ["Authorization: Basic abc"], [bearer("abc")], [bearer(forge(good))], ["Authorization: Bearer"],
                       [bearer(good), bearer(good)], [bearer(sign(sub="alice", exp=NOW))], [bearer(sign(exp=NOW + 60))]):
            answer = server.get("/auth", *fields)
            assert answer.status == 401, fields
            assert answer.field("www-authenticate").startswith('Bearer realm="gateway"')
            assert answer.field("x-auth-subject") == ""
        for name in ("", "a b", "a\r\nX-Role: admin", "\u00e9", "x" * 257):
            assert server.get("/auth", bearer(sign(sub=name, exp=NOW + 60))).status == 401, name
        assert server.get("/other").status == 404
        assert server.post("/auth", {}).status == 405
        evil = head("GET", "/auth", [bearer(good)])
        with server.connect() as client:
            client.send(head("GET", "/auth", [], evil))
            client.send(evil)
            assert client.read_answer().status == 401
            client.finish()
            assert client.is_closed()
        log = server.log_text()
        assert '"reason":"invalid_signature"' in log
        assert not any(part in log for part in [SECRET, *good.split(".")])


def test_issuer_and_audience():
    with start("--issuer", "https://id.example", "--audience", "api") as server:
        for claims, status in (({"iss": "https://id.example", "aud": "api"}, 204), ({"iss": "https://id.example"}, 401),
                               ({"iss": "https://other.example", "aud": "api"}, 401)):
            assert server.get("/auth", bearer(sign(sub="alice", exp=NOW + 60, **claims))).status == status, claims


def has_nginx():
    return any(os.access(f"{folder}/nginx", os.X_OK) for folder in [*os.environ["PATH"].split(":"), "/usr/sbin"])


def test_without_settings_and_without_nginx_the_printed_command_asks_the_gateway():
    said = check_trial("gateway", "--no-nginx")
    assert said.startswith("HTTP/1.1 204 ") and "X-Auth-Subject: alice" in said, said
    if not has_nginx():
        with Trial("gateway") as server:
            assert "apt-get install nginx-light" in server.said
        assert "not installed" in fails_to_start("gateway", "--port", "0", "--nginx-port", "0")


def test_an_nginx_that_does_not_start_ends_the_trial_with_its_reason():
    with tempfile.TemporaryDirectory() as folder:
        fake = pathlib.Path(folder, "nginx")
        fake.write_text("#!/bin/sh\necho 'nginx: [emerg] no luck today' >&2\nexit 1\n")
        fake.chmod(0o755)
        said = fails_to_start("gateway", "--port", "0", PATH=f"{folder}:/usr/bin:/bin")
        assert "no luck today" in said, said


def test_without_settings_it_starts_nginx_and_the_printed_command_works():
    if not has_nginx():
        print("skipped: nginx-light is not installed")
        return
    assert check_trial("gateway") == "uri=/private/hello subject=alice authorization=\n"
    claims = {"iss": "https://id.example", "aud": "api"}
    assert "subject=alice" in check_trial("gateway", "--issuer", claims["iss"], "--audience", claims["aud"])
    for end in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        with tempfile.TemporaryDirectory() as temporary, Trial("gateway", TMPDIR=temporary) as server:
            assert claims_of(server.token)["exp"] <= time.time() + 900
            hostile = server.curl.replace("/private/hello", "/private/../x").replace("curl", "curl --path-as-is -s -o /dev/null -w '%{http_code}'")
            assert server.sh(hostile) == "400"
            (folder,) = pathlib.Path(temporary).iterdir()
            master = int((folder / "nginx.pid").read_text())
            server.process.send_signal(end)
            assert server.process.wait(30) == (0 if end != signal.SIGKILL else -9)
            eventually(lambda: not pathlib.Path(f"/proc/{master}").exists())
            assert folder.exists() == (end == signal.SIGKILL)
            server.process.stdout.close()
            server.process = None


def test_the_port_of_nginx():
    if not has_nginx():
        print("skipped: nginx-light is not installed")
        return
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = fails_to_start("gateway", "--port", "0", "--nginx-port", str(taken.getsockname()[1]))
        assert "taken" in said and "--nginx-port" in said, said
    with Server("gateway", "--nginx-port", "0", JWT_SECRET=SECRET) as server:
        said = server.process.stdout.readline().decode()
        assert said.startswith("nginx is at http://127.0.0.1:"), said
        with raw_http.Connection(int(said.split(":")[2].split(",")[0])) as client:
            good = sign(sub="alice", exp=NOW + 60)
            assert client.ask("GET", "/private/x", [bearer(good)]).text == "uri=/private/x subject=alice authorization=\n"
        assert not pathlib.Path(server.folder, "nginx.conf").exists()
    assert "--nginx-port" in fails_to_start("gateway", "--port", "0", "--nginx-port", "70000")
    assert "--no-nginx" in fails_to_start("gateway", "--port", "0", "--nginx-port", "0", "--no-nginx")


def test_the_command_line():
    check_command_line("gateway", JWT_SECRET=SECRET)
    assert "JWT_SECRET" in fails_to_start("gateway", JWT_SECRET="short")
    assert "JWT_SECRET" in fails_to_start("gateway", JWT_SECRET="")


run_all(globals())
