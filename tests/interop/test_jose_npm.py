#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The npm package jose decrypts the tokens that credence encrypts, and the other way round, for each pair of algorithms and each
# curve that jose supports. `credence keygen` makes the keys. Skipped without the package: see tests/interop/install.
# packages: libcli11-dev
# label: all
import json
import pathlib
import subprocess
import unittest

from both_directions import Folder, b64, run, unb64
from credence_command import batch
from node_process import folder_of_packages

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTENTS = ["A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"]
SHARED = ["A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW"]
AGREEMENT = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"]
CURVES = ["P-256", "P-384", "P-521", "X25519"]  # jose has no X448
TEXT = "a text, ä€😀"


class Jose:
    def __init__(self):
        command = ["node", ROOT / "tests/interop/jose_client.mjs", folder_of_packages("jose")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, what, **members):
        self.process.stdin.write(json.dumps({"do": what, **members}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.communicate(timeout=30)


JOSE = Jose()
FOLDER = Folder()


def new_key(alg, *options):
    """A private and a public JWK; for a secret, the same JWK twice."""
    whole = json.loads(run("keygen", alg, "--format", "jwk", *options).out)
    if whole["kty"] == "oct":
        return whole, whole
    return whole, {name: value for name, value in whole.items() if name not in ("d", "p", "q", "dp", "dq", "qi")}


def pairs():
    """Each pair of algorithms with a private and a public key."""
    keys = {alg: [new_key(alg)] for alg in [*SHARED, "RSA-OAEP", "RSA-OAEP-256"]}
    keys |= {alg: [new_key(alg, "--curve", curve) for curve in CURVES] for alg in AGREEMENT}
    for enc in CONTENTS:
        yield "dir", enc, *new_key("dir", "--enc", enc)
        for alg, made in keys.items():
            for key in made:
                yield alg, enc, *key


def damaged(token, part):
    """The token with a bit of one part changed; None if the part is empty."""
    parts = token.split(".")
    data = bytearray(unb64(parts[part]))
    if not data:
        return None
    data[len(data) // 2] ^= 1
    parts[part] = b64(bytes(data))
    return ".".join(parts)


def opened(token, alg, enc, jwk):
    return batch("decrypt", [{"token": token, "key": {"jwk": jwk}, "alg": [alg], "enc": [enc]}])[0]


class BothDirections(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        JOSE.end()

    def test_every_pair(self):
        every = list(pairs())
        self.assertEqual(len(every), 6 * (1 + 6 + 2 + 4 * 4))
        ours = batch("encrypt", [{"payload_b64": b64(TEXT.encode()), "key": {"jwk": public}, "alg": alg, "enc": enc}
                                 for alg, enc, _, public in every])
        for (alg, enc, private, public), made in zip(every, ours):
            with self.subTest(f"{alg} {enc} {private.get('crv', '')}"):
                self.assertTrue(made["ok"], made)
                read = JOSE.ask("decrypt", alg=alg, enc=enc, jwk=private, token=made["token"])
                self.assertEqual(read.get("text"), TEXT, read)
                theirs = JOSE.ask("encrypt", alg=alg, enc=enc, jwk=public, text=TEXT, header={"kid": "k"})["token"]
                answer = opened(theirs, alg, enc, private)
                self.assertTrue(answer["ok"], answer)
                self.assertEqual(unb64(answer["payload_b64"]).decode(), TEXT)
                self.assertEqual(answer["header"]["kid"], "k")

    def test_damaged_tokens_are_refused(self):
        for alg, options in (("A256KW", ()), ("A128GCMKW", ()), ("RSA-OAEP-256", ()), ("ECDH-ES+A128KW", ("--curve", "X25519"))):
            private, public = new_key(alg, *options)
            for enc in ("A256GCM", "A128CBC-HS256"):
                theirs = JOSE.ask("encrypt", alg=alg, enc=enc, jwk=public, text=TEXT)["token"]
                ours = batch("encrypt", [{"payload_b64": b64(TEXT.encode()), "key": {"jwk": public}, "alg": alg, "enc": enc}])[0]
                for part in (1, 2, 3, 4):
                    with self.subTest(f"{alg} {enc} part {part}"):
                        self.assertEqual(opened(damaged(theirs, part), alg, enc, private)["error"], "decryption_failed")
                        read = JOSE.ask("decrypt", alg=alg, enc=enc, jwk=private, token=damaged(ours["token"], part))
                        self.assertEqual(read.get("error"), "ERR_JWE_DECRYPTION_FAILED", read)

    def test_a_nested_signed_token(self):
        signing = json.loads(run("keygen", "ES256", "--format", "jwk").out)
        private, public = new_key("ECDH-ES+A256KW")
        inner = JOSE.ask("sign", alg="ES256", jwk=signing, claims={"sub": "ada", "exp": 4102444800})["token"]
        outer = JOSE.ask("encrypt", alg="ECDH-ES+A256KW", enc="A256GCM", jwk=public, text=inner, header={"cty": "JWT"})["token"]
        answer = opened(outer, "ECDH-ES+A256KW", "A256GCM", private)
        self.assertEqual(answer["header"]["cty"], "JWT")
        verified = batch("verify", [{"token": unb64(answer["payload_b64"]).decode(), "alg": ["ES256"],
                                     "key": {"jwk": {name: value for name, value in signing.items() if name != "d"}}}])[0]
        self.assertEqual(verified["claims"]["sub"], "ada")


if __name__ == "__main__":
    unittest.main()
