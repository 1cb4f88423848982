#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Each transport against servers that are slow, hang, redirect or send wrong answers, and against untrusted certificates.
# packages: openssl
# label: all
import gzip
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import unittest
import warnings

from faulty_server import BODY, Authority, FaultyServer, head

BIN = pathlib.Path(os.environ.get("CREDENCE_BIN", "build/dev/bin"))
TRANSPORTS = [name for name in ("curl", "httplib", "beast", "asio") if (BIN / f"fetch_with_{name}").exists()]
BIG = 200 * 1024 * 1024

if not TRANSPORTS:
    print("no transport is built")
    sys.exit(77)


def fetch(transport, url, **options):
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    done = subprocess.run([BIN / f"fetch_with_{transport}", url, *words], capture_output=True, text=True, timeout=120,
                          env=dict(os.environ, http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9", no_proxy="id.example"))
    if done.returncode != 0:
        raise AssertionError(f"fetch_with_{transport} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def answers(data):
    return lambda peer: peer.send(data)


def drip_head(peer):
    peer.drip(head("200 OK", *(f"X-{number}: y" for number in range(100))))


def drip_body(peer):
    peer.send(head(length=1000))
    peer.drip(b" " * 1000)


def hang(peer):
    peer.hang()


def hang_in_head(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-")
    peer.hang()


def hang_in_body(peer):
    peer.send(head(length=100) + b"{")
    peer.hang()


def big_chunks(peer):
    peer.send(head("200 OK", "Transfer-Encoding: chunked"))
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for _ in range(BIG // 0x10000):
        peer.send(chunk)
    peer.send(b"0\r\n\r\n")


def big_with_length(peer):
    peer.send(head(length=BIG))
    for _ in range(BIG // 65536):
        peer.send(b" " * 65536)


def big_to_the_end(peer):
    peer.send(head("200 OK", "Connection: close"))
    for _ in range(BIG // 65536):
        peer.send(b" " * 65536)


def chunk_extensions(peer):
    peer.send(head("200 OK", "Transfer-Encoding: chunked") + b"1;")
    for _ in range(BIG // 65536):
        peer.send(b"x" * 65536)


def trailers(peer):
    peer.send(head("200 OK", "Transfer-Encoding: chunked") + b"1\r\n{\r\n0\r\n")
    for _ in range(BIG // 70000):
        peer.send(b"X-Trailer: " + b"x" * 70000 + b"\r\n")


def one_endless_field(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nX-Field: ")
    for _ in range(BIG // 65536):
        peer.send(b"x" * 65536)


def endless_fields(peer):
    peer.send(b"HTTP/1.1 200 OK\r\n")
    line = b"X-Field: " + b"x" * 4000 + b"\r\n"
    for _ in range(BIG // len(line)):
        peer.send(line)


def endless_interim_answers(peer):
    for _ in range(1_000_000):
        if peer.server.over.is_set():
            return
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def drip_handshake(peer):
    peer.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 16384)


class Transports:
    """The tests of one transport."""

    transport = ""

    def fetch(self, url, **options):
        found = fetch(self.transport, url, **options)
        self.assertEqual(found["error_queue"], "clean")
        return found

    def ask(self, answer, path="/", host="127.0.0.1", tls=None, family=socket.AF_INET, raw=False, **options):
        """The result of the transport for a server's answer, and the requests that the server got."""
        with FaultyServer(answer, tls=tls, family=family, raw=raw) as server:
            url = f"{'https' if tls or raw else 'http'}://{host}:{server.port}{path}"
            return self.fetch(url, **options), server.requests

    def refused(self, answer, *stages, limit_ms=30_000, **options):
        found, _ = self.ask(answer, **options)
        self.assertIn(found.get("stage"), stages, found)
        self.assertLess(found["ms"], limit_ms)
        return found

    # The request, and the parts of a valid answer.

    def test_request(self):
        found, requests = self.ask(answers(head(length=len(BODY)) + BODY), path="/a/b%20c?x=1", field="X-Key=one two", etag='"e"')
        self.assertEqual((found["status"], found["body"]), (200, BODY.decode()))
        peer = requests[0]
        self.assertTrue(peer.head.startswith(b"GET /a/b%20c?x=1 HTTP/1.1\r\n"), peer.head)
        self.assertEqual([value.split(":")[0] for value in peer.fields("host")], ["127.0.0.1"])
        self.assertEqual(peer.fields("accept"), ["application/json"])
        self.assertEqual(peer.fields("user-agent"), ["credence"])
        self.assertEqual(peer.fields("if-none-match"), ['"e"'])
        self.assertEqual(peer.fields("x-key"), ["one two"])
        self.assertIn(peer.field("accept-encoding"), (None, "identity"))
        for name in ("authorization", "cookie", "if-modified-since", "content-type", "expect"):
            self.assertEqual(peer.fields(name), [], name)

    def test_post(self):
        found, requests = self.ask(answers(head(length=2) + b"{}"), path="/introspect", form="token=a%2Bb&x=1",
                                   authorization="Basic YTpi")
        self.assertEqual(found["status"], 200)
        peer = requests[0]
        self.assertTrue(peer.head.startswith(b"POST /introspect HTTP/1.1\r\n"), peer.head)
        self.assertEqual(peer.body, b"token=a%2Bb&x=1")
        self.assertEqual(peer.fields("content-type"), ["application/x-www-form-urlencoded"])
        self.assertEqual(peer.fields("content-length"), ["15"])
        self.assertEqual(peer.fields("authorization"), ["Basic YTpi"])
        self.assertEqual(peer.fields("expect"), [])

    def test_fields_of_the_answer(self):
        answer = head("200 OK", "CONTENT-TYPE: application/jwk-set+json", "Cache-Control: max-age=5",
                      "Cache-Control:  public ", 'ETag: "one"', "Age: 3", "Last-Modified: now", "Retry-After: 7", length=2)
        found, _ = self.ask(answers(answer + b"{}"))
        self.assertEqual(found["content_type"], "application/jwk-set+json")
        self.assertEqual({part.strip() for part in found["cache_control"].split(",")}, {"max-age=5", "public"})
        self.assertEqual((found["etag"], found["age"]), ('"one"', "3"))
        self.assertEqual((found["last_modified"], found["retry_after"]), ("now", "7"))

    def test_framings(self):
        chunked = head("200 OK", "Transfer-Encoding: chunked")
        for answer in (chunked + b'5\r\n{"key\r\n6\r\ns":[]}\r\n0\r\n\r\n',
                       head("200 OK", "Connection: close") + BODY,
                       b"HTTP/1.1 100 Continue\r\n\r\n" + head(length=len(BODY)) + BODY,
                       head(length=len(BODY)) + BODY + b"and more"):
            found, _ = self.ask(answers(answer))
            self.assertEqual((found.get("status"), found.get("body")), (200, BODY.decode()), found)

    def test_extensions_and_trailers(self):
        if self.transport == "httplib":
            self.skipTest("cpp-httplib 0.11 refuses them")
        found, _ = self.ask(answers(head("200 OK", "Transfer-Encoding: chunked") +
                                    b'b;x=y\r\n{"keys":[]}\r\n0\r\nX-Trailer: 1\r\n\r\n'))
        self.assertEqual((found.get("status"), found.get("body")), (200, BODY.decode()), found)

    def test_status(self):
        for status in ("304 Not Modified", "404 Not Found", "503 Busy"):
            found, _ = self.ask(answers(head(status, "Retry-After: 9", length=0)))
            self.assertEqual((found["status"], found["retry_after"]), (int(status[:3]), "9"))

    def test_redirects_are_not_followed(self):
        with FaultyServer(answers(head(length=2) + b"{}")) as target:
            for status in ("301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"):
                location = f"Location: http://127.0.0.1:{target.port}/"
                found, _ = self.ask(answers(head(status, location, length=0)))
                self.assertEqual(found["status"], int(status[:3]))
            self.assertEqual(target.requests, [])

    def test_gzip_is_not_decoded(self):
        packed = gzip.compress(BODY)
        found, _ = self.ask(answers(head("200 OK", "Content-Encoding: gzip", length=len(packed)) + packed))
        self.assertEqual(found["bytes"], len(packed))

    def test_localhost_and_ipv6(self):
        sound = answers(head(length=2) + b"{}")
        found, requests = self.ask(sound, host="localhost")
        self.assertEqual(found["status"], 200)
        self.assertTrue(requests[0].field("host").startswith("localhost:"))
        if socket.has_ipv6:
            self.assertEqual(self.ask(sound, host="localhost", family=socket.AF_INET6)[0].get("status"), 200)
            found, requests = self.ask(sound, host="[::1]", family=socket.AF_INET6)
            self.assertEqual(found["status"], 200)
            self.assertTrue(requests[0].field("host").startswith("[::1]:"))

    # Time.

    def test_drips_and_hangs_end_at_the_deadline(self):
        for answer in (drip_head, drip_body, hang, hang_in_head, hang_in_body):
            self.assertGreaterEqual(self.refused(answer, "timeout", total=600)["ms"], 590)

    def test_a_fetch_is_stopped(self):
        for answer in (hang, hang_in_body, drip_body):
            self.refused(answer, "stopped", total=60_000, stop=200)

    # Size.

    def test_a_body_at_the_limit(self):
        sound = answers(head(length=5) + b"12345")
        self.assertEqual(self.ask(sound, most=5)[0]["bytes"], 5)
        self.refused(sound, "too_large", most=4)

    def test_large_bodies_leave_memory_flat(self):
        for answer in (big_with_length, big_chunks, big_to_the_end):
            self.assertLess(self.refused(answer, "too_large", total=20_000)["grown_kb"], 20_000)

    def test_large_lines_and_endless_heads_leave_memory_flat(self):
        for answer in (chunk_extensions, trailers, one_endless_field, endless_fields, endless_interim_answers):
            found = self.refused(answer, "too_large", "transfer", "timeout", total=5000)
            self.assertLess(found["grown_kb"], 60_000, answer)

    # Texts that are not an answer.

    def test_cut_answers(self):
        chunked = head("200 OK", "Transfer-Encoding: chunked")
        for answer in (b"", b"HTTP/1.1 200", head(length=100) + BODY, b"not HTTP at all\r\n\r\n", chunked + b"5\r\n{",
                       chunked + b"1\r\n{\r\n"):
            self.refused(answers(answer), "transfer")

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.assertEqual(self.fetch(f"http://127.0.0.1:{port}/")["stage"], "connect")

    def test_unknown_name(self):
        self.assertIn(self.fetch("https://nowhere.invalid/", total=3000)["stage"], ("connect", "timeout"))

    # TLS.

    def certified(self, context, stage, **options):
        found, requests = self.ask(answers(head(length=2) + b"{}"), tls=context, **{"host": "localhost"} | options)
        self.assertEqual(found.get("stage"), stage, found)
        self.assertEqual(len(requests), 0 if stage else 1)
        return found

    def test_certificates(self):
        good = AUTHORITY.context("good")
        self.certified(good, None, ca=AUTHORITY.ca)
        self.certified(good, None, host="127.0.0.1", ca=AUTHORITY.ca)
        for others in ({"ca": OTHER_AUTHORITY.ca}, {}):
            self.assertIn("certificate", self.certified(good, "tls", **others)["detail"])
        self.certified(good, "tls", ca="/nowhere.pem")
        for names in ("DNS:id.example,IP:127.0.0.2", "DNS:127.0.0.1,DNS:localhost.id.example,DNS:*"):
            wrong = AUTHORITY.context("wrong", alternative=names)
            shown = ", ".join(f"'{name.replace('IP:', 'IP Address:')}'" for name in names.split(","))
            for host in ("localhost", "127.0.0.1"):
                found = self.certified(wrong, "tls", host=host, ca=AUTHORITY.ca)
                self.assertEqual(found["detail"], f"the certificate is not for '{host}', but for {shown}")
        # One line, of bounded length, for names of any length.
        many = AUTHORITY.context("many", alternative=",".join(f"DNS:{number}.example" for number in range(30)))
        found = self.certified(many, "tls", ca=AUTHORITY.ca)
        self.assertTrue(found["detail"].endswith("'DNS:9.example', ..."), found)
        for alternative, shown in ((None, "'CN=nameless'"), ("email:" + "x" * 300 + "@id.example", f"'email:{'x' * 194}'...")):
            found = self.certified(AUTHORITY.context("nameless", alternative=alternative), "tls", ca=AUTHORITY.ca)
            self.assertEqual(found["detail"], f"the certificate is not for 'localhost', but for {shown}")
        # Two faults: only the first is reported, and no name of an untrusted certificate.
        found = self.certified(wrong, "tls", ca=OTHER_AUTHORITY.ca)
        self.assertNotIn("localhost.id.example", found["detail"])

    def test_dates_and_versions(self):
        for name, start, end, word in (("expired", "200101000000Z", "210101000000Z", "expired"),
                                       ("later", "400101000000Z", "410101000000Z", "not yet valid")):
            found = self.certified(AUTHORITY.context(name, start=start, end=end), "tls", ca=AUTHORITY.ca)
            self.assertIn(word, found["detail"])
        old = AUTHORITY.context("old")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        self.certified(old, "tls", ca=AUTHORITY.ca)
        found, _ = self.ask(answers(head(length=2) + b"{}"), raw=True, ca=AUTHORITY.ca)
        self.assertEqual(found["stage"], "tls")

    def test_client_certificate(self):
        context = AUTHORITY.context("server")
        context.load_verify_locations(AUTHORITY.ca)
        context.verify_mode = ssl.CERT_REQUIRED
        certificate, key = AUTHORITY.certificate("client")
        self.certified(context, None, ca=AUTHORITY.ca, certificate=certificate, key=key)
        self.certified(context, "tls", ca=AUTHORITY.ca, certificate="/nowhere.pem", key=key)
        found, requests = self.ask(hang, tls=context, host="localhost", ca=AUTHORITY.ca)
        self.assertIn(found["stage"], ("tls", "transfer"), found)
        self.assertEqual(requests, [])

    def test_a_handshake_that_drips_ends_at_the_deadline(self):
        self.refused(drip_handshake, "timeout", raw=True, connect=600, total=900)

    def test_bodies_under_tls(self):
        context = AUTHORITY.context("server")
        for answer, stage in ((drip_body, "timeout"), (hang_in_head, "timeout"), (big_chunks, "too_large"),
                              (answers(head(length=100) + BODY), "transfer")):
            found = self.refused(answer, stage, tls=context, host="localhost", ca=AUTHORITY.ca, total=4000)
            self.assertLess(found["grown_kb"], 20_000)

    # A proxy.

    def test_proxy(self):
        context = AUTHORITY.context("id.example", alternative="DNS:id.example")

        def tunnel(peer):
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with context.wrap_socket(peer.connection, server_side=True) as inner:
                inner.recv(65536)
                inner.sendall(head(length=2) + b"{}")

        for answer, status in ((tunnel, 200), (answers(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), None)):
            with FaultyServer(answer) as proxy:
                found = self.fetch("https://id.example:8443/set", ca=AUTHORITY.ca, proxy=f"127.0.0.1:{proxy.port}",
                                   field="X-Key=secret", authorization="Basic YTpi")
            self.assertEqual(found.get("status"), status, found)
            peer = proxy.requests[0]
            self.assertTrue(peer.head.startswith(b"CONNECT id.example:8443 HTTP/1.1\r\n"), peer.head)
            self.assertNotIn(b"secret", peer.head)
            self.assertEqual(peer.fields("authorization"), [])

    def test_loopback_urls_bypass_the_proxy(self):
        self.assertEqual(self.ask(answers(head(length=2) + b"{}"), proxy="127.0.0.1:9")[0].get("status"), 200)


for name in TRANSPORTS:
    globals()[f"With_{name}"] = type(f"With_{name}", (Transports, unittest.TestCase), {"transport": name})

if __name__ == "__main__":
    AUTHORITY, OTHER_AUTHORITY = Authority(), Authority()
    try:
        unittest.main()
    finally:
        shutil.rmtree(AUTHORITY.folder)
        shutil.rmtree(OTHER_AUTHORITY.folder)
