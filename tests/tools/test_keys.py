#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# `keygen`, `jwk`, and the errors for files without a key or with the wrong key. They name the found and the expected key.
# packages: libcli11-dev
import base64
import json
import os
import pathlib
import stat
import subprocess
import unittest

from credence_command import BINARY, SECRET, Folder, KeyPairs, b64, run, token, unb64

PAIRS = KeyPairs()
FILES = Folder()
RS_PRIVATE, RS_PUBLIC = PAIRS.pem("RS256")
ES_PRIVATE, ES_PUBLIC = PAIRS.pem("ES256")
SHORT_RSA = b64(b"\xc5" + b"\x11" * 127)


def pem(label, der):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def der_of(text):
    return base64.b64decode("".join(text.splitlines()[1:-1]))


class Keygen(unittest.TestCase):
    def test_every_algorithm_and_format(self):
        for alg in ["HS256", "HS384", "HS512", *PAIRS.PUBLIC_KEY_ALGORITHMS]:
            for form in ("jwk", "secret" if alg.startswith("HS") else "pem"):
                if alg[:2] in ("RS", "PS") and alg[2:] != "256":
                    continue
                key, pub = FILES.name(f"new-{alg}.{form}"), FILES.name(f"new-{alg}.{form}.pub")
                public = () if alg.startswith("HS") else ("--pub", pub)
                done = run("keygen", alg, "--out", key, "--format", form, *public)
                self.assertEqual((done.returncode, done.out), (0, ""), done.err)
                self.assertIn(f'"{alg}"', done.err)
                self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)
                made = run("sign", "--key", key, "--alg", alg, "--exp", "1h", "--sub", "a")
                good = run("verify", "--key", pub if public else key, "--alg", alg, stdin=made.out.encode())
                self.assertEqual(good.returncode, 0, (alg, form, made.err, good.err))

    def test_the_usual_format(self):
        secret = run("keygen", "HS512").out
        self.assertEqual((len(unb64(secret.strip())), secret[-1]), (64, "\n"))
        self.assertTrue(run("keygen", "ES384").out.startswith("-----BEGIN PRIVATE KEY-----\n"))
        self.assertNotEqual(secret, run("keygen", "HS512").out)

    def test_nothing_is_overwritten(self):
        kept, link = FILES.write("kept", "precious"), FILES.name("link")
        os.symlink(FILES.name("nowhere"), link)
        new = FILES.name("new")
        for arguments in (("--out", kept), ("--out", link), ("--out", new, "--pub", kept), ("--out", new, "--pub", new),
                          ("--out", str(FILES.path)), ("--out", new, "--pub", FILES.name("no/folder"))):
            done = run("keygen", "ES256", *arguments)
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (3, "", 1))
            self.assertRegex(done.err, "exists; a key is never overwritten|cannot be written")
            self.assertFalse(os.path.exists(new))
        self.assertEqual(pathlib.Path(kept).read_text(), "precious")
        self.assertFalse(os.path.exists(FILES.name("nowhere")))

    def test_closed_streams(self):
        """A file that is opened must not replace a closed standard error, and receive its messages."""
        for number, closed in enumerate(("2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&- 2>&-")):
            key, pub = FILES.name(f"closed{number}.key"), FILES.name(f"closed{number}.pub")
            done = subprocess.run(["sh", "-c", f'exec "$0" keygen ES256 --out {key} --pub {pub} {closed}', BINARY], check=False)
            self.assertEqual(done.returncode, 0)
            for name, label in ((key, "PRIVATE KEY"), (pub, "PUBLIC KEY")):
                self.assertRegex(pathlib.Path(name).read_text(), rf"\A-----BEGIN {label}-----\n[^-]*-----END {label}-----\n\Z")

    def test_mode_under_a_wide_mask(self):
        old = os.umask(0)
        try:
            run("keygen", "ES256", "--out", FILES.name("wide.key"), "--pub", FILES.name("wide.pub"))
        finally:
            os.umask(old)
        self.assertEqual(stat.S_IMODE(os.stat(FILES.name("wide.key")).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(FILES.name("wide.pub")).st_mode), 0o644)

    def test_special_names_are_not_file_names(self):
        """Names with a special meaning for input files are not accepted as names of output files."""
        for option in ("--out", "--pub"):
            for name in ("-", "env:FOO", "env:"):
                done = run("keygen", "ES256", option, name, cwd=FILES.path)
                self.assertEqual((done.returncode, done.out, done.err.count("\n")), (2, "", 1))
                self.assertIn(f"{option}: must be the name of a new file, not {name};", done.err)
                self.assertFalse(os.path.exists(FILES.name(name)))
        self.assertEqual(run("keygen", "ES256", "--out", "./-", cwd=FILES.path).returncode, 0)

    def test_key_ids_that_no_set_would_find(self):
        public = FILES.write("kid.pub", ES_PUBLIC)
        for command in (("keygen", "ES256", "--format", "jwk"), ("jwk", public)):
            for kid in ("a" * 1025, "\u00e4" * 513, "a\nb", "\x1b[2J", "\x7f", "\u0085", "\t"):
                done = run(*command, "--kid", kid)
                self.assertEqual((done.returncode, done.out, done.err.count("\n")), (2, "", 1), kid)
                self.assertIn("--kid: must have at most 1,024 bytes and no control characters", done.err)
            for kid in ("a" * 1024, "\u00e4" * 512, "a b", "\u00a0", "\U0001f511"):
                self.assertEqual(json.loads(run(*command, "--kid", kid).out)["kid"], kid)

    def test_kid(self):
        jwk = json.loads(run("keygen", "ES256", "--format", "jwk", "--kid", "auto").out)
        self.assertEqual(run("jwk", "--thumbprint", stdin=json.dumps(jwk).encode()).out.strip(), jwk["kid"])
        self.assertEqual(json.loads(run("keygen", "HS256", "--format", "jwk", "--kid", "k").out)["kid"], "k")

    def test_mistakes(self):
        rows = [((), "name the algorithm, as in: credence keygen ES256"), (("ES257",), "no algorithm 'ES257'; there are HS256, HS384"), (("none",), "'none'"),
                (("es256",), "'es256'"), (("HS256", "--format", "pem"), "no PEM form"), (("ES256", "--format", "secret"), "no secret"),
                (("ES256", "--format", "der"), "--format"), (("HS256", "--pub", "x"), "no public half"),
                (("ES256", "--kid", "auto"), "--kid needs --format jwk"), (("ES256", "more"), "not expected")]
        for arguments, words in rows:
            done = run("keygen", *arguments)
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (2, "", 1), arguments)
            self.assertRegex(done.err, words)


class Jwk(unittest.TestCase):
    def test_round_trip(self):
        for alg in ("RS256", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed448"):
            private, public = PAIRS.pem(alg)
            for source in (private, public):
                jwk = run("jwk", stdin=source.encode())
                self.assertNotIn('"d"', jwk.out)
                self.assertEqual(run("jwk", stdin=jwk.out.encode()).out, public, alg)
            jwk = run("jwk", "--private", stdin=private.encode())
            self.assertIn('"d"', jwk.out)
            self.assertEqual(run("jwk", "--private", stdin=jwk.out.encode()).out, private, alg)
            self.assertEqual(run("jwk", stdin=jwk.out.encode()).out, public, alg)

    def test_the_name_of_the_algorithm_is_reported(self):
        rows = [("EdDSA", (), "EdDSA"), ("EdDSA", ("--alg", "Ed25519"), "Ed25519"), ("Ed448", (), "EdDSA"),
                ("Ed448", ("--alg", "Ed448"), "Ed448"), ("ES256", (), "ES256"), ("RS256", ("--alg", "PS384"), "PS384")]
        for key, options, alg in rows:
            done = run("jwk", *options, stdin=PAIRS.pem(key)[1].encode())
            self.assertEqual(json.loads(done.out)["alg"], alg)
            self.assertIn(f'says alg "{alg}"', done.err)
        done = run("jwk", stdin=RS_PUBLIC.encode())
        self.assertNotIn("alg", json.loads(done.out))
        self.assertIn("says no alg", done.err)

    def test_the_thumbprint_of_rfc_7638(self):
        key = {"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29", "n":
               "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn"
               "jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qM"
               "QvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJ"
               "zKnqDKgw"}
        done = run("jwk", "--thumbprint", stdin=json.dumps(key).encode())
        self.assertEqual(done.out, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\n")

    def test_several_make_a_set(self):
        files = [FILES.write(f"{alg}.pem", PAIRS.pem(alg)[0]) for alg in ("ES256", "EdDSA")]
        done = run("jwk", "--kid", "auto", *files)
        keys = json.loads(done.out)["keys"]
        self.assertEqual([key["kty"] for key in keys], ["EC", "OKP"])
        self.assertNotIn('"d"', done.out)
        self.assertEqual(len({key["kid"] for key in keys}), 2)
        jwks = FILES.write("set.json", done.out)
        self.assertEqual(run("jwk", "--thumbprint", jwks).out.split(), [key["kid"] for key in keys])
        self.assertEqual(json.loads(run("jwk", jwks, files[0]).out)["keys"][:2], keys)
        self.assertEqual(run("jwk", "--to", "pem", jwks).out, PAIRS.pem("ES256")[1] + PAIRS.pem("EdDSA")[1])
        made = run("sign", "--key", files[1], "--kid", keys[1]["kid"], "--exp", "1h").out
        self.assertEqual(run("verify", "--jwks", jwks, stdin=made.encode()).returncode, 0)

    def test_secrets(self):
        secret = FILES.write("secret", SECRET + b"\n")
        done = run("jwk", "--private", "--alg", "HS256", secret)
        self.assertEqual(json.loads(done.out), {"kty": "oct", "k": b64(SECRET), "alg": "HS256", "use": "sig"})
        self.assertNotIn("alg", json.loads(run("jwk", "--private", secret).out))
        done = run("jwk", "--alg", "HS256", secret)
        self.assertEqual((done.returncode, done.out), (3, ""))
        self.assertIn("--private", done.err)

    def test_a_failure_prints_nothing_else(self):
        """No message about the first key precedes the error about the second."""
        for options in ((), ("--json",)):
            done = run("jwk", "--private", *options, FILES.write("a.pem", ES_PRIVATE), FILES.write("b.pub", ES_PUBLIC))
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (3, "", 1), done.err)
            self.assertIn("b.pub: found an EC P-256 public key", done.err)
        self.assertEqual(json.loads(done.err)["error"], "invalid_key")

    def test_encrypted_keys(self):
        right, wrong = FILES.write("right", "secret\n"), FILES.write("wrong", "guess\n")
        files = []
        for name, *arguments in (("locked.pem", "pkcs8", "-topk8"), ("old.pem", "ec", "-aes256")):
            files.append(FILES.name(name))
            subprocess.run(["openssl", *arguments, "-in", FILES.write("plain.pem", ES_PRIVATE), "-passout", "pass:secret", "-out", files[-1]],
                           check=True, capture_output=True)
        for file in files:
            self.assertEqual(run("jwk", "--to", "pem", "--passphrase", right, file).out, ES_PUBLIC)
            for options in ((), ("--private",), ("--alg", "ES256"), ("--alg", "RS256"), ("--thumbprint",)):
                for passphrase, why in (((), "the key is encrypted, and no passphrase was given"),
                                        (("--passphrase", wrong), "wrong passphrase for an encrypted key")):
                    for done in (run("jwk", *options, *passphrase, file), run("sign", "--sub", "a", "--key", file, *passphrase)):
                        self.assertEqual((done.returncode, done.out, done.err.count("\n")), (3, "", 1))
                        self.assertRegex(done.err, rf"found an encrypted .*private key in PEM \({why}\); "
                                                   r"expected its passphrase: use --passphrase FILE or --passphrase env:NAME\n$")
        for command in (("jwk",), ("jwk", "-"), ("sign", "--sub", "a", "--key", "-")):
            done = run(*command, "--passphrase", "-", stdin=pathlib.Path(files[0]).read_bytes())
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (2, "", 1))
            self.assertIn("the key and its passphrase cannot both come from standard input", done.err)
        done = run("jwk", "--alg", "RS256", "--passphrase", right, files[0])
        self.assertRegex(done.err, "found an encrypted PKCS#8 private key in PEM; expected an RSA key of 2048 bits or more for RS256\n$")

    def test_keys_for_another_algorithm(self):
        secret = FILES.write("brief", "secret\n")
        rows = [(("--alg", "RS256"), ES_PRIVATE, "an EC P-256 private key in PEM; expected an RSA key of 2048 bits or more for RS256"),
                (("--alg", "RS256"), ES_PUBLIC, "an EC P-256 public key in PEM; expected an RSA key of 2048 bits or more for RS256"),
                (("--alg", "ES384"), ES_PRIVATE, "an EC P-256 private key in PEM; expected an EC P-384 key for ES384"),
                (("--alg", "EdDSA"), RS_PRIVATE, "an RSA 2048-bit private key in PEM; expected an Ed25519 or Ed448 key for EdDSA"),
                (("--alg", "HS256"), ES_PRIVATE, "an EC P-256 private key in PEM; expected a secret of at least 32 bytes for HS256"),
                (("--alg", "RS256", secret), "", "what can only be a secret, of 6 bytes; expected an RSA key of 2048 bits or more for RS256"),
                (("--private", secret), "", r"what can only be a secret, of 6 bytes \(a secret shorter than the hash\); "
                                            "expected a key, or a secret of at least 32 bytes"),
                ((), json.dumps({"kty": "RSA", "n": SHORT_RSA, "e": "AQAB"}), r"a JWK of an RSA public key \(an RSA key of less than 2048")]
        for options, text, words in rows:
            done = run("jwk", *options, stdin=text.encode())
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (3, "", 1))
            self.assertRegex(done.err, f": found {words}")

    def test_mistakes(self):
        rows = [(("--private",), ES_PUBLIC, 3, "found an EC P-256 public key in PEM; expected a private key"),
                ((), "no key", 3, "found what can only be a secret, of 6 bytes"),
                ((), "", 3, "found nothing"), ((), '{"kty":"EC"}', 3, "found a JWK"), ((), "{}", 3, "found JSON that is not a JWK"),
                ((), '{"keys":5}', 3, "no JWK Set"), (("--alg", "RS256"), ES_PUBLIC, 3, "expected an RSA key"),
                (("--alg", "XS"), ES_PUBLIC, 2, "no algorithm 'XS'"), (("--to", "der"), ES_PUBLIC, 2, "--to"),
                (("--kid", "k", "--to", "pem"), ES_PUBLIC, 2, "--kid is for a JWK"), (("--kid", "k", "--thumbprint"), ES_PUBLIC, 2, "--kid"),
                (("nothing.pem",), "", 3, "cannot be read"), (("--kid", "k", "-", "-"), ES_PUBLIC, 3, "found nothing"),
                ((), '{"keys":[{"kty":"RSA"}]}', 3, "standard input, key 0: found a JWK")]
        for options, text, status, words in rows:
            done = run("jwk", *options, stdin=text.encode())
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (status, "", 1), (options, text, done.err))
            self.assertRegex(done.err, words)


class BadFiles(unittest.TestCase):
    """One line with the found and the expected key."""

    def check(self, content, found, alg="RS256", command="verify"):
        name = FILES.write("bad", content)
        source = (FILES.write("token", token()),) if command == "verify" else ("--sub", "a")
        done = run(command, "--key", name, "--alg", alg, *source)
        with self.subTest(found, alg=alg):
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (3, "", 1), done.err)
            self.assertRegex(done.err, f"^credence: {name}: found {found}.*; expected ")
            if content:
                expected = "a secret of at least" if alg.startswith("HS") else "an? .* key"
                self.assertRegex(done.err, f"; expected {expected}.* for {alg}$")

    def test_public(self):
        der = der_of(RS_PUBLIC)
        half = RS_PUBLIC[:len(RS_PUBLIC) // 2]
        rows = [
            ("", "nothing"), (half, "a damaged PEM block labelled PUBLIC KEY"), (RS_PUBLIC[:30], ".*PEM block"),
            (RS_PUBLIC.replace("PUBLIC", "PRIVATE"), "a PEM block labelled PRIVATE KEY that holds an RSA 2048-bit public key"),
            (RS_PUBLIC.replace("PUBLIC KEY", "CERTIFICATE"), "a PEM block labelled CERTIFICATE that holds"),
            (RS_PUBLIC.replace("PUBLIC KEY", "TICKET"), "a PEM block labelled TICKET"),
            (RS_PUBLIC + ES_PUBLIC, r"two PEM blocks \(PUBLIC KEY, PUBLIC KEY\) \(two different keys in one text\)"),
            ((RS_PUBLIC + ES_PUBLIC) * 2, "4 PEM blocks"), (RS_PRIVATE, "an RSA 2048-bit private key in PEM"),
            (ES_PUBLIC, "an EC P-256 public key in PEM"), (PAIRS.pem("EdDSA")[1], "an Ed25519 public key in PEM"),
            (PAIRS.pem("Ed448")[1], "an Ed448 public key in PEM"), (b"\x00\x01\x02\xff" * 99, "what can only be a secret, of 396"),
            (pem("PUBLIC KEY", b"x" * 99), "a PEM block labelled PUBLIC KEY that holds no key"),
            (pem("PUBLIC KEY", der[:-9]), "a PEM block labelled PUBLIC KEY that holds no key"),
            (pem("PUBLIC KEY", der + b"\0"), "a PEM block labelled PUBLIC KEY that holds"),
            (der_of(ES_PUBLIC), "an EC P-256 public key in DER"), (der[:-9], "what can only be a secret"),
            ("ssh-rsa AAAAB3NzaC1yc2E= me", "an SSH key"), ("plain words", "what can only be a secret, of 11 bytes"),
            (json.dumps(PAIRS.jwk("ES256")), "a JWK of an EC P-256 public key"),
            (json.dumps({**PAIRS.jwk("RS256"), "use": "enc"}), r"a JWK of an RSA public key \(its use is not sig\)"),
            (json.dumps({**PAIRS.jwk("RS256"), "alg": "RS512"}), r"a JWK of an RSA public key \(its alg is another algorithm\)"),
            (json.dumps(PAIRS.jwk("RS256", "--private")), "a JWK of an RSA private key"),
            (json.dumps({**PAIRS.jwk("RS256"), "n": "*"}), r"a JWK of an RSA public key \(n or e is missing, zero, or not base64url\)"),
            (json.dumps({"kty": "RSA", "n": SHORT_RSA, "e": "AQAB"}), r"a JWK of an RSA public key \(an RSA key of less than 2048"),
            (json.dumps({"kty": "oct", "k": b64(SECRET)}), "a JWK of a shared secret"), ("{}", "JSON that is not a JWK"),
            (base64.b64encode(der), "an RSA 2048-bit public key in bare base64, without PEM's BEGIN and END lines"),
            (json.dumps([PAIRS.jwk("RS256")]), "a JSON array of JWKs"),
            (RS_PUBLIC.encode("utf-16"), "a key that is encoded once more"), (der.hex(), "a key that is encoded once more"),
            (base64.b64encode(RS_PUBLIC.encode()), "a key that is encoded once more"),
            (json.dumps({"a": RS_PUBLIC, "b": ES_PUBLIC}), "a JSON object of PEM texts, which is not a JWK Set: give one"),
            ('{"kty":"RSA"', "something like JSON, but damaged"),
            (json.dumps({"keys": [PAIRS.jwk("ES256"), 5]}), r"a JWK Set of 2 keys \(.*key 1: not an object\)"),
            ("x" * (1 << 20 | 1), "more than the 1048576 bytes"),
        ]
        for content, found in rows[:-1]:
            self.check(content, found)
        name = FILES.write("bad", rows[-1][0])
        done = run("verify", "--key", name, "--alg", "RS256", FILES.write("token", token()))
        self.assertEqual((done.returncode, done.out, done.err.count("\n")), (3, "", 1))
        self.assertIn(rows[-1][1], done.err)

    def test_a_key_that_no_algorithm_uses(self):
        """A private key was found, so "expected a private key" alone would not help."""
        for kind, options in (("an X25519 private key", ("-algorithm", "X25519")),
                              ("an EC (another curve) private key", ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-192"))):
            name = FILES.name("unused.pem")
            subprocess.run(["openssl", "genpkey", *options, "-out", name], check=True, capture_output=True)
            done = run("sign", "--key", name, "--sub", "a", "--exp", "1h")
            self.assertEqual((done.returncode, done.out), (3, ""))
            self.assertIn(f"found {kind} in PEM (no algorithm uses a key of this type or curve); expected a private key", done.err)

    def test_a_set_with_a_key_that_repeats_a_name(self):
        key, pub = FILES.name("repeat.jwk"), FILES.name("repeat.pub")
        run("keygen", "ES256", "--format", "jwk", "--kid", "a", "--out", key, "--pub", pub)
        with open(pub, encoding="ascii") as file:
            good = file.read().strip()
        made = run("sign", "--key", key, "--sub", "a", "--exp", "1h").out.encode()
        for other in ('{"kty":"RSA","kty":"RSA"}', good[:-1] + ',"kid":"a"}', '{"kty":"EC","x5c":[{"a":1,"a":2}]}'):
            name = FILES.write("repeat.jwks", '\ufeff{"keys":[%s,%s]}' % (other, good))
            for options in (("--jwks", name), ("--key", name), ("--jwks", name, "--alg", "ES256")):
                done = run("verify", *options, stdin=made)
                self.assertEqual(done.returncode, 0, done.err)
            listed = run("keys", name).out
            self.assertIn("skipped: it names a member twice", listed)
            self.assertIn('kid "a"', listed)

    def test_secrets(self):
        for content, found in [("short", "what can only be a secret, of 5 bytes"), (RS_PUBLIC, "an RSA 2048-bit public key in PEM"),
                               ("ssh-ed25519 AAAA me" + "x" * 32, "an SSH key"), (json.dumps(PAIRS.jwk("RS256")), "a JWK of an RSA")]:
            self.check(content, found, alg="HS256")

    def test_private(self):
        for content, found in [(ES_PUBLIC, "an EC P-256 public key in PEM"), (RS_PRIVATE, "an RSA 2048-bit private key in PEM"),
                               (ES_PRIVATE[:99], "a damaged PEM block labelled PRIVATE KEY"), (ES_PRIVATE + RS_PRIVATE, "two PEM blocks"),
                               (json.dumps(PAIRS.jwk("ES256")), "a JWK of an EC P-256 public key"),
                               (PAIRS.pem("ES384")[0], "an EC P-384 private key in PEM")]:
            self.check(content, found, alg="ES256", command="sign")

    def test_files_that_cannot_be_read(self):
        locked = FILES.write("locked", RS_PUBLIC)
        os.chmod(locked, 0)
        rows = [(str(FILES.path), "found a directory; expected a file"), (FILES.name("none"), "cannot be read: No such file")]
        if os.geteuid() != 0:
            rows.append((locked, "cannot be read: Permission denied"))
        for name, words in rows:
            done = run("verify", "--key", name, "--alg", "RS256", FILES.write("token", token()))
            self.assertEqual((done.returncode, done.out, done.err), (3, "", f"credence: {name}: {words}" + done.err.partition(words)[2]))


if __name__ == "__main__":
    unittest.main()
