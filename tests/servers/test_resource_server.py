#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/resource_server: tokens that openssl has signed, and keys that change while it runs.
# packages: libcpp-httplib-dev openssl
import base64
import json
import pathlib
import subprocess
import tempfile
import time

from command_line import fails_to_start
from running import Server, run_all
from tokens import bearer, forge

ISSUER = "https://id.example"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An Ed25519 key of an issuer."""

    def __init__(self, folder, kid):
        self.kid, self.path = kid, pathlib.Path(folder, f"{kid}.pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True, capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig", "x": encode(public[-32:])}

    def sign(self, **claims):
        claims = {"iss": ISSUER, "aud": "orders", "sub": "alice", "exp": int(time.time()) + 300} | claims
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.kid}
        text = encode(json.dumps(header).encode()) + "." + encode(json.dumps(claims).encode())
        with tempfile.NamedTemporaryFile() as file:
            file.write(text.encode())
            file.flush()
            signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", file.name],
                                       check=True, capture_output=True).stdout
        return text + "." + encode(signature)


def options(path):
    return ["--jwks", str(path), "--issuer", ISSUER]


def test_tokens_scopes_and_keys_that_change():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "keys.json")
        old, new = Key(folder, "old"), Key(folder, "new")
        path.write_text(json.dumps({"keys": [old.jwk, {"kty": "oct", "k": "AAAA", "kid": "secret"}]}))
        with Server("resource_server", *options(path)) as server:
            assert '"event":"key_skipped","kid":"secret"' in server.log_text()
            good = old.sign(scope="orders:read other")
            me = server.get("/me", bearer(good))
            assert (me.status, me.json()) == (200, {"sub": "alice", "scopes": ["orders:read", "other"]})
            assert me.field("cache-control") == "no-store"
            assert server.get("/orders", bearer(good)).json() == []
            lesser = server.get("/orders", bearer(old.sign(scope="orders:write")))
            assert lesser.status == 403 and 'scope="orders:read"' in lesser.field("www-authenticate")
            for bad in (forge(good), old.sign(aud="another"), old.sign(iss="https://other.example"), old.sign(exp=1),
                        new.sign(), old.sign(aud=[])):
                answer = server.get("/me", bearer(bad))
                assert (answer.status, answer.json()) == (401, {"error": "Invalid token"})
            assert server.get("/me").status == 401
            assert server.get("/me", bearer(good), bearer(good)).status == 400

            path.write_text(json.dumps({"keys": [new.jwk]}))
            assert server.post("/keys", "", bearer(good)).status == 403
            assert server.post("/keys", "").status == 401
            reloading = old.sign(scope="keys:reload")
            assert server.post("/keys", "", bearer(reloading)).status == 204
            assert server.get("/me", bearer(good)).status == 401
            assert server.get("/me", bearer(new.sign())).status == 200
            path.write_text("no keys")
            failed = server.post("/keys", "", bearer(new.sign(scope="keys:reload")))
            assert failed.status == 500 and str(path) not in str(failed)
            assert server.get("/me", bearer(new.sign())).status == 200
            assert not any(part in server.log_text() for part in good.split("."))


def test_the_command_line():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "keys.json")
        assert "--jwks" in fails_to_start("resource_server")
        assert "keys.json" in fails_to_start("resource_server", *options(path))
        assert folder in fails_to_start("resource_server", *options(folder))
        path.write_text('{"keys":[]}')
        assert "no JWK Set" in fails_to_start("resource_server", *options(path))


run_all(globals())
