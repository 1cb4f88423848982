#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# `verify --issuer`, `explain --issuer` and `keys URL`, against an issuer on this machine whose answers a test sets.
# packages: libcli11-dev libcurl4-openssl-dev
import http.server
import json
import threading
import unittest

from credence_command import SECRET, Folder, KeyPairs, b64, run, token

PAIRS = KeyPairs()
FILES = Folder()
DOCUMENT = "/.well-known/openid-configuration"
INSERTED = "/.well-known/oauth-authorization-server"


class Issuer:
    """An issuer whose pages are given by path. `requests` has the requested paths."""

    def __init__(self, **pages):
        issuer = self
        self.pages = {}
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests.append((self.path, str(self.headers)))
                status, body = issuer.pages.get(self.path, (404, "not here"))
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", issuer.url + "/jwks")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # it was too long

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.set(DOCUMENT, {"issuer": self.url, "jwks_uri": self.url + "/jwks"})
        self.set("/jwks", {"keys": [PAIRS.jwk("ES256", "--kid", "a"), PAIRS.jwk("RS256", "--kid", "b")]})
        for path, page in pages.items():
            self.set(path, page)

    def set(self, path, page, status=200):
        self.pages[path] = (status, page if isinstance(page, (str, bytes)) else json.dumps(page))

    def paths(self):
        return [path for path, _ in self.requests]

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def signed(issuer, alg="ES256", kid="a", **claims):
    key = FILES.write("key.pem", PAIRS.pem(alg)[0])
    text = json.dumps({"iss": issuer.url, "aud": "api", "sub": "42"} | claims)
    done = run("sign", "--key", key, "--alg", alg, "--kid", kid, "--exp", "1h", "-", stdin=text.encode())
    if done.returncode != 0:
        raise AssertionError(done.err)
    return done.out


class Case(unittest.TestCase):
    def verify(self, made, *options, command="verify"):
        return run(command, *options, stdin=made.encode())

    def assert_fails(self, done, status, *words):
        self.assertEqual((done.returncode, done.out, done.err.count("\n")), (status, "", 1), done.err)
        for word in words:
            self.assertIn(word, done.err)


class Verify(Case):
    def test_a_token_of_the_issuer(self):
        with Issuer() as issuer:
            for alg, kid in (("ES256", "a"), ("RS256", "b")):
                done = self.verify(signed(issuer, alg, kid), "--issuer", issuer.url, "--aud", "api")
                self.assertEqual((done.returncode, done.err), (0, ""))
                self.assertEqual(json.loads(done.out)["sub"], "42")
            self.assertEqual(issuer.paths(), [DOCUMENT, "/jwks"] * 2)

    def test_no_byte_of_the_token_is_sent(self):
        with Issuer() as issuer:
            made = signed(issuer).strip()
            self.verify(made, "--issuer", issuer.url, "--aud", "api")
            for path, head in issuer.requests:
                for part in made.split("."):
                    self.assertNotIn(part, path + head)

    def test_tokens_that_are_refused(self):
        with Issuer() as issuer:
            rows = [(signed(issuer, iss="https://other.example"), (), "invalid_issuer"),
                    (signed(issuer, kid="c"), (), "no_matching_key"),
                    (signed(issuer, aud="other"), (), "invalid_audience"),
                    (signed(issuer), ("--alg", "RS256"), "algorithm_not_allowed"),
                    (token(), (), "algorithm_not_allowed")]
            for made, options, code in rows:
                done = self.verify(made, "--issuer", issuer.url, "--aud", "api", "--json", *options)
                self.assertEqual((done.returncode, json.loads(done.err)["error"]), (1, code))

    def test_a_published_secret_verifies_nothing(self):
        with Issuer() as issuer:
            issuer.set("/jwks", {"keys": [{"kty": "oct", "k": b64(SECRET)}, PAIRS.jwk("ES256", "--kid", "a")]})
            self.assert_fails(self.verify(token({"exp": 2**40, "iss": issuer.url}), "--issuer", issuer.url), 1,
                              "algorithm_not_allowed")
            self.assert_fails(self.verify(token(), "--issuer", issuer.url, "--alg", "HS256"), 2, "HS256 needs a shared secret")

    def test_places_of_the_document(self):
        with Issuer() as issuer:
            name = issuer.url + "/realms/a"
            document = {"issuer": name, "jwks_uri": issuer.url + "/jwks"}
            made = signed(issuer, iss=name)
            for place in ("/realms/a" + DOCUMENT, INSERTED + "/realms/a"):
                issuer.set(place, document)
                self.assertEqual(self.verify(made, "--issuer", name, "--aud", "api").returncode, 0)
                del issuer.pages[place]

    def test_iss_beside_issuer(self):
        with Issuer() as issuer:
            made = signed(issuer)
            good = self.verify(made, "--issuer", issuer.url, "--aud", "api", "--iss", "x", "--iss", issuer.url)
            self.assertEqual(good.returncode, 0)
            self.assert_fails(self.verify(made, "--issuer", issuer.url, "--iss", "x"), 2, "leave --iss out")
            self.assert_fails(self.verify(made, "--issuer", issuer.url, "--jwks", "x"), 2, "exclude each other")
            self.assert_fails(self.verify(made, "--key", "x", "--ca", "y"), 2, "--ca needs --issuer")

    def test_refused_urls_cause_no_fetch(self):
        for url, word in (("http://id.example", "write https"), ("id.example", "begins with https://"),
                          ("http://127.0.0.1:80@evil.example", "user information"), ("ftp://id.example", "https://"),
                          ("https://id.example/#a", "fragment"), ("https://id.example/?a", "no query")):
            shown = url.replace("127.0.0.1:80@", "...@")  # user information may be a password
            self.assert_fails(self.verify("a.b.c", "--issuer", url), 2, shown, word)

    def test_errors_say_what_to_do(self):
        with Issuer() as issuer:
            made = signed(issuer)

            def fails(*words):
                done = self.verify(made, "--issuer", issuer.url, "--aud", "api")
                self.assert_fails(done, 3, issuer.url, *words)
                as_json = self.verify(made, "--issuer", issuer.url, "--aud", "api", "--json")
                self.assertEqual(json.loads(as_json.err)["error"], "keys_unavailable")

            issuer.set("/jwks", "gone", status=404)
            fails("/jwks: status 404", "check the URL")
            issuer.set("/jwks", "", status=302)
            fails("redirects are not followed")
            issuer.set("/jwks", {"no": "keys"})
            fails("/jwks", "not a JWK Set")
            issuer.set("/jwks", " " * (1 << 20) + "{}")
            fails("longer than the limit")
            issuer.set(DOCUMENT, {"issuer": issuer.url + "/", "jwks_uri": issuer.url + "/jwks"})
            fails(f"expected '{issuer.url}', the document says '{issuer.url}/'", "a slash at the end", "write its URL as it does")
            issuer.set(DOCUMENT, {"issuer": issuer.url})
            fails("no jwks_uri")
            issuer.set(DOCUMENT, "\x1b[2J<html>")
            fails("metadata document is not usable")
            del issuer.pages[DOCUMENT]
            fails(DOCUMENT + ": status 404", "the iss of its tokens")
        fails("connection failed", "check the host and the port")

    def test_a_set_without_a_usable_key(self):
        with Issuer() as issuer:
            issuer.set("/jwks", {"keys": [{"kty": "RSA", "use": "enc"}]})
            done = self.verify(signed(issuer), "--issuer", issuer.url, "--aud", "api")
            self.assert_fails(done, 3, issuer.url + "/jwks: found a JWK Set")


class Explain(Case):
    def steps(self, issuer, made):
        done = self.verify(made, "--issuer", issuer.url, "--aud", "api", "--json", command="explain")
        return {step["step"]: step for step in json.loads(done.out or done.err)["steps"]}

    def test_steps(self):
        with Issuer() as issuer:
            good = self.steps(issuer, signed(issuer))
            self.assertEqual({step["ok"] for step in good.values()}, {True})
            other = self.steps(issuer, signed(issuer, iss="https://other.example"))["iss"]
            self.assertEqual((other["ok"], other["expected"]), (False, f'"{issuer.url}"'))
            unknown = self.steps(issuer, signed(issuer, kid="new"))["key"]
            self.assertEqual((unknown["ok"], unknown["error"]), (False, "no_matching_key"))


class Keys(Case):
    def listed(self, url):
        done = run("keys", "--json", url)
        self.assertEqual((done.returncode, done.err), (0, ""), done.err)
        return [(key.get("kid"), bool(key["algorithms"]), key.get("skipped")) for key in json.loads(done.out)["keys"]]

    def test_an_issuer_and_a_set(self):
        with Issuer() as issuer:
            wanted = [("a", True, None), ("b", True, None)]
            self.assertEqual(self.listed(issuer.url), wanted)
            self.assertEqual(self.listed(issuer.url + "/jwks"), wanted)
            issuer.set("/keys?v=1", {"keys": [PAIRS.jwk("EdDSA", "--kid", "c")]})
            self.assertEqual(self.listed(issuer.url + "/keys?v=1"), [("c", True, None)])
            done = run("keys", issuer.url)
            self.assertEqual(done.err, f"credence: the set is at {issuer.url}/jwks\n")
            self.assertIn('1  kid "a"  EC P-256  for ES256\n', done.out)

    def test_skipped_keys_and_reasons(self):
        with Issuer() as issuer:
            issuer.set("/jwks", {"keys": [PAIRS.jwk("ES256", "--kid", "a"), {"kty": "oct", "k": b64(SECRET), "kid": "s"},
                                          PAIRS.jwk("ES256", "--kid", "e") | {"use": "enc"}]})
            self.assertEqual([key[:2] for key in self.listed(issuer.url)], [("a", True), ("s", False), ("e", False)])
            done = run("keys", issuer.url)
            self.assertIn("skipped: a shared secret, which must not be published", done.out)
            self.assertIn("use", done.out.splitlines()[-1])
            self.assertNotIn(b64(SECRET), done.out)

    def test_faults(self):
        with Issuer() as issuer:
            self.assert_fails(run("keys", issuer.url + "/nothing"), 3, "status 404", "check the URL")
            issuer.set(DOCUMENT, {"issuer": "https://other.example", "jwks_uri": "https://other.example/jwks"})
            self.assert_fails(run("keys", issuer.url), 3, "the document says 'https://other.example'")
            issuer.set("/page", "<html>")
            self.assert_fails(run("keys", issuer.url + "/page"), 3, "not a JWK Set")
        self.assert_fails(run("keys", "http://id.example"), 2, "write https")
        self.assert_fails(run("keys", FILES.write("set.json", "{}"), "--ca", "x"), 2, "--ca needs a URL")


if __name__ == "__main__":
    if "without libcurl" in run("keys", "http://127.0.0.1:1").err:
        print("the command was built without libcurl")
        raise SystemExit(77)
    unittest.main()
