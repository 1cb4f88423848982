#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Correct and wrong uses of the commands: exit status, standard output and standard error, and one clear line for an error.
# packages: libcli11-dev
import base64
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time
import unittest

from credence_command import BINARY, NOW, SECRET, Folder, KeyPairs, b64, on_terminal, run, token, unb64

PAIRS = KeyPairs()
FILES = Folder()
ES_PRIVATE, ES_PUBLIC = (FILES.write(name, text) for name, text in zip(("es.key", "es.pub"), PAIRS.pem("ES256")))
RS_PRIVATE, RS_PUBLIC = (FILES.write(name, text) for name, text in zip(("rs.key", "rs.pub"), PAIRS.pem("RS256")))
ED_PRIVATE, ED_PUBLIC = (FILES.write(name, text) for name, text in zip(("ed.key", "ed.pub"), PAIRS.pem("EdDSA")))
SECRET_FILE = FILES.write("secret", SECRET + b"\n")
AT_NOON = ("--now", f"@{NOW}")


def parts(made):
    header, payload, _ = made.strip().split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


class Case(unittest.TestCase):
    def assert_fails(self, done, status, words):
        """One line on standard error that matches, and nothing on standard output."""
        self.assertEqual((done.returncode, done.out), (status, ""), done.err)
        self.assertRegex(done.err, words)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        self.assertTrue(done.err.startswith("credence: "), done.err)

    def assert_succeeds(self, done, remark=""):
        self.assertEqual((done.returncode, done.err), (0, remark))
        return done.out


class Sign(Case):
    def test_options(self):
        started = int(time.time())
        done = run("sign", "--key", ES_PRIVATE, "--sub", "42", "--iss", "me", "--aud", "a", "--aud", "b", "--exp", "15m",
                   "--nbf=-1m", "--jti", "j", "--claim", "role=admin", "--claim", "n:=[1, 1e400]", "--claim", "e=a=b:=c",
                   "--kid", "k", "--typ", "at+jwt")
        header, claims = parts(self.assert_succeeds(done))
        self.assertEqual(header, {"alg": "ES256", "typ": "at+jwt", "kid": "k"})
        self.assertEqual(claims["n"], [1, float("inf")])
        self.assertIn(claims["iat"] - started, range(3))
        self.assertEqual((claims["exp"] - claims["iat"]) // 2, 450)
        self.assertEqual({name: claims[name] for name in ("sub", "iss", "aud", "jti", "role", "e")},
                         {"sub": "42", "iss": "me", "aud": ["a", "b"], "jti": "j", "role": "admin", "e": "a=b:=c"})

    def test_standard_input(self):
        text = b'{"z":12345678901234567890123,"iat":5,"exp":0.10}'
        done = run("sign", "--key", ES_PRIVATE, stdin=text)
        self.assertEqual(unb64(self.assert_succeeds(done).split(".")[1]), text)

    def test_both(self):
        text, options = b' {"role": "admin"}\n', ("sign", "--key", ES_PRIVATE, "--exp", "1h")
        for source in ("-", FILES.write("role", text)):
            self.assertEqual(set(parts(self.assert_succeeds(run(*options, source, stdin=text)))[1]), {"role", "exp", "iat"})
        self.assert_fails(run(*options, "--sub", "a", "-", stdin=b'{"sub":"b"}'), 2, "'sub' is given twice")
        self.assert_fails(run(*options, "-"), 2, "standard input: found no claims; give a JSON object, or")
        self.assert_fails(run(*options, FILES.write("blank", " \n")), 2, "blank: found no claims")

    def test_claims_that_come_late(self):
        with subprocess.Popen(["sh", "-c", "sleep 0.7; echo '{\"role\":1}'"], stdout=subprocess.PIPE) as late:
            done = subprocess.run([BINARY, "sign", "--key", ES_PRIVATE, "--exp", "1h", "-"], stdin=late.stdout,
                                  capture_output=True, timeout=10, check=False)
        self.assertEqual(parts(done.stdout.decode())[1]["role"], 1)

    def test_options_leave_standard_input_alone(self):
        """Standard input may be a file that a script's loop reads, or a pipe that never ends."""
        lines = FILES.write("lines", "one\ntwo\n")
        for option in ("--iss=a", "--sub=a", "--aud=a", "--exp=1h", "--nbf=1h", "--jti=a", "--claim=a=b"):
            with open(lines, "rb") as loop:
                done = subprocess.run([BINARY, "sign", "--key", ES_PRIVATE, option], stdin=loop, capture_output=True, check=False)
                self.assertEqual((done.returncode, os.lseek(loop.fileno(), 0, os.SEEK_CUR)), (0, 0), option)
        with subprocess.Popen(["sleep", "20"], stdout=subprocess.PIPE) as silent:
            done = subprocess.run([BINARY, "sign", "--key", ES_PRIVATE, "--exp", "1h"], stdin=silent.stdout, capture_output=True,
                                  timeout=10, check=False)
            silent.kill()
        self.assertEqual(done.returncode, 0)

    def test_a_file(self):
        done = run("sign", "--key", "-", FILES.write("claims", '{"exp":1}'), stdin=PAIRS.pem("ES256")[0].encode())
        self.assertEqual(parts(self.assert_succeeds(done))[1]["exp"], 1)

    def test_a_missing_exp_is_reported(self):
        done = run("sign", "--key", ES_PRIVATE, "--sub", "a")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no exp", done.err)

    def test_secrets(self):
        for arguments in (("--key", SECRET_FILE), ("--key", "env:SECRET"), ("--insecure-secret", SECRET.decode()),
                          ("--base64url", "--key", FILES.write("b64", b64(SECRET) + "\n"))):
            done = run("sign", *arguments, "--alg", "HS256", "--exp", "@2000000000", "--claim", "iat:=1",
                       env={"SECRET": SECRET.decode()})
            made = self.assert_succeeds(done).strip()
            self.assertEqual(made, token('{"exp":2000000000,"iat":1}', header='{"alg":"HS256","typ":"JWT"}'))
        binary = FILES.write("binary", b"\0" * 31 + b"\n")
        self.assert_succeeds(run("sign", "--key", binary, "--alg", "HS256", "--exp", "1h"))

    def test_algorithms_that_the_key_fixes(self):
        for key, alg in ((ES_PRIVATE, "ES256"), (ED_PRIVATE, "EdDSA")):
            self.assertEqual(parts(run("sign", "--key", key, "--exp", "1h").out)[0]["alg"], alg)
        jwk = FILES.write("ps.jwk", json.dumps(PAIRS.jwk("PS384", "--private")))
        self.assertEqual(parts(run("sign", "--key", jwk, "--exp", "1h").out)[0]["alg"], "PS384")
        self.assertEqual(parts(run("sign", "--key", ED_PRIVATE, "--alg", "Ed25519", "--exp", "1h").out)[0]["alg"], "Ed25519")

    def test_mistakes(self):
        sign = ("sign", "--key", ES_PRIVATE)
        rows = [
            (("sign",), 2, "name a key with --key FILE or --key env:NAME$"),
            (("sign", "--key", RS_PRIVATE, "--sub", "a"), 2, "use --alg with one of RS256, RS384"),
            (("sign", "--key", SECRET_FILE, "--sub", "a"), 2, "use --alg with one of HS256, HS384, HS512"),
            ((*sign, "--sub", "a", "--alg", "RS256"), 3, "found an EC P-256 private key.*expected an RSA private key"),
            ((*sign, "--sub", "a", "--alg", "ES257"), 2, "there is no algorithm 'ES257'"),
            ((*sign, "--sub", "a", "--alg", "none"), 2, "there is no algorithm 'none'"),
            (("sign", "--key", ES_PUBLIC, "--sub", "a"), 3, "found an EC P-256 public key.*expected a private key"),
            (("sign", "--insecure-secret", "short", "--alg", "HS256", "--sub", "a"), 3, "of 5 bytes.*at least 32 bytes"),
            (sign, 2, "standard input: found no claims; give a JSON object, or use --sub, --exp, --claim NAME=TEXT$"),
            ((*sign, "-"), 2, "found no claims"),
            (("sign", "--key", "-"), 2, "no claims, and standard input holds the key; give a file, or --sub"),
            (("sign", "--key", "-", "-"), 2, "the claims and the key cannot both come from standard input"),
            ((*sign, "--exp", "900"), 2, "--exp takes a time"),
            ((*sign, "--exp", "15x"), 2, "--exp takes a time.*not '15x'"),
            ((*sign, "--exp", ""), 2, "--exp takes a time"),
            ((*sign, "--exp", "99999999999999999999d"), 2, "--exp takes a time"),
            ((*sign, "--exp", "@999999999999999"), 2, "--exp takes a time"),
            ((*sign, "--claim", "a"), 2, "--claim takes NAME=TEXT"),
            ((*sign, "--claim", "=a"), 2, "--claim takes NAME=TEXT"),
            ((*sign, "--claim", "a:=b"), 2, "takes strict JSON; for text use a=b"),
            ((*sign, "--claim", 'a:=1,"b":2'), 2, "takes strict JSON"),
            ((*sign, "--claim", "a=1", "--claim", "a=2"), 2, "'a' is given twice"),
            ((*sign, '{"sub":"a"}'), 2, "claims are no argument: give the JSON object on standard input"),
            ((*sign, FILES.name("nothing")), 3, "nothing: cannot be read: No such file"),
            ((*sign, str(FILES.path)), 3, "found a directory; expected a file"),
        ]
        for arguments, status, words in rows:
            with self.subTest(arguments):
                self.assert_fails(run(*arguments), status, words)
        for text, words in ((b"no", "no strict JSON"), (b"[]", "JSON, but not an object"), (b'{"a":1,"a":1}', "a claim twice"),
                            (b"{" + b'"a":{' * 32 + b"}" * 33, "no strict JSON")):
            with self.subTest(text):
                self.assert_fails(run(*sign, stdin=text), 2, words)


class Verify(Case):
    def setUp(self):
        self.token = run("sign", "--key", ES_PRIVATE, "--sub", "42", "--aud", "api", "--exp", f"@{NOW + 60}", "--claim",
                         f"iat:={NOW}", "--claim", "big:=12345678901234567890123").out
        self.file = FILES.write("token", self.token)

    def test_good(self):
        wanted = '{"sub":"42","aud":"api","exp":%d,"iat":%d,"big":12345678901234567890123}\n' % (NOW + 60, NOW)
        jwks = FILES.write("keys.json", json.dumps({"keys": [PAIRS.jwk("RS256"), PAIRS.jwk("ES256")]}))
        jwk = FILES.write("es.jwk", json.dumps(PAIRS.jwk("ES256")))
        der = FILES.write("es.der", unb64("".join(PAIRS.pem("ES256")[1].splitlines()[1:-1]).translate({43: 45, 47: 95})))
        for key in (("--key", ES_PUBLIC), ("--jwks", jwks), ("--key", jwk), ("--key", jwks), ("--key", der),
                    ("--key", "env:KEY"), ("--key", ES_PUBLIC, "--alg", "RS256", "--alg", "ES256")):
            for source in ((self.file,), ()):
                done = run("verify", *key, "--aud", "api", *AT_NOON, *source, stdin=self.token.encode(),
                           env={"KEY": PAIRS.pem("ES256")[1]})
                self.assertEqual(self.assert_succeeds(done), wanted, key)

    def test_rules(self):
        verify = ("verify", "--key", ES_PUBLIC, *AT_NOON)
        rows = [
            ((), "invalid_audience"),
            (("--aud", "other"), "invalid_audience"),
            (("--aud", "other", "--aud", "api"), None),
            (("--any-audience",), None),
            (("--aud", "api", "--iss", "me"), "missing_claim"),
            (("--aud", "api", "--iss", ""), "missing_claim"),
            (("--aud", "api", "--sub", "41"), "invalid_subject"),
            (("--aud", "api", "--typ", "at+jwt"), "invalid_type"),
            (("--aud", "api", "--typ", "JWT"), None),
            (("--aud", "api", "--require", "jti"), "missing_claim"),
            (("--aud", "api", "--require", "big", "--require", "sub"), None),
            (("--aud", "api", "--now", f"@{NOW + 60}"), "token_expired"),
            (("--aud", "api", "--now", f"@{NOW + 60}", "--leeway", "1s"), None),
            (("--aud", "api", "--now", f"@{NOW + 59}", "--max-age", "58"), "token_too_old"),
            (("--aud", "api", "--now", f"@{NOW - 1}"), "issued_in_future"),
            (("--aud", "api", "--now", f"@{NOW - 1}", "--allow-future-iat"), None),
            (("--aud", "api", "--max-token-bytes", "99"), "token_too_large"),
        ]
        for options, code in rows:
            with self.subTest(options):
                arguments = [*verify, *options, self.file]
                if "--now" in options:
                    arguments = ["verify", "--key", ES_PUBLIC, *options, self.file]
                done = run(*arguments)
                if code is None:
                    self.assert_succeeds(done)
                else:
                    self.assert_fails(done, 1, f"^credence: {code}: ")

    def test_opt_outs(self):
        secret = ("--key", SECRET_FILE, "--alg", "HS256", *AT_NOON)
        rows = [(token("{}"), "--allow-missing-exp"), (token('{"exp":%d,"a":1,"a":2}' % (NOW + 9)), "--allow-duplicate-members"),
                (token(header={"alg": "HS256", "crit": ["x"], "x": 1}), "--understand=x"), (token() + "=", "--allow-padding")]
        for made, option in rows:
            self.assertEqual(run("verify", *secret, stdin=made.encode()).returncode, 1)
            self.assertEqual(run("verify", *secret, option, stdin=made.encode()).returncode, 0, option)
        weak = token(secret=b"short").encode()
        arguments = ("verify", "--insecure-secret", "short", "--alg", "HS256", *AT_NOON)
        self.assert_fails(run(*arguments, stdin=weak), 3, "of 5 bytes")
        self.assert_succeeds(run(*arguments, "--allow-short-secret", stdin=weak))
        for command in ("encrypt", "decrypt"):  # the secrets of encryption have an exact length
            self.assertNotIn("--allow-short-secret", self.assert_succeeds(run(command, "--help")))

    def test_mistakes(self):
        verify = ("verify", "--key", ES_PUBLIC)
        rows = [
            (("verify", self.file), 2, "name a key"),
            (("verify", "--key", ES_PUBLIC, "--jwks", ES_PUBLIC, self.file), 2, "give one key: --key, --jwks, --issuer and"),
            (("verify", "--jwks", ES_PUBLIC, self.file), 3, "found an EC P-256 public key in PEM; expected a JWK Set"),
            (("verify", "--key", RS_PUBLIC, self.file), 2, "use --alg with one of RS256"),
            (("verify", "--key", "-"), 2, "cannot both come from standard input"),
            (("verify", "--key", "env:NOTHING", self.file), 3, "environment variable NOTHING is not set"),
            ((*verify, self.token.strip()), 2, "a token is not written on the command line"),
            ((*verify, FILES.name("nothing")), 3, "nothing: cannot be read: No such file"),
            (("verify", "--key", "nothing.pem", self.file), 3, "nothing.pem: cannot be read: No such file"),
            (verify, 3, "standard input: found nothing; expected a token"),
            ((*verify, "--leeway", "301s", self.file), 2, "--leeway must be from 0s to 300s"),
            ((*verify, "--leeway=-1s", self.file), 2, "--leeway must be from 0s to 300s"),
            ((*verify, "--max-age=-1s", self.file), 2, "--max-age must not be negative"),
            ((*verify, "--max-token-bytes", "x", self.file), 2, "max-token-bytes"),
            ((*verify, "--frobnicate", self.file), 2, "--frobnicate; see credence verify --help"),
            ((*verify, self.file, "more"), 2, "not expected: more"),
            ((*verify, self.file, "--iss"), 2, "^credence: --iss needs a value; see credence verify --help$"),
            ((*verify, *verify[1:], self.file), 2, "^credence: --key is given more than once; give it once; see credence verify --help$"),
        ]
        for arguments, status, words in rows:
            with self.subTest(arguments):
                self.assert_fails(run(*arguments), status, words)

    def test_a_secret_in_the_place_of_a_name_is_not_shown(self):
        secrets = (SECRET.hex(), "correct horse battery staple", base64.b64encode(SECRET).decode(), "a/secret+with/slashes==", "/a+secret",
                   pathlib.Path(ES_PUBLIC).read_text(), "Pa55word.", "x" * 5000)
        for secret in secrets:
            for arguments in (("verify", "--key", secret), ("verify", "--key", f"env:{secret}"), ("verify", "--jwks", secret),
                              ("sign", "--alg", "HS256", "--key", secret), ("jwk", secret), ("keys", secret), ("explain", "--key", secret),
                              ("verify", "--key", ES_PUBLIC, secret), ("decode", secret)):
                with self.subTest(arguments):
                    done = run(*arguments, stdin=self.token.encode())
                    self.assertIn(done.returncode, (2, 3))
                    self.assertNotIn(secret[:20], done.err)

    def test_json(self):
        rows = [(("verify", "--key", ES_PUBLIC, "--now", "@2000000000", self.file), 1,
                 {"ok": False, "error": "token_expired", "claim": "exp", "message": "the token has expired (exp): exp and the leeway have passed"}),
                (("verify", "--key", ES_PUBLIC, "--aud", "api", "--require", "", *AT_NOON, self.file), 1,
                 {"ok": False, "error": "missing_claim", "claim": ""}),
                (("verify", self.file), 2, {"ok": False, "error": "usage"}),
                (("verify", "--nonsense"), 2, {"ok": False, "error": "usage"}),
                (("verify", "--key", str(FILES.path), self.file), 3, {"ok": False, "error": "unreadable"}),
                (("verify", "--key", RS_PUBLIC, "--alg", "ES256", self.file), 3, {"ok": False, "error": "invalid_key"})]
        for arguments, status, wanted in rows:
            done = run(*arguments, "--json")
            said = json.loads(done.err)
            self.assertEqual((done.returncode, done.out, done.err.count("\n")), (status, "", 1))
            self.assertEqual({name: said[name] for name in wanted}, wanted)
            self.assertTrue(said["message"])


class Decode(Case):
    def test_good(self):
        header, claims = {"alg": "none", "kid": "k"}, {"exp": 1, "a": [1.5]}
        text = ".".join((b64(json.dumps(header).encode()), b64(json.dumps(claims).encode()), ""))
        done = run("decode", stdin=text.encode() + b"\n")
        self.assertEqual((done.returncode, done.err), (0, "NOT VERIFIED\n"))
        self.assertEqual(json.loads(done.out), {"verified": False, "header": header, "claims": claims})
        self.assertEqual(done.out.count("\n"), 1)

    def test_terminal(self):
        made = token({"exp": 1, "iat": int(time.time()) - 190, "nbf": int(time.time()) + 7300}).encode()
        shown = on_terminal("decode", stdin=made)
        self.assertIn("\x1b[31mNOT VERIFIED\x1b[0m", shown)
        self.assertIn('\n  "verified": false,\n', shown)
        self.assertRegex(shown, r"exp: expired \d\d years ago, 1970-01-01 00:00:01 UTC")
        self.assertIn("iat: issued 3 min ago", shown)
        self.assertIn("nbf: not valid before in 2 h", shown)
        self.assertNotIn("\x1b", on_terminal("decode", stdin=made, env={"NO_COLOR": "1"}))
        self.assertNotIn("\x1b", on_terminal("decode", stdin=made, env={"TERM": "dumb"}))

    def test_padding(self):
        """Tokens of AWS load balancers: every part has its padding."""
        header, payload, signature = token(header='{"alg":"HS256"} ').split(".")
        padded = [part + "=" * (-len(part) % 4) for part in (header, payload, signature)]
        self.assertTrue(all(part.endswith("=") for part in padded), padded)
        wanted = self.assert_succeeds(run("decode", stdin=token().encode()), "NOT VERIFIED\n")
        for made in (padded, [padded[0], payload, signature], [header, padded[1], signature]):
            self.assert_fails(run("decode", stdin=".".join(made).encode()), 1, "invalid_base64")
            self.assertEqual(self.assert_succeeds(run("decode", "--allow-padding", stdin=".".join(made).encode()), "NOT VERIFIED\n"), wanted)
        for made in ([header + "=", payload, signature], [header, payload + "====", signature], [header, padded[1] + "=", signature]):
            self.assert_fails(run("decode", "--allow-padding", stdin=".".join(made).encode()), 1, "invalid_base64")

    def test_a_token_does_not_drive_the_terminal(self):
        evil = "\\u001b[2J\\u0007\\u0000\x7f\u009b31m\u202e\\u000a"
        made = token('{"exp":1,"%s":"%s"}' % (evil, evil), header='{"alg":"HS256","kid":"%s"}' % evil)
        for arguments in (("decode",), ("explain", "--key", SECRET_FILE, "--alg", "HS256"),
                          ("verify", "--key", SECRET_FILE, "--alg", "HS256")):
            done = run(*arguments, stdin=made.encode())
            text = done.out + done.err
            self.assertTrue(text.replace("\n", "").isprintable(), text)
        shown = on_terminal("decode", stdin=made.encode(), env={"NO_COLOR": "1"})
        self.assertTrue(shown.replace("\n", "").isprintable(), shown)

    def test_messages_do_not_drive_the_terminal(self):
        for arguments in (("decode", "\x1b[2J"), ("\x1b[2J",), ("verify", "--key", "\x1b[2J\udcff"), ("keygen", "\x1b[2J")):
            done = run(*[word.encode("utf-8", "surrogateescape") for word in arguments])
            self.assertNotIn("\x1b", done.err)
            self.assertNotEqual(done.returncode, 0)

    def test_mistakes(self):
        for text, code in (("a", "malformed_token"), ("a.b", "malformed_token"), ("!.e30.", "invalid_base64"),
                           ("e30.e30.", "malformed_token"), (f"{b64(b'{%')}.e30.", "invalid_json"), ("a" * 16385, "token_too_large"),
                           (token("[]"), "malformed_token"), (token("no"), "invalid_json"), (token('{"a":1,"a":1}'), "duplicate_member")):
            self.assert_fails(run("decode", stdin=text.encode()), 1, code)


class Explain(Case):
    NAMES = ["form", "alg", "key", "signature", "typ", "exp", "nbf", "iat", "iss", "aud", "claims"]

    def steps(self, made, *options):
        done = run("explain", "--json", "--key", SECRET_FILE, "--alg", "HS256", *AT_NOON, *options, stdin=made.encode())
        said = json.loads(done.out or done.err)
        self.assertEqual(done.returncode, 0 if said["ok"] else 1)
        self.assertEqual(bool(done.out), said["ok"])
        self.assertEqual([step["step"] for step in said["steps"] if step["step"] != "crit"], self.NAMES)
        return {step["step"]: step for step in said["steps"]}

    def faults(self, made, *options):
        return {name: step["error"] for name, step in self.steps(made, *options).items() if step["ok"] is False}

    def test_good(self):
        done = run("explain", "--key", SECRET_FILE, "--alg", "HS256", *AT_NOON, stdin=token().encode())
        self.assertEqual([line.split()[:2] for line in self.assert_succeeds(done).splitlines()], [["✔", name] for name in self.NAMES])
        self.assertEqual(self.faults(token()), {})

    def test_one_fault_each(self):
        crit = token(header={"alg": "HS256", "crit": ["x"], "x": 1})
        rows = [
            ("a", (), {"form": "malformed_token"}),
            ("a" * 20000, (), {"form": "token_too_large"}),
            (token(header={"alg": "none"}), (), {"alg": "unsupported_algorithm"}),
            (token(alg="HS512"), (), {"alg": "algorithm_not_allowed"}),
            (crit, (), {"crit": "unsupported_critical_header"}),
            (crit, ("--understand", "x"), {}),
            (token(secret=b"x" * 64), (), {"signature": "invalid_signature"}),
            (token(header={"alg": "HS256", "typ": "a"}), ("--typ", "b"), {"typ": "invalid_type"}),
            (token({"exp": NOW}), (), {"exp": "token_expired"}),
            (token({"exp": "x"}), (), {"exp": "invalid_claim_type"}),
            (token({}), (), {"exp": "missing_claim"}),
            (token({}), ("--allow-missing-exp",), {}),
            (token({"exp": NOW + 9, "nbf": NOW + 9}), (), {"nbf": "token_not_yet_valid"}),
            (token({"exp": NOW + 9, "iat": NOW + 9}), (), {"iat": "issued_in_future"}),
            (token({"exp": NOW + 9, "iat": NOW - 9}), ("--max-age", "5s"), {"iat": "token_too_old"}),
            (token(), ("--max-age", "5s"), {"iat": "missing_claim"}),
            (token({"exp": NOW + 9, "iss": "a"}), ("--iss", "b"), {"iss": "invalid_issuer"}),
            (token({"exp": NOW + 9, "aud": "a"}), (), {"aud": "invalid_audience"}),
            (token({"exp": NOW + 9, "aud": "a"}), ("--any-audience",), {}),
            (token({"exp": NOW + 9, "sub": "a"}), ("--sub", "b"), {"claims": "invalid_subject"}),
            (token(), ("--require", "a"), {"claims": "missing_claim"}),
            (token(), ("--require", "nbf"), {"nbf": "missing_claim"}),
            (token("no"), (), {"claims": "invalid_json"}),
            (token("[]"), (), {"claims": "malformed_token"}),
        ]
        for made, options, wanted in rows:
            with self.subTest(options, wanted=wanted):
                self.assertEqual(self.faults(made, *options), wanted)

    def test_what_is_expected(self):
        """Without rules, the output has no expected values."""
        rows = [(token(), (), {"typ": None, "iss": None, "aud": "none, since no audience was asked for"}),
                (token(), ("--any-audience",), {"typ": None, "iss": None, "aud": None, "claims": None}),
                (token(), ("--typ", "a", "--iss", "b", "--iss", "c", "--aud", "d"), {"typ": '"a"', "iss": '"b" or "c"', "aud": '"d"'}),
                (token({"exp": NOW + 9, "iss": 1, "aud": 1, "jti": 1}), (),
                 {"iss": "a string", "aud": "a string, or a list of strings", "claims": "a string"}),
                (token({"exp": NOW + 9, "sub": 1}), ("--sub", "a"), {"claims": "a string"})]
        for made, options, wanted in rows:
            steps = self.steps(made, *options)
            self.assertEqual({name: steps[name].get("expected") for name in wanted}, wanted)

    def test_the_first_fault_is_the_verdict_of_verify(self):
        made = token({"exp": 1, "nbf": NOW + 9, "iss": "a", "aud": "b"}, secret=b"x" * 64)
        self.assertEqual(list(self.faults(made)), ["signature", "exp", "nbf", "aud"])
        done = run("explain", "--key", SECRET_FILE, "--alg", "HS256", *AT_NOON, stdin=made.encode())
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertTrue(done.err.splitlines()[-1].startswith("credence: invalid_signature: "))
        self.assertIn("✘ exp        the token has expired (exp): exp and the leeway have passed\n", done.err)
        self.assertIn("             expected: a moment after 2023-11-14 22:13:20 UTC\n", done.err)
        self.assertIn("             found:    1, 53 years ago, 1970-01-01 00:00:01 UTC\n", done.err)
        self.assertIn("             to do:    get a new token; if the clocks differ, use --leeway\n", done.err)

    def test_key_sets(self):
        jwks = FILES.write("set.json", json.dumps({"keys": [PAIRS.jwk("ES256", "--kid", "a")]}))
        made = run("sign", "--key", ES_PRIVATE, "--exp", "1h", "--kid", "b").out
        done = run("explain", "--jwks", jwks, stdin=made.encode())
        self.assertEqual(done.returncode, 1)
        self.assertIn("✘ key        no usable key has the token's kid and alg: there is no key with this kid\n", done.err)
        self.assertIn("- signature  not reached\n", done.err)

    def test_colour(self):
        shown = on_terminal("explain", "--key", SECRET_FILE, "--alg", "HS256", *AT_NOON, stdin=token({"exp": 1}).encode())
        self.assertIn("\x1b[32m✔\x1b[0m form", shown)
        self.assertIn("\x1b[31m✘\x1b[0m exp", shown)


class Dpop(Case):
    URL = "https://api.example/orders?page=2"

    def test_a_proof(self):
        held = FILES.write("held.jwt", token())
        proof = self.assert_succeeds(run("dpop", "POST", self.URL, "--key", ES_PRIVATE, "--token", held, "--nonce", "n"))
        header, claims = parts(proof)
        jwk = PAIRS.jwk("ES256")
        self.assertEqual(header, {"alg": "ES256", "typ": "dpop+jwt",
                                  "jwk": {name: jwk[name] for name in ("kty", "crv", "x", "y")}})
        self.assertEqual((claims["htm"], claims["htu"], claims["nonce"]), ("POST", "https://api.example/orders", "n"))
        self.assertEqual(claims["ath"], b64(hashlib.sha256(token().encode()).digest()))
        self.assertIn(int(time.time()) - claims["iat"], range(10))

    def test_without_a_token(self):
        done = run("dpop", "GET", self.URL, "--key", RS_PRIVATE, "--alg", "PS256")
        header, claims = parts(self.assert_succeeds(done, "credence: without --token the proof is for a token endpoint; "
                                                          "an API asks for ath\n"))
        self.assertEqual(header["alg"], "PS256")
        self.assertNotIn("ath", claims)

    def test_mistakes(self):
        self.assert_fails(run("dpop", "GET"), 2, "url")
        self.assert_fails(run("dpop", "GET", "/orders", "--key", ES_PRIVATE), 2, "absolute http or https URL")
        self.assert_fails(run("dpop", "GET", self.URL, "--key", SECRET_FILE, "--alg", "HS256"), 2, "shared secret")
        self.assert_fails(run("dpop", "GET", self.URL, "--key", ES_PUBLIC), 3, "public")
        self.assert_fails(run("dpop", "GET", self.URL, "--key", ES_PRIVATE, "--token", token()), 2, "command line")
        self.assert_fails(run("dpop", "GET", self.URL, "--key", "-", "--token", "-"), 2, "standard input")


class Arguments(Case):
    """The texts of arguments: a mistake is reported in one line before anything is read."""

    SIGN, VERIFY = ("sign", "--key", ES_PRIVATE, "--exp", "1h"), ("verify", "--key", ES_PUBLIC)

    def test_text_is_utf8(self):
        """Other bytes would become U+FFFD, and the signed text would differ from the argument."""
        rows = [(self.SIGN, ("--iss", "--sub", "--aud", "--jti", "--kid", "--typ", "--claim"), b""), (self.SIGN, ("--claim",), b"a="),
                (self.SIGN, ("--claim",), b"a:="), (self.VERIFY, ("--iss", "--sub", "--aud", "--typ", "--require", "--understand"), b""),
                (("keygen", "ES256", "--format", "jwk"), ("--kid",), b""), (("jwk", ES_PUBLIC), ("--kid",), b"")]
        for command, options, before in rows:
            for option in options:
                for text in (b"\xff", b"a\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff=a"):
                    with self.subTest((command[0], option, before + text)):
                        self.assert_fails(run(*command, option, before + text), 2, f"^credence: {option}: must be UTF-8;")
        done = run(*self.SIGN, "--sub", "\u00e4\U0001f600\x7f", "--claim", "\u00e9=\u00e8")
        self.assertEqual(parts(self.assert_succeeds(done))[1]["sub"], "\u00e4\U0001f600\x7f")

    def test_an_empty_value_is_refused(self):
        """An unset variable does not select the default."""
        for command, options in ((("sign",), ("--key", "--passphrase", "--insecure-secret", "--alg", "--kid")),
                                 (("verify",), ("--key", "--jwks", "--insecure-secret", "--alg", "--typ", "--leeway", "--max-age",
                                                "--now")),
                                 (("keygen", "ES256"), ("--out", "--pub", "--kid")),
                                 (("jwk", ES_PUBLIC), ("--alg", "--kid", "--passphrase"))):
            for option in options:
                with self.subTest((command, option)):
                    self.assert_fails(run(*command, option, ""), 2, f"^credence: {option}: must not be empty; see credence")
        for arguments in ((*self.SIGN, ""), (*self.VERIFY, ""), ("decode", ""), ("explain", "--key", ES_PUBLIC, ""), ("jwk", "")):
            self.assert_fails(run(*arguments), 2, "must not be empty")
        self.assertEqual(parts(run(*self.SIGN, "--sub", "").out)[1]["sub"], "")
        self.assertNotIn("typ", parts(run(*self.SIGN, "--typ", "").out)[0])

    def test_variables_without_a_name(self):
        for arguments in (("sign", "--key", "env:"), ("verify", "--jwks", "env:"), ("sign", "--passphrase", "env:"), ("jwk", "env:")):
            self.assert_fails(run(*arguments), 2, "needs the name of a variable behind env:, as in env:JWT_SECRET")

    def test_sizes(self):
        made = token().encode()
        options = ("--key", SECRET_FILE, "--alg", "HS256", *AT_NOON)
        for size in ("-1", "+1", "", " 99", "99 ", "0x99", "0o77", "0b11", "010", "00", "1e3", "9.0", "1k", "18446744073709551616",
                     "9" * 99, "\u0661", "1,000", "1_000"):
            for command in (("verify", *options), ("explain", *options), ("decode",)):
                with self.subTest(size):
                    self.assert_fails(run(*command, "--max-token-bytes", size, stdin=made), 2,
                                      "^credence: --max-token-bytes: must be a whole number in decimal digits")
        for size in ("99999", "18446744073709551615", str(len(made))):
            self.assert_succeeds(run("verify", *options, "--max-token-bytes", size, stdin=made))
        for size in ("0", str(len(made) - 1)):
            self.assert_fails(run("verify", *options, "--max-token-bytes", size, stdin=made), 1, "token_too_large")

    def test_times(self):
        for text in ("-", "+", "1", "1.5h", "1e3s", "0x10s", "1 h", " 1h", "1h ", "1h30", "h", "1y", "1h-1m", "--1h", "@", "@-1",
                     "@+1", "@1.5", "@0x10", "@1e9", "@ 1", "@253402300800", "@" + "9" * 30, "9" * 30 + "s", "1" * 18 + "w",
                     "146401d", "\u0661s"):
            sign = ("sign", "--key", ES_PRIVATE)
            for command, option in ((sign, "--exp"), (sign, "--nbf"), (self.VERIFY, "--now")):
                with self.subTest((option, text)):
                    self.assert_fails(run(*command, f"{option}={text}"), 2, f"{option} takes a time from now on such as")
        for text in ("-", "+", "1.5", "1e2", "0x10", "1 s", "1h30", "s", "@5", "9" * 30, "1" * 18 + "w", "146401d"):
            for option in ("--leeway", "--max-age"):
                with self.subTest(text):
                    self.assert_fails(run(*self.VERIFY, f"{option}={text}"), 2, f"{option} takes a time such as 90s")


class Whole(Case):
    def test_help(self):
        self.assertIn("Usage: credence", self.assert_succeeds(run("--help")))
        for command in ("sign", "verify", "decode", "explain", "encrypt", "decrypt", "keygen", "jwk", "keys", "dpop"):
            text = self.assert_succeeds(run(command, "--help"))
            self.assertIn("Usage: credence", text)
            # Newer versions of CLI11 refuse an argument with the name of an option, and so end the whole command.
            positional = re.findall(r"^  ([a-z]\w*) ", text.split("Options:")[0], re.M)
            self.assertEqual([name for name in positional if f"--{name} " in text], [], command)
        self.assertRegex(self.assert_succeeds(run("--version")), r"^credence \d+\.\d+\.\d+\n$")

    def test_mistakes(self):
        self.assert_fails(run(), 2, "use one of sign, verify, decode, explain, encrypt, decrypt, keygen, jwk, keys and dpop; see credence --help")
        self.assert_fails(run("frobnicate"), 2, "there is no command 'frobnicate'; use one of sign")
        self.assert_fails(run("--frobnicate"), 2, "there is no option '--frobnicate'; use one of sign")
        self.assert_fails(run("verify", "--batch=x"), 2, "batch")

    def test_batch_accepts_no_other_options(self):
        request = b'{"id":1}\n'
        rows = [(("verify", "--alg", "RS256"), "--alg"), (("verify", "x.jwt"), "'x.jwt'"), (("sign", "-"), "'-'"),
                (("verify", "--any-audience", "--iss", "a", "--iss", "b"), "--iss, --any-audience"), (("sign", "--typ", "JWT"), "--typ"),
                (("sign", "claims.json", "--key", "k", "--exp", "1h", "--json"), "'claims.json', --key, --exp")]
        for (command, *others), named in rows:
            done = run(command, "--batch", *others, stdin=request)
            if "--json" in others:
                self.assertEqual(json.loads(done.err)["error"], "usage")
            self.assertEqual((done.returncode, done.out), (2, ""))
            self.assertIn(f"--batch takes everything from its requests; leave out {named}", done.err)
        for command in ("verify", "sign"):
            for options in (("--batch",), ("--json", "--batch")):
                self.assertIn('"invalid_request"', self.assert_succeeds(run(command, *options, stdin=request)))

    def test_no_output(self):
        for arguments in (("keygen", "HS256"), ("--help",), ("verify", "--help"), ("--version",), ("jwk", ES_PUBLIC),
                          ("sign", "--key", ES_PRIVATE, "--sub", "a"), ("decode", FILES.write("token", token()))):
            for options in ((), ("--json",)):
                with open("/dev/full", "wb") as full, self.subTest(arguments):
                    done = subprocess.run([BINARY, *arguments, *options], stdout=full, stderr=subprocess.PIPE, check=False)
                    self.assertEqual((done.returncode, done.stderr.count(b"\n")), (4, 1), done.stderr)
                    self.assertIn(b"cannot write to standard output", done.stderr)


if __name__ == "__main__":
    unittest.main()
