#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The openssl command and credence check each other's signatures, and credence reads the keys that openssl writes.
# packages: libcli11-dev openssl
# label: all
import json
import pathlib
import subprocess
import unittest

from both_directions import SECRET, Folder, KeyFiles, b64, credence_signs, credence_verifies, other_signature, unb64

FILES = KeyFiles()
FOLDER = Folder()
CLAIMS = {"sub": "ä€😀", "exp": 4102444800}
ECDSA_BYTES = {"ES256": 32, "ES384": 48, "ES512": 66, "ES256K": 32}
EDDSA = ("EdDSA", "Ed25519", "Ed448")
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", *ECDSA_BYTES, *EDDSA]


def openssl(*arguments, stdin=b""):
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, timeout=60, check=False)


def made_by(*arguments, stdin=b""):
    done = openssl(*arguments, stdin=stdin)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def options_of(alg):
    """The options of `openssl dgst` for an algorithm."""
    digest = "-sha256" if alg == "ES256K" else "-sha" + alg[2:5]
    if alg.startswith("PS"):
        return [digest, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    return [digest]


def integer(value):
    body = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(body)]) + body


def to_der(raw):
    """An ECDSA signature as openssl writes it."""
    half = len(raw) // 2
    body = b"".join(integer(int.from_bytes(part, "big")) for part in (raw[:half], raw[half:]))
    return b"\x30" + (b"\x81" if len(body) > 127 else b"") + bytes([len(body)]) + body


def to_raw(der, size):
    rest, numbers = der[3 if der[1] == 0x81 else 2:], b""
    while rest:
        numbers += int.from_bytes(rest[2:2 + rest[1]], "big").to_bytes(size, "big")
        rest = rest[2 + rest[1]:]
    return numbers


def openssl_signs(key, alg, text):
    name = FOLDER.write("text", text)
    if alg in EDDSA:
        return made_by("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", name)
    signature = made_by("dgst", *options_of(alg), "-sign", key, name)
    return to_raw(signature, ECDSA_BYTES[alg]) if alg in ECDSA_BYTES else signature


def openssl_verifies(key, alg, token):
    text, _, signature = token.rpartition(".")
    made = unb64(signature)
    name, file = FOLDER.write("text", text), FOLDER.write("signature", to_der(made) if alg in ECDSA_BYTES else made)
    if alg in EDDSA:
        return openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-in", name, "-sigfile", file).returncode == 0
    return openssl("dgst", *options_of(alg), "-verify", key, "-signature", file, name).returncode == 0


class OpenSsl(unittest.TestCase):
    def test_both_directions(self):
        for alg in ALGORITHMS:
            with self.subTest(alg):
                private, public = FILES.pem(alg)
                text = f"{b64(json.dumps({'alg': alg}).encode())}.{b64(json.dumps(CLAIMS).encode())}"
                theirs = f"{text}.{b64(openssl_signs(private, alg, text))}"
                self.assertEqual(credence_verifies(public, alg, theirs), CLAIMS)
                self.assertEqual(credence_verifies(public, alg, other_signature(theirs)), "invalid_signature")
                ours = credence_signs(private, alg)
                self.assertTrue(openssl_verifies(public, alg, ours))
                self.assertFalse(openssl_verifies(public, alg, other_signature(ours)))

    def test_hmac(self):
        secret, _ = FILES.pem("HS256")
        for alg in ("HS256", "HS384", "HS512"):
            ours = credence_signs(secret, alg)
            text, _, signature = ours.rpartition(".")
            mac = made_by("dgst", "-sha" + alg[2:], "-mac", "HMAC", "-macopt", "hexkey:" + SECRET.hex(), "-binary",
                          stdin=text.encode())
            self.assertEqual(signature, b64(mac))
            self.assertEqual(credence_verifies(secret, alg, ours)["text"], "ä€😀")

    def check_pair(self, alg, private, public, *options):
        ours = credence_signs(private, alg, *options)
        self.assertEqual(credence_verifies(public, alg, ours)["text"], "ä€😀")

    def test_keys_that_openssl_writes(self):
        types = {"RS256": ["RSA", "-pkeyopt", "rsa_keygen_bits:3072"], "PS512": ["RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
                 "ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ES384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
                 "ES512": ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "ES256K": ["EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
                 "Ed25519": ["ED25519"], "Ed448": ["ED448"]}
        for alg, arguments in types.items():
            with self.subTest(alg):
                key = FOLDER.write("key", made_by("genpkey", "-algorithm", *arguments))
                pub = FOLDER.write("pub", made_by("pkey", "-in", key, "-pubout"))
                self.check_pair(alg, key, pub)
                der, pub_der = FOLDER.name("key.der"), FOLDER.name("pub.der")
                made_by("pkey", "-in", key, "-outform", "DER", "-out", der)
                made_by("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", pub_der)
                self.check_pair(alg, der, pub_der)
                encrypted = FOLDER.write("enc", made_by("pkcs8", "-topk8", "-in", key, "-passout", "pass:open sesame"))
                self.check_pair(alg, encrypted, pub, "--passphrase", FOLDER.write("passphrase", "open sesame"))

    def test_traditional_forms_and_certificates(self):
        rsa = FOLDER.write("rsa", made_by("genrsa", "-traditional", "2048"))
        self.check_pair("RS512", rsa, FOLDER.write("rsa.pub", made_by("rsa", "-in", rsa, "-RSAPublicKey_out")))
        ec = FOLDER.write("ec", made_by("ecparam", "-name", "prime256v1", "-genkey"))  # with EC PARAMETERS in front
        self.assertIn("EC PARAMETERS", pathlib.Path(ec).read_text())
        self.check_pair("ES256", ec, FOLDER.write("ec.pub", made_by("ec", "-in", ec, "-pubout")))
        for alg, key in (("RS256", rsa), ("ES256", ec), ("Ed25519", FOLDER.write("ed", made_by("genpkey", "-algorithm", "ED25519")))):
            certificate = made_by("req", "-x509", "-new", "-key", key, "-subj", "/CN=a test", "-days", "1")
            self.check_pair(alg, key, FOLDER.write("certificate", certificate))

    def test_explicit_curve_parameters_are_refused(self):
        key = FOLDER.write("explicit", made_by("ecparam", "-name", "prime256v1", "-genkey", "-param_enc", "explicit"))
        pub = FOLDER.write("explicit.pub", made_by("ec", "-in", key, "-pubout", "-param_enc", "explicit"))
        good = credence_signs(FILES.pem("ES256")[0], "ES256")
        self.assertEqual(credence_verifies(pub, "ES256", good), "invalid_key")


if __name__ == "__main__":
    unittest.main()
