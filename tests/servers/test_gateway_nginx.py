#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/gateway behind a real nginx, with the nginx.conf of the example, whose ports alone are others.
# packages: libcpp-httplib-dev nginx-light
import pathlib
import socket
import subprocess
import tempfile
import time

from raw_http import Connection
from running import ROOT, Server, eventually
from tokens import SECRET, bearer, forge, sign

NOW = int(time.time())


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_nginx(folder, gateway_port):
    """nginx and its port. Somebody may take a port that was free: then it is tried again."""
    text = (ROOT / "examples/gateway/nginx.conf").read_text()
    for _ in range(5):
        front, service = free_ports(2)
        config = text.replace(":9000", f":{gateway_port}").replace(":8080", f":{front}").replace(":8081", f":{service}")
        pathlib.Path(folder, "nginx.conf").write_text(config)
        process = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.PIPE)

        def is_up():
            if process.poll() is not None:
                return True
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", front)) == 0

        eventually(is_up)
        if process.poll() is None:
            return process, front
    raise AssertionError(process.stderr.read().decode())


def ask(port, path, *fields, method="GET", body=None):
    with Connection(port) as client:
        return client.ask(method, path, fields, body)


with tempfile.TemporaryDirectory() as folder, Server("gateway", JWT_SECRET=SECRET) as gateway:
    pathlib.Path(folder).chmod(0o755)  # where root starts nginx, its worker is somebody else
    nginx, port = start_nginx(folder, gateway.port)
    try:
        good = sign(sub="alice", exp=NOW + 300)
        admin = sign(sub="root", exp=NOW + 300, scope="admin")
        mine = "X-Auth-Subject: root"

        # For everybody, and what a client says of itself is not passed on.
        assert ask(port, "/", mine, bearer(good)).text == "uri=/ subject= authorization=\n"
        assert ask(port, "/", "X_Auth_Subject: root").text == "uri=/ subject= authorization=\n"

        welcome = "uri=/private/a?b=c subject=alice authorization=\n"
        assert ask(port, "/private/a?b=c", bearer(good)).text == welcome
        assert ask(port, "/private/a?b=c", bearer(good), mine, "x-auth-subject: root").text == welcome
        assert ask(port, "/private/a?b=c", bearer(good), method="POST", body="x" * 1000).text == welcome

        for fields in ([], [mine], [bearer("abc")], [bearer(forge(good))], ["Authorization: Bearer"],
                       [bearer(sign(sub="alice", exp=NOW))], [bearer(good), bearer(admin)]):
            answer = ask(port, "/private/", *fields)
            assert answer.status in (400, 401) and "subject=" not in answer.text, (fields, answer)
            assert answer.status == 401 or len(fields) == 2
        assert ask(port, "/private/").field("www-authenticate") == 'Bearer realm="gateway"'
        assert 'error="invalid_token"' in ask(port, "/private/", bearer(forge(good))).field("www-authenticate")

        assert ask(port, "/admin/", bearer(good)).status == 403
        assert ask(port, "/admin/", bearer(admin)).text == "uri=/admin/ subject=root authorization=\n"
        assert ask(port, "/_auth", bearer(good)).status == ask(port, "/_auth_admin", bearer(admin)).status == 404

        gateway.stop()  # without the gateway nobody gets in
        assert ask(port, "/private/", bearer(good)).status == 500
        assert ask(port, "/").status == 200
    finally:
        nginx.terminate()
        nginx.wait(30)
        nginx.stderr.close()
