#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# python3-jwcrypto and the C tool `jose` decrypt the tokens that credence encrypts, and the other way round.
# packages: libcli11-dev python3-jwcrypto jose
# label: all
import json
import subprocess
import sys
import unittest

try:
    from jwcrypto import jwe, jwk
except ImportError:
    print("python3-jwcrypto is not installed")
    sys.exit(77)

from both_directions import Folder, b64, unb64
from credence_command import batch

SIZES = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
SHARED = {"A128KW": 16, "A192KW": 24, "A256KW": 32, "A128GCMKW": 16, "A192GCMKW": 24, "A256GCMKW": 32}
AGREEMENT = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"]
RSA = jwk.JWK.generate(kty="RSA", size=2048)
CURVES = [jwk.JWK.generate(kty="EC", crv=name) for name in ("P-256", "P-384", "P-521")]
CURVES += [jwk.JWK.generate(kty="OKP", crv=name) for name in ("X25519", "X448")]
FOLDER = Folder()
PAYLOAD = "a text, ä€😀".encode()


def secret(size):
    return jwk.JWK.generate(kty="oct", size=8 * size)


def pairs():
    """Each algorithm and content algorithm, with a key."""
    for enc, size in SIZES.items():
        yield "dir", enc, secret(size)
        for alg, wrapping in SHARED.items():
            yield alg, enc, secret(wrapping)
        for alg in ("RSA-OAEP", "RSA-OAEP-256"):
            yield alg, enc, RSA
        for alg in AGREEMENT:
            for curve in CURVES:
                yield alg, enc, curve


def whole(key):
    return {"jwk": json.loads(key.export())}


def public(key):
    return whole(key) if key["kty"] == "oct" else {"jwk": json.loads(key.export_public())}


def allowed():
    names = jwe.default_allowed_algs
    return [*names, *SIZES, *SHARED, *AGREEMENT, "dir", "RSA-OAEP", "RSA-OAEP-256"]


def jwcrypto_decrypts(token, key):
    reader = jwe.JWE(algs=allowed())
    reader.deserialize(token, key)
    return reader.payload


def jose(*arguments, stdin):
    return subprocess.run(["jose", *arguments], input=stdin, capture_output=True, timeout=60, check=False)


def json_form(token):
    """The token in the flattened form that jose reads."""
    names = ("protected", "encrypted_key", "iv", "ciphertext", "tag")
    return json.dumps({name: part for name, part in zip(names, token.split(".")) if part})


def pairs_of_jose():
    """The pairs that jose supports, too; version 11 has no RSA-OAEP."""
    return [pair for pair in pairs() if pair[2]["kty"] not in ("OKP", "RSA")]


class Encryption(unittest.TestCase):
    def test_jwcrypto_decrypts_what_credence_encrypts(self):
        every = list(pairs())
        answers = batch("encrypt", [{"payload_b64": b64(PAYLOAD), "key": public(key), "alg": alg, "enc": enc}
                                    for alg, enc, key in every])
        for answer, (alg, enc, key) in zip(answers, every):
            with self.subTest(f"{alg} {enc} {key.get('crv')}"):
                self.assertEqual(jwcrypto_decrypts(answer["token"], key), PAYLOAD)

    def test_credence_decrypts_what_jwcrypto_encrypts(self):
        every = list(pairs())
        requests = []
        for alg, enc, key in every:
            header = {"alg": alg, "enc": enc}
            if alg.startswith("ECDH"):
                header.update(apu="QWxpY2U", apv="Qm9i")
            made = jwe.JWE(PAYLOAD, json.dumps(header), algs=allowed(), recipient=key)
            requests.append({"token": made.serialize(compact=True), "key": whole(key), "alg": [alg], "enc": [enc]})
        for answer, (alg, enc, key) in zip(batch("decrypt", requests), every):
            with self.subTest(f"{alg} {enc} {key.get('crv')}"):
                self.assertTrue(answer["ok"], answer)
                self.assertEqual(unb64(answer["payload_b64"]), PAYLOAD)

    def test_jose_decrypts_what_credence_encrypts(self):
        every = pairs_of_jose()
        answers = batch("encrypt", [{"payload_b64": b64(PAYLOAD), "key": public(key), "alg": alg, "enc": enc}
                                    for alg, enc, key in every])
        for answer, (alg, enc, key) in zip(answers, every):
            with self.subTest(f"{alg} {enc} {key.get('crv')}"):
                done = jose("jwe", "dec", "-i", json_form(answer["token"]), "-k", FOLDER.write("key", key.export()), stdin=b"")
                self.assertEqual((done.returncode, done.stdout), (0, PAYLOAD), done.stderr)

    def test_credence_decrypts_what_jose_encrypts(self):
        requests, names = [], []
        for alg, enc, key in pairs_of_jose():
            header = json.dumps({"protected": {"alg": alg, "enc": enc}})
            done = jose("jwe", "enc", "-I", "-", "-i", header, "-k", FOLDER.write("key", json.dumps(public(key)["jwk"])), "-c",
                        stdin=PAYLOAD)
            self.assertEqual(done.returncode, 0, done.stderr)
            requests.append({"token": done.stdout.decode().strip(), "key": whole(key), "alg": [alg], "enc": [enc]})
            names.append(f"{alg} {enc} {key.get('crv')}")
        for answer, name in zip(batch("decrypt", requests), names):
            with self.subTest(name):
                self.assertTrue(answer["ok"], answer)
                self.assertEqual(unb64(answer["payload_b64"]), PAYLOAD)


if __name__ == "__main__":
    unittest.main()
