#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# `credence encrypt` and `credence decrypt`, alone and as batches: every pair of algorithms in both directions, refusals, and
# lines that are not a request.
# packages: libcli11-dev openssl
import json
import os
import stat
import subprocess
import unittest

from credence_command import Folder, b64, batch, on_terminal, run, unb64

SIZES = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
SHARED = {"A128KW": 16, "A192KW": 24, "A256KW": 32, "A128GCMKW": 16, "A192GCMKW": 24, "A256GCMKW": 32}
AGREEMENT = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"]
ALGORITHMS = ["dir", *SHARED, "RSA-OAEP", "RSA-OAEP-256", *AGREEMENT]
FOLDER = Folder()


def key_pair(alg, *options):
    """A private and a public key in PEM, made by OpenSSL."""
    private = FOLDER.name(alg + ".pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", alg, *options, "-out", private], check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", private, "-pubout"], check=True, capture_output=True).stdout.decode()
    with open(private, encoding="ascii") as file:
        return {"pem": file.read()}, {"pem": public}


RSA = key_pair("RSA", "-pkeyopt", "rsa_keygen_bits:2048")
CURVES = [key_pair("EC", "-pkeyopt", f"ec_paramgen_curve:{name}") for name in ("P-256", "P-384", "P-521")]
CURVES += [key_pair("X25519"), key_pair("X448")]


def secret(size):
    return {"secret_b64": b64(bytes(range(1, size + 1)))}


def pairs():
    """Each algorithm and content algorithm, with its private and its public key."""
    for enc, size in SIZES.items():
        yield "dir", enc, secret(size), secret(size)
        for alg, wrapping in SHARED.items():
            yield alg, enc, secret(wrapping), secret(wrapping)
        for alg in ("RSA-OAEP", "RSA-OAEP-256"):
            yield alg, enc, *RSA
        for alg in AGREEMENT:
            for curve in CURVES:
                yield alg, enc, *curve


def sealed(payload=b"text", alg="A256KW", enc="A256GCM", key=None, **members):
    request = {"payload_b64": b64(payload), "key": key or secret(32), "alg": alg, "enc": enc, **members}
    return batch("encrypt", [request])[0]


def opened(token, key=None, **members):
    request = {"token": token, "key": key or secret(32), "alg": ALGORITHMS, "enc": list(SIZES), **members}
    return batch("decrypt", [{name: value for name, value in request.items() if value is not None}])[0]


class Encryption(unittest.TestCase):
    def test_every_algorithm_round_trip(self):
        every = list(pairs())
        answers = batch("encrypt", [{"id": n, "payload_b64": b64(bytes([n % 256]) * n), "key": public, "alg": alg, "enc": enc,
                                     "header": {"kid": f"k{n}"}} for n, (alg, enc, _, public) in enumerate(every)])
        self.assertTrue(all(answer["ok"] for answer in answers), answers)
        back = batch("decrypt", [{"id": n, "token": answers[n]["token"], "key": private, "alg": [alg], "enc": [enc]}
                                 for n, (alg, enc, private, _) in enumerate(every)])
        for n, (alg, enc, _, _) in enumerate(every):
            with self.subTest(alg + " " + enc):
                self.assertTrue(back[n]["ok"], back[n])
                self.assertEqual(back[n]["id"], n)
                self.assertEqual(unb64(back[n]["payload_b64"]), bytes([n % 256]) * n)
                header = back[n]["header"]
                self.assertEqual((header["alg"], header["enc"], header["kid"]), (alg, enc, f"k{n}"))

    def test_the_header_is_as_asked_for(self):
        answer = sealed(header={"typ": "x", "cty": "JWT", "tenant": 7, "alg": "A256KW", "enc": "A256GCM"})
        self.assertEqual(opened(answer["token"])["header"],
                         {"alg": "A256KW", "enc": "A256GCM", "typ": "x", "cty": "JWT", "tenant": 7})
        jwk = {"kty": "oct", "k": secret(32)["secret_b64"], "kid": "own"}
        self.assertEqual(opened(sealed(key={"jwk": jwk})["token"])["header"]["kid"], "own")
        self.assertEqual(opened(sealed(key={"jwk": jwk}, header={"kid": "other"})["token"])["header"]["kid"], "other")

    def test_the_parties_enter_the_agreement(self):
        private, public = CURVES[0]
        token = sealed(alg="ECDH-ES", key=public, header={"apu": "QWxpY2U", "apv": "Qm9i"})["token"]
        answer = opened(token, private)
        self.assertEqual((answer["ok"], answer["header"]["apu"], answer["header"]["apv"]), (True, "QWxpY2U", "Qm9i"))

    def test_invalid_headers(self):
        for header in ({"alg": "dir"}, {"enc": "A128GCM"}, {"crit": ["x"]}, {"b64": False}, {"zip": "DEF"}, {"epk": {}},
                       {"iv": ""}, {"tag": ""}, {"p2c": 1}, {"kid": 7}, {"apu": "*"}, {"apv": 1}, []):
            self.assertEqual(sealed(header=header)["error"], "invalid_request", header)

    def test_keys_that_do_not_fit(self):
        def error(**members):
            return sealed(**members)["error"]
        self.assertEqual(error(alg="RSA1_5", key=RSA[1]), "unsupported_algorithm")
        self.assertEqual(error(alg="PBES2-HS256+A128KW"), "unsupported_algorithm")
        self.assertEqual(error(alg="HS256"), "unsupported_algorithm")
        self.assertEqual(error(enc="A128CBC"), "unsupported_algorithm")
        self.assertEqual(error(key=secret(31)), "key_too_short")
        self.assertEqual(error(key=secret(33)), "invalid_key")
        self.assertEqual(error(alg="dir", enc="A128GCM"), "invalid_key")
        self.assertEqual(error(alg="dir", enc="A256CBC-HS512"), "key_too_short")
        self.assertEqual(error(alg="ECDH-ES", key=RSA[1]), "invalid_key")
        self.assertEqual(error(alg="RSA-OAEP", key=RSA[0]), "invalid_key")
        self.assertEqual(error(key={"jwk": {"kty": "oct", "k": secret(32)["secret_b64"], "use": "sig"}}), "invalid_key")
        self.assertEqual(error(key={"jwks": {"keys": []}}), "invalid_request")

    def test_a_token_whose_algorithm_is_not_listed(self):
        token = sealed()["token"]
        self.assertEqual(opened(token, alg=["dir"])["error"], "algorithm_not_allowed")
        self.assertEqual(opened(token, enc=["A128GCM", "A256CBC-HS512"])["error"], "algorithm_not_allowed")
        self.assertEqual(opened(token, alg=[])["error"], "algorithm_not_allowed")
        self.assertEqual(opened(token, max_token_bytes=10)["error"], "token_too_large")
        self.assertEqual(opened("a.b.c")["error"], "malformed_token")
        self.assertEqual(opened(token, RSA[0])["error"], "invalid_key")
        self.assertEqual(opened(token, secret(16))["error"], "key_too_short")
        self.assertEqual(opened(token[:-4] + "AAAA")["error"], "decryption_failed")

    def test_a_set_of_keys(self):
        keys = [{"kty": "oct", "kid": str(n), "k": b64(bytes([n]) * 32)} for n in range(3)]
        token = sealed(key={"jwk": keys[1]})["token"]
        self.assertTrue(opened(token, {"jwks": {"keys": keys}})["ok"])
        self.assertEqual(opened(token, {"jwks": {"keys": keys[:1]}})["error"], "no_matching_key")
        unnamed = sealed(key=secret(32))["token"]
        self.assertEqual(opened(unnamed, {"jwks": {"keys": keys}})["error"], "ambiguous_key")

    def test_malformed_requests(self):
        good = {"token": "a.b.c.d.e", "key": secret(32), "alg": ["dir"], "enc": ["A256GCM"]}
        for name in good:
            without = {member: value for member, value in good.items() if member != name}
            self.assertEqual(batch("decrypt", [without])[0]["error"], "invalid_request", name)
        made = {"payload_b64": "", "key": secret(32), "alg": "dir", "enc": "A256GCM"}
        for name in made:
            without = {member: value for member, value in made.items() if member != name}
            self.assertEqual(batch("encrypt", [without])[0]["error"], "invalid_request", name)
        for payload in ("=", "A", 7, None):
            self.assertEqual(batch("encrypt", [{**made, "payload_b64": payload}])[0]["error"], "invalid_request")
        self.assertEqual([answer["error"] for answer in batch("decrypt", ["", "{", "[]"])], ["invalid_request"] * 3)

    def test_the_command_alone(self):
        private = FOLDER.write("private.pem", CURVES[0][0]["pem"])
        public = FOLDER.write("public.pem", CURVES[0][1]["pem"])
        made = run("encrypt", "--key", public, "--alg", "ECDH-ES+A256KW", "--enc", "A128CBC-HS256", "--cty", "x",
                   "--header", "n:=1", stdin=b"\x00binary\x7f")
        self.assertEqual(made.returncode, 0, made.err)
        back = run("decrypt", "--key", private, "--alg", "ECDH-ES+A256KW", stdin=made.stdout)
        self.assertEqual((back.returncode, back.stdout), (0, b"\x00binary\x7f"), back.err)
        refused = run("decrypt", "--key", private, "--alg", "ECDH-ES", "--json", stdin=made.stdout)
        self.assertEqual((refused.returncode, refused.out), (1, ""))
        self.assertEqual(json.loads(refused.err)["error"], "algorithm_not_allowed")
        self.assertEqual(run("decrypt", "--key", private, stdin=made.stdout).returncode, 2)
        self.assertEqual(run("decrypt", "--key", private, "--alg", "RSA1_5", stdin=made.stdout).returncode, 2)
        self.assertEqual(run("encrypt", "--key", private, "--alg", "ECDH-ES", stdin=b"x").returncode, 3)
        self.assertEqual(run("encrypt", "--key", public, "--alg", "ECDH-ES", "--header", "zip=DEF", stdin=b"x").returncode, 2)
        self.assertEqual(run("encrypt", "--key", public, "--alg", "ECDH-ES", "--enc", "A1", stdin=b"x").returncode, 2)

    def test_a_key_without_its_algorithm(self):
        agreement, rsa = ", ".join(AGREEMENT), "RSA-OAEP, RSA-OAEP-256"
        for name, key, said in (("ec", CURVES[0], agreement), ("x", CURVES[3], agreement), ("rsa", RSA, rsa)):
            for command, half in (("decrypt", 0), ("encrypt", 1), ("encrypt", 0)):
                done = run(command, "--key", FOLDER.write(f"{name}{half}.unsaid", key[half]["pem"]), stdin=b"text")
                self.assertEqual((done.returncode, done.out), (2, ""), done.err)
                self.assertTrue(done.err.endswith(f"; use --alg with one of {said}\n"), done.err)
        secret_file = FOLDER.write("secret32", bytes(range(1, 33)))
        self.assertIn("use --alg with one of dir, A256KW, A256GCMKW\n", run("encrypt", "--key", secret_file, stdin=b"text").err)
        nothing = FOLDER.write("short", b"short")
        self.assertIn(", ".join(ALGORITHMS), run("encrypt", "--key", nothing, stdin=b"text").err)

    def test_a_key_that_cannot_decrypt(self):
        token = sealed(alg="ECDH-ES", key=CURVES[0][1])["token"].encode()
        public, rsa = FOLDER.write("cannot.pub", CURVES[0][1]["pem"]), FOLDER.write("cannot.rsa", RSA[0]["pem"])
        for key, algs, said in ((public, ["ECDH-ES"], "expected a private key, found a public one"),
                                (public, ["RSA-OAEP", "ECDH-ES"], "expected a private key, found a public one"),
                                (rsa, ["ECDH-ES", "ECDH-ES+A128KW"], "a key of another type")):
            done = run("decrypt", "--key", key, *(word for alg in algs for word in ("--alg", alg)), stdin=token)
            self.assertEqual((done.returncode, done.out), (3, ""), done.err)
            self.assertEqual(done.err, f"credence: {key}: the key cannot be used with this algorithm: {said}\n")

    def test_content_does_not_drive_a_terminal(self):
        key = FOLDER.write("terminal.jwk", json.dumps({"kty": "oct", "alg": "A256KW", "k": secret(32)["secret_b64"]}))
        for content, shown in (("two\n\tlines ä\n", "two\n\tlines ä\n"), ("\x1b]0;title\x07\r", r"\u001b]0;title\u0007\u000d"),
                               ("\u009b\u202e\u007f", r"\u009b\u202e\u007f"), ("", "")):
            token = run("encrypt", "--key", key, stdin=content.encode()).stdout
            self.assertEqual(run("decrypt", "--key", key, stdin=token).out, content)
            self.assertEqual(on_terminal("decrypt", "--key", key, stdin=token), shown)
        no_text = run("encrypt", "--key", key, stdin=b"\x9b1m\xff").stdout
        self.assertEqual(on_terminal("decrypt", "--key", key, stdin=no_text), r"\x9b1m\xff")

    def test_a_new_key_for_every_algorithm(self):
        rows = [(alg, ()) for alg in ALGORITHMS] + [("ECDH-ES", ("--curve", curve)) for curve in ("P-384", "P-521", "X25519", "X448")]
        rows += [("dir", ("--enc", enc)) for enc in SIZES]
        for number, (alg, options) in enumerate(rows):
            for form in ("jwk", "pem" if alg[:2] in ("RS", "EC") else "secret"):
                with self.subTest((alg, options, form)):
                    key, pub = FOLDER.name(f"new{number}.{form}"), FOLDER.name(f"new{number}.{form}.pub")
                    public = ("--pub", pub) if alg[:2] in ("RS", "EC") else ()
                    done = run("keygen", alg, *options, "--out", key, "--format", form, *public)
                    self.assertEqual((done.returncode, done.out), (0, ""), done.err)
                    self.assertIn(f'"{alg}"', done.err)
                    self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)
                    named = () if form == "jwk" else ("--alg", alg)
                    named += ("--base64url",) if form == "secret" else ()
                    enc = options if "--enc" in options else ()
                    made = run("encrypt", "--key", pub if public else key, *named, *enc, stdin=b"text")
                    back = run("decrypt", "--key", key, *named, stdin=made.stdout)
                    self.assertEqual((back.returncode, back.out), (0, "text"), made.err + back.err)
                    if form == "jwk":
                        with open(pub if public else key, encoding="ascii") as file:
                            jwk = json.load(file)
                        self.assertEqual(jwk["use"], "enc")
                        self.assertEqual("d" in jwk, False)
        self.assertEqual(json.loads(run("keygen", "A128KW").out)["alg"], "A128KW")
        self.assertTrue(run("keygen", "ECDH-ES").out.startswith("-----BEGIN PRIVATE KEY-----"))

    def test_keys_that_cannot_be_generated(self):
        for arguments, said in ((("RSA1_5",), "there is no algorithm 'RSA1_5'"), (("ECDH-ES", "--curve", "secp256k1"), "use P-256"),
                                (("RSA-OAEP", "--curve", "P-256"), "--curve is for ECDH-ES"), (("A256KW", "--pub", "x"), "no public half"),
                                (("A256KW", "--enc", "A256GCM"), "--enc is for dir"), (("dir", "--enc", "A1"), "there is no algorithm 'A1'"),
                                (("ES256", "--curve", "P-256"), "--curve is for ECDH-ES"), (("A256KW", "--format", "pem"), "no PEM form")):
            done = run("keygen", *arguments)
            self.assertEqual((done.returncode, done.out), (2, ""), arguments)
            self.assertIn(said, done.err)

    def test_keys_for_encryption_are_converted(self):
        for number, (private, public) in enumerate([RSA, *CURVES]):
            alg = "RSA-OAEP-256" if number == 0 else "ECDH-ES+A256KW"
            source = FOLDER.write(f"convert{number}.pem", private["pem"])
            done = run("jwk", source, "--alg", alg, "--kid", "auto")
            jwk = json.loads(done.out)
            self.assertEqual((jwk["alg"], jwk["use"], "d" in jwk), (alg, "enc", False), done.err)
            whole = FOLDER.write(f"convert{number}.jwk", run("jwk", source, "--alg", alg, "--private").out)
            self.assertEqual(run("jwk", whole).out, public["pem"])
            self.assertEqual(run("jwk", whole, "--private", "--to", "pem").out, private["pem"])
            self.assertEqual(run("jwk", whole, "--thumbprint").out.strip(), jwk["kid"])
        self.assertEqual(json.loads(run("jwk", FOLDER.write("x.pem", CURVES[3][1]["pem"])).out)["crv"], "X25519")
        wrong = run("jwk", FOLDER.write("p.pem", CURVES[0][0]["pem"]), "--alg", "RSA-OAEP", "--json")
        self.assertEqual((wrong.returncode, json.loads(wrong.err)["error"]), (3, "invalid_key"))
        self.assertIn("expected a key for RSA-OAEP", wrong.err)
        self.assertEqual(run("jwk", FOLDER.name("p.pem"), "--alg", "RSA1_5").returncode, 2)

    def test_a_jwk_says_its_algorithm(self):
        key = FOLDER.write("key.jwk", json.dumps({"kty": "oct", "alg": "A256KW", "k": secret(32)["secret_b64"]}))
        made = run("encrypt", "--key", key, stdin=b"text")
        self.assertEqual(run("decrypt", "--key", key, stdin=made.stdout).out, "text", made.err)


if __name__ == "__main__":
    unittest.main()
