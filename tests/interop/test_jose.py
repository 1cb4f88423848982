#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The C tool `jose` and credence read each other's tokens and JWKs, and agree on thumbprints.
# packages: libcli11-dev jose
# label: all
import json
import pathlib
import subprocess
import unittest

from both_directions import Folder, KeyFiles, b64, credence_signs, credence_verifies, other_signature, run

FILES = KeyFiles()
FOLDER = Folder()
ALGORITHMS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
CLAIMS = {"sub": "ä€😀", "n": [1, None], "exp": 4102444800}


def jose(*arguments, stdin=b""):
    return subprocess.run(["jose", *arguments], input=stdin, capture_output=True, timeout=60, check=False)


def jose_signs(key, alg):
    header = json.dumps({"protected": {"alg": alg}})
    claims = json.dumps(CLAIMS, separators=(",", ":")).encode()
    done = jose("jws", "sig", "-I", "-", "-k", key, "-s", header, "-c", "-o", "-", stdin=claims)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout.decode().strip()


def jose_verifies(key, token):
    """The payload; None when it is refused."""
    header, payload, signature = token.split(".")
    whole = json.dumps({"protected": header, "payload": payload, "signature": signature})
    done = jose("jws", "ver", "-i", whole, "-k", key, "-O", "-")
    return json.loads(done.stdout) if done.returncode == 0 else None


class Jose(unittest.TestCase):
    def test_it_has_the_algorithms(self):
        self.assertLessEqual(set(ALGORITHMS), set(jose("alg").stdout.decode().split()))

    def test_both_directions(self):
        for alg in ALGORITHMS:
            with self.subTest(alg):
                private, public = FILES.jwk(alg)
                theirs = jose_signs(private, alg)
                self.assertEqual(credence_verifies(public, alg, theirs), CLAIMS)
                self.assertEqual(credence_verifies(public, alg, other_signature(theirs)), "invalid_signature")
                ours = credence_signs(private, alg)
                self.assertEqual(jose_verifies(public, ours)["text"], "ä€😀")
                self.assertIsNone(jose_verifies(public, other_signature(ours)))

    def test_keys_that_jose_makes(self):
        for alg in ALGORITHMS:
            with self.subTest(alg):
                made = json.loads(jose("jwk", "gen", "-i", json.dumps({"alg": alg})).stdout)
                self.assertEqual(made.get("key_ops"), ["sign", "verify"])
                private = FOLDER.write("key", json.dumps(made))
                public = private
                if made["kty"] != "oct":
                    public = FOLDER.write("pub", jose("jwk", "pub", "-i", private).stdout)
                ours = credence_signs(private, alg)
                self.assertEqual(credence_verifies(public, alg, ours)["text"], "ä€😀")
                self.assertIsNotNone(jose_verifies(public, ours))

    def test_thumbprints(self):
        for alg in ("HS256", "RS256", "ES256", "ES384", "ES512"):
            _, public = FILES.jwk(alg)
            theirs = jose("jwk", "thp", "-i", public, "-a", "S256").stdout.decode().strip()
            self.assertEqual(run("jwk", "--thumbprint", public).out.strip(), theirs, alg)

    def test_a_payload_of_any_bytes(self):
        private, public = FILES.jwk("ES256")
        payload = bytes(range(256))
        done = jose("jws", "sig", "-I", "-", "-k", private, "-s", '{"protected":{"alg":"ES256"}}', "-c", "-o", "-", stdin=payload)
        request = {"token": done.stdout.decode().strip(), "key": {"jwk": json.loads(pathlib.Path(public).read_text())},
                   "alg": ["ES256"], "jws": True}
        answer = json.loads(run("verify", "--batch", stdin=json.dumps(request).encode()).out)
        self.assertEqual(answer["payload_b64"], b64(payload))


if __name__ == "__main__":
    unittest.main()
