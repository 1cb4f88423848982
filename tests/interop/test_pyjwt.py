#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# PyJWT and credence read each other's tokens, in each algorithm that PyJWT has, and each other's keys.
# packages: libcli11-dev python3-jwt python3-cryptography
# label: all
import pathlib
import unittest

import jwt
from both_directions import SECRET, Folder, KeyFiles, KeyPairs, credence_signs, credence_verifies, other_signature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

FILES = KeyFiles()
FOLDER = Folder()
ALGORITHMS = sorted((set(KeyPairs.PUBLIC_KEY_ALGORITHMS) | {"HS256", "HS384", "HS512"}) &
                    set(jwt.algorithms.get_default_algorithms()))
CLAIMS = {"sub": "ä€😀", "n": [1, None], "exp": 4102444800}


def read(file):
    return pathlib.Path(file).read_bytes()


class PyJwt(unittest.TestCase):
    def test_it_has_the_algorithms(self):
        self.assertGreaterEqual(len(ALGORITHMS), 14)

    def test_both_directions(self):
        for alg in ALGORITHMS:
            with self.subTest(alg):
                private, public = FILES.pem(alg)
                theirs = jwt.encode(CLAIMS, read(private), algorithm=alg, headers={"kid": "k"})
                self.assertEqual(credence_verifies(public, alg, theirs), CLAIMS)
                self.assertEqual(credence_verifies(public, alg, other_signature(theirs)), "invalid_signature")
                ours = credence_signs(private, alg)
                self.assertEqual(jwt.decode(ours, read(public), algorithms=[alg])["text"], "ä€😀")
                with self.assertRaises(jwt.InvalidSignatureError):
                    jwt.decode(other_signature(ours), read(public), algorithms=[alg])

    def test_rules_agree(self):
        rows = [({"exp": 1}, (), jwt.ExpiredSignatureError, "token_expired"),
                ({"nbf": 4102444800}, (), jwt.ImmatureSignatureError, "token_not_yet_valid"),
                ({"aud": "a"}, (), jwt.InvalidAudienceError, "invalid_audience"),
                ({"exp": "x"}, (), jwt.DecodeError, "invalid_claim_type")]
        secret, _ = FILES.pem("HS256")
        for claims, options, theirs, ours in rows:
            made = jwt.encode(claims, SECRET, algorithm="HS256")
            with self.assertRaises(theirs):
                jwt.decode(made, SECRET, algorithms=["HS256"])
            self.assertEqual(credence_verifies(secret, "HS256", made, *options), ours)

    def test_keys_that_cryptography_writes(self):
        made = [("RS256", rsa.generate_private_key(65537, 2048)), ("ES256", ec.generate_private_key(ec.SECP256R1())),
                ("ES384", ec.generate_private_key(ec.SECP384R1())), ("ES512", ec.generate_private_key(ec.SECP521R1())),
                ("ES256K", ec.generate_private_key(ec.SECP256K1())), ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
                ("EdDSA", ed448.Ed448PrivateKey.generate())]
        form, encoding = serialization.PrivateFormat, serialization.Encoding
        passphrase = serialization.BestAvailableEncryption(b"open sesame")
        for alg, key in made:
            public = FOLDER.write("pub", key.public_key().public_bytes(encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
            forms = [(encoding.PEM, form.PKCS8, serialization.NoEncryption()), (encoding.DER, form.PKCS8, serialization.NoEncryption()),
                     (encoding.PEM, form.PKCS8, passphrase), (encoding.DER, form.PKCS8, passphrase)]
            if alg != "EdDSA":
                forms += [(encoding.PEM, form.TraditionalOpenSSL, serialization.NoEncryption()),
                          (encoding.PEM, form.TraditionalOpenSSL, passphrase)]
            for one in forms:
                with self.subTest(alg, form=one):
                    private = FOLDER.write("key", key.private_bytes(*one))
                    ours = credence_signs(private, alg, "--passphrase", FOLDER.write("passphrase", "open sesame\n"))
                    self.assertEqual(jwt.decode(ours, read(public), algorithms=[alg])["n"], [1, None])
                    self.assertEqual(credence_verifies(public, alg, ours)["text"], "ä€😀")


if __name__ == "__main__":
    unittest.main()
