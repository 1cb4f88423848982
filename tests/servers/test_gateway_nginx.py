#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/gateway behind a real nginx, with the nginx.conf of the example on other ports. The tests check which requests are
# accepted, which fields of a client reach the service and the gateway, and the answers. test_gateway_paths.py tests the paths.
# packages: libcpp-httplib-dev nginx-light
import time

from hostile_requests import FIELDS
from nginx import Nginx, Recorder
from raw_http import head
from running import Server, run_all
from tokens import SECRET, bearer, forge, sign

NOW = int(time.time())
GOOD = sign(sub="alice", exp=NOW + 600)
ADMIN = sign(sub="root", exp=NOW + 600, scope="admin")
MINE = "X-Auth-Subject: root"


def test_accepted_and_refused_requests():
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Nginx(gateway.port) as nginx:
        # An open path. The client's own fields about the user are not passed on.
        assert nginx.ask("/", MINE, bearer(GOOD)).text == "uri=/ subject= authorization=\n"
        assert nginx.ask("/", "X_Auth_Subject: root").text == "uri=/ subject= authorization=\n"

        welcome = "uri=/private/a?b=c subject=alice authorization=\n"
        assert nginx.ask("/private/a?b=c", bearer(GOOD)).text == welcome
        assert nginx.ask("/private/a?b=c", bearer(GOOD), MINE, "x-auth-subject: root").text == welcome
        assert nginx.ask("/private/a?b=c", bearer(GOOD), method="POST", body="x" * 1000).text == welcome

        for fields in ([], [MINE], [bearer("abc")], [bearer(forge(GOOD))], ["Authorization: Bearer"],
                       [bearer(sign(sub="alice", exp=NOW))], [bearer(GOOD), bearer(ADMIN)]):
            answer = nginx.ask("/private/", *fields)
            assert answer.status in (400, 401) and "subject=" not in answer.text, (fields, answer)
            assert answer.status == 401 or len(fields) == 2
        assert nginx.ask("/private/").field("www-authenticate") == 'Bearer realm="gateway"'
        assert 'error="invalid_token"' in nginx.ask("/private/", bearer(forge(GOOD))).field("www-authenticate")

        lesser = nginx.ask("/admin/", bearer(GOOD), method="POST", body="x")
        assert (lesser.status, lesser.one("www-authenticate")[:17]) == (403, 'Bearer realm="gat')
        assert 'error="insufficient_scope"' in lesser.one("www-authenticate") and 'scope="admin"' in lesser.one("www-authenticate")
        assert nginx.ask("/admin/", bearer(ADMIN)).text == "uri=/admin/ subject=root authorization=\n"
        for path in ("/_auth", "/_auth/", "/_auth_admin", "/_auth?x"):
            assert nginx.ask(path, bearer(ADMIN)).status == 404, path

        gateway.stop()  # without the gateway no request is admitted
        assert nginx.ask("/private/", bearer(GOOD)).status == 500
        assert nginx.ask("/").status == 200


def test_a_clients_own_identity_fields_do_not_reach_the_service():
    names = ("X-Auth-Subject", "x-auth-subject", "Authorization", "X-Original-URL", "X-Original-URI", "X-Original-Method", "X-Rewrite-URL",
             "X-HTTP-Method-Override", "X-Forwarded-URI", "X-Forwarded-Method", "X-Forwarded-Prefix", "X-Forwarded-User", "X-Remote-User",
             "Remote-User", "X-Sendfile-Type", "X-Accel-Mapping", "Destination", "Forwarded", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")
    # Spellings that a service may read as the same name, and fields that may make a proxy drop its own fields.
    odd = ("X_Auth_Subject: evil", "X.Auth.Subject: evil", "X-Auth_Subject: evil", "X-Auth-Subject : evil", "\u00d7-Auth-Subject: evil",
           "Connection: close, X-Auth-Subject", "Connection: X-Auth-Subject, X-Forwarded-For", "Trailer: X-Auth-Subject")
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for path, subject in (("/x", []), ("/private/x", ["alice"])):
            for lines in ([f"{name}: evil" for name in names if name != "Authorization"], *([line, MINE] for line in odd)):
                status = nginx.ask(path, *([bearer(GOOD)] if subject else []), *lines).status
                seen = service.take()
                assert (status == 200 and len(seen) == 1) or (status == 400 and not seen), (path, lines, status)
                for request in seen:
                    assert request.all("X-Auth-Subject") == subject, request
                    assert "evil" not in str(request) and "root" not in str(request), request
                    assert request.all("X-Forwarded-For") == ["127.0.0.1"], request
            # A field after a chunked body does not become a field of the request.
            with nginx.connect() as client:
                client.send(head("POST", path, [bearer(GOOD), "Transfer-Encoding: chunked"]))
                client.send("2\r\nhi\r\n0\r\nX-Auth-Subject: evil\r\n\r\n")
                assert client.read_answer().status == 200
            (request,) = service.take()
            assert request.all("X-Auth-Subject") == subject and request.body == b"hi" and "evil" not in str(request), request


def test_the_gateway_is_asked_with_the_token_alone():
    judge = Recorder(b"HTTP/1.0 204 No Content\r\nX-Auth-Subject: alice\r\n\r\n")
    lines = ["Content-Type: text/plain", "Content-Encoding: gzip", "Range: bytes=0-1", "If-None-Match: *", "Cookie: a=b", "X-Other: y", MINE,
             "X-Original-URI: /", "X-Original-Method: GET", "Upgrade: h2c", "Accept: x/y", "TE: trailers", "Keep-Alive: 5"]
    with judge, Recorder() as service, Nginx(judge.port, service.port) as nginx:
        for path, asked in (("/x", []), ("/private/x?y", ["/auth"]), ("/Admin", ["/auth/admin"])):
            for method, body in (("GET", None), ("POST", "x" * 5000), ("OPTIONS", None), ("BREW", None)):
                assert nginx.ask(path, bearer(GOOD), *lines, method=method, body=body).status == 200
                assert [(one.method, one.target, one.body) for one in judge.seen] == [("GET", target, b"") for target in asked]
                for one in judge.take():
                    assert sorted(name.lower() for name, _ in one.fields) == ["authorization", "connection", "host"], one
                    assert one.all("Authorization") == [f"Bearer {GOOD}"], one
                (request,) = service.take()
                assert (request.method, request.body) == (method, (body or "").encode())
            assert nginx.ask(path).status == 200 and all(not one.all("Authorization") for one in judge.take())
            service.take()


def test_no_field_of_a_request_makes_the_answer_a_500():
    bodies = ["Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked",
              "Content-Length: 5\r\nTransfer-Encoding: chunked", "Cookie: " + "x" * 5000 + "\r\nX: " + "y" * 5000, "X: \x01", "X Y: z", "X"]
    cases = [line.encode() for line in bodies] + [line for line in FIELDS if b"Authorization:" not in line]
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for line in cases:
            for method in ("GET", "POST"):
                found = []
                for credentials in ([bearer(GOOD)], []):
                    with nginx.connect() as client:
                        client.send(head(method, "/private/x", credentials).replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n"))
                        client.send("0\r\n\r\n" if line == b"Transfer-Encoding: chunked" else "")
                        client.send("hello" if line == b"Content-Length: 5" else "")
                        found.append(client.read_answer().status)
                    assert len(service.take()) == (found[-1] == 200), line
                assert found in ([200, 401], [400, 400], [501, 501]), (line, method, found)
        for line in FIELDS:
            with nginx.connect() as client:
                client.send(head("GET", "/private/x").replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n"))
                assert client.read_answer().status in (400, 401), line
        # Credentials of any size and kind are refused by a 4xx, too.
        for size in (10, 1000, 4000, 5000, 5900, 6000, 6100, 8000, 9000, 30_000):
            for value in ("Bearer " + "x" * size, "x" * size, "Bearer a." + "b" * size + ".c", "Bearer " + ", " * (size // 2)):
                assert nginx.ask("/private/x", f"Authorization: {value}").status in (400, 401), (value[:20], size)
        for value in ("", "Bearer", "Bearer \x80", "Bearer \u00e9", "Basic x", "Bearer a.b.c, Bearer d.e.f", "\tBearer\tx", "Bearer %00", "Digest x=\"y\""):
            assert nginx.ask("/private/x", f"Authorization: {value}").status in (400, 401), value
        assert not service.take()


def test_an_answer_of_the_service_does_not_lead_to_another_path():
    answer = b"HTTP/1.1 200 OK\r\nX-Accel-Redirect: /private/x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder(answer) as service, Nginx(gateway.port, service.port) as nginx:
        said = nginx.ask("/x")
        assert (said.status, said.text, said.field("x-accel-redirect")) == (200, "ok", ""), said
        assert [one.target for one in service.take()] == ["/x"]


def test_methods_and_versions():
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "BREW"):
            assert [nginx.status("/private/x", *fields, method=method) for fields in ([bearer(GOOD)], [])] == [200, 401], method
            assert [one.method for one in service.take()] == [method]
        for method in ("TRACE", "CONNECT", "get", "G(T"):
            assert nginx.status("/private/x", bearer(GOOD), method=method) in (400, 405), method
        for version in (" HTTP/1.0", ""):
            for path, credentials, passes in (("/private/x", "", False), ("/private/x", bearer(GOOD) + "\r\n", version != ""),
                                              ("/private/../x", "", False), ("/x", "", True)):
                with nginx.connect() as client:
                    client.send(f"GET {path}{version}\r\n{credentials if version else ''}\r\n")
                    data = client.read_bytes()
                assert data.endswith(b"service") == passes == bool(service.take()), (path, version, data)
        for line in ("GET /private/x HTTP/9.9", "GET /x HTTP/1.1 ", "GET /x HTTP/1.1 HTTP/1.1"):
            with nginx.connect() as client:
                client.send(line + "\r\nHost: x\r\nConnection: close\r\n\r\n")
                client.read_bytes()
            assert all(one.target == "/x" for one in service.take()), line
        # Each request of a connection is checked by itself.
        with nginx.connect() as client:
            for fields, status in (([bearer(GOOD)], 200), ([], 401), ([bearer(ADMIN)], 200), ([MINE], 401)):
                assert client.ask("GET", "/private/x", fields).status == status, fields
            assert client.ask("GET", "/x").status == 200
        assert [one.all("X-Auth-Subject") for one in service.take()] == [["alice"], ["root"], []]


run_all(globals())
