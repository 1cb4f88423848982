#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The reasons of refusals, and the errors for texts that were pasted instead of a token and for other wrong uses.
# packages: libcli11-dev
import base64
import json
import unittest

from credence_command import NOW, SECRET, Folder, KeyPairs, b64, batch, request, run, signed, token

EXP = NOW + 60
FILES = Folder()
PAIRS = KeyPairs()
SECRET_FILE = FILES.write("secret", SECRET)
GOOD = token()
NULL = "allow_null_members takes null as absent"


def with_claims(text):
    return token('{"exp":%d,%s}' % (EXP, text))


def with_header(text):
    return token(header=text)


ROWS = [
    ("exp in milliseconds", token('{"exp":1795909842000}'), "in milliseconds; a NumericDate is in seconds"),
    ("exp null", token('{"exp":null}'), f"found null; {NULL}"),
    ("sub null", with_claims('"sub":null'), f"found null; {NULL}"),
    ("sub a number", with_claims('"sub":1234'),
     "expected a string, found a number; allow_numeric_subject takes an integer as its text"),
    ("kid null", with_header('{"alg":"HS256","kid":null}'), f"the kid is null; {NULL}"),
    ("kid a number", with_header('{"alg":"HS256","kid":7}'), "the kid is not a string"),
    ("typ a number", with_header('{"alg":"HS256","typ":7}'), "the typ is not a string"),
    ("no alg", with_header('{"typ":"JWT"}'), "the header has no alg"),
    ("alg null", with_header('{"alg":null}'), "the alg is null"),
    ("alg none", with_header('{"alg":"none"}'), "an unsigned token"),
    ("five parts", f"{GOOD}.a.b", "an encrypted token (five parts)"),
    ("two parts", "a.b", "two parts: the signature is missing"),
    ("one part", "abc", "one part: an opaque token, or a piece of a token"),
    ("no text", "", "an empty text"),
    ("Bearer", f"Bearer {GOOD}", "the text begins with the word Bearer; pass only the token after it"),
    ("quotes", f'"{GOOD}"', "the token is in quotes; pass it without them"),
    ("JSON", json.dumps({"access_token": GOOD}), "a JSON document; pass only the token in it"),
    ("DPoP", f"DPoP {GOOD}", "the text begins with the word DPoP; pass only the token after it"),
    ("another word", f"Token {GOOD}", "a word in front of the token; pass only the token after it"),
    ("a cookie", f"token={GOOD}; Path=/", "a form field; pass only the token after the equals sign"),
    ("a line feed", f"{GOOD}\n", "white space after the token"),
    ("PEM", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "PEM: a key or a certificate, not a token"),
    ("a byte order mark", f"\ufeff{GOOD}", "a byte order mark before the token"),
    ("an SD-JWT", f"{GOOD}~abc~", "an SD-JWT, whose disclosures follow ~"),
    ("a whole field", f"authorization: Bearer {GOOD}", "a whole Authorization field; pass only the token in it"),
    ("a form field", f"access_token={GOOD}", "a form field; pass only the token after the equals sign"),
    ("a URL", f"https://client.example/cb#access_token={GOOD}", "a URL; pass only the token in it"),
    ("JSON with an opaque token", '{"access_token":"abc"}', "a JSON document; pass only the token in it"),
    ("padding", f"{GOOD}=", "padding with =; see allow_padding"),
    ("the header is no object", with_header("[]"), "the header is JSON, but not an object"),
    ("the payload is no object", token("[]"), "the payload is JSON, but not an object"),
    ("the payload is no JSON", token("{"), "the payload is not strict JSON"),
    ("the payload is not UTF-8", token(b'{"exp":%d,"a":"\xff"}' % EXP), "the payload is not UTF-8"),
    ("the payload has a mark", token(b'\xef\xbb\xbf{"exp":%d}' % EXP), "the payload begins with a byte order mark"),
    ("the payload is deep", token('{"exp":%d,"a":%s}' % (EXP, "[" * 32 + "]" * 32)),
     "the payload has more than 32 levels of nesting"),
    ("no exp", token("{}"), "allow_missing_exp accepts a token without it"),
    ("exp", token('{"exp":%d}' % NOW), "exp and the leeway have passed"),
    ("nbf", with_claims('"nbf":%d' % EXP), "nbf is later than now and the leeway"),
    ("iat", with_claims('"iat":%d' % EXP), "iat is later than now and the leeway; see allow_future_iat"),
    ("cnf", with_claims('"cnf":{"jkt":"x"}'),
     "the token is bound to a key; allow_bearer_use accepts it without a proof of possession"),
    ("too long", token('{"exp":%d,"a":"%s"}' % (EXP, "a" * 17000)), "longer than max_token_bytes"),
    ("alg in lower case", with_header('{"alg":"hs256"}'),
     "no signature algorithm has this name; names are case-sensitive"),
    ("alg of another key", with_header('{"alg":"HS512"}'), "the key or the list of algorithms does not allow it"),
    ("another key", token(secret=b"x" * 32), "another key signed the token, or it was changed since"),
    ("the payload is empty", signed(b64(b'{"alg":"HS256"}'), ""), "the payload is empty"),
    ("a claim twice", with_claims('"x":1,"x":1'), "a member of the payload; see allow_duplicate_members"),
    ("no signature", GOOD[:GOOD.rindex(".") + 1], "the signature is empty"),
    ("crit unknown", with_header('{"alg":"HS256","crit":["x"],"x":1}'),
     "an extension that is not listed in understood"),
    ("crit empty", with_header('{"alg":"HS256","crit":[]}'), "the crit names nothing"),
    ("aud unasked for", with_claims('"aud":"x"'), "the token names an audience, and the validation accepts none; see any_audience"),
]


class Reasons(unittest.TestCase):
    def test_batch(self):
        answers = batch("verify", [request(made) for _, made, _ in ROWS])
        for (name, _, wanted), answer in zip(ROWS, answers):
            with self.subTest(name):
                self.assertEqual(answer.get("reason"), wanted, answer)
                self.assertTrue(answer["message"].endswith(f": {wanted}"), answer)

    def test_rules_of_the_request(self):
        rules = (("typ", "at+jwt", "the typ is not the type of the validation"), ("max_age", 1, "iat is longer ago than max_age and the leeway"),
                 ("iss", "y", "the validation does not accept this value"),
                 ("sub", "y", "the validation names the values that it accepts"),
                 ("aud", "y", "the validation names the audiences that it accepts"),
                 ("required", ["exp", "role"], "the validation requires it"),
                 ("scopes", ["y"], "the token grants other scopes"),
                 ("scopes", ["x", "y"], "the token grants other scopes"))
        made = token({"exp": EXP, "iat": NOW - 9, "iss": "x", "scope": "x"}, {"alg": "HS256", "typ": "JWT"})
        answers = batch("verify", [request(made, **{name: value}) for name, value, _ in rules])
        for (name, _, wanted), answer in zip(rules, answers):
            with self.subTest(name):
                self.assertEqual(answer.get("reason"), wanted, answer)

    def test_json_errors(self):
        done = run("verify", "--key", SECRET_FILE, "--alg", "HS256", "--json", stdin=f"Bearer {GOOD}".encode())
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.err)["reason"],
                         "the text begins with the word Bearer; pass only the token after it")

    def test_pasted(self):
        for made, wanted in ((f"Bearer {GOOD}", "the word Bearer"), (f'"{GOOD}"', "in quotes"),
                             (json.dumps({"access_token": GOOD}), "a JSON document"),
                             ("a.b.c.d.e", "an encrypted token (five parts)")):
            for command in (("verify", "--key", SECRET_FILE, "--alg", "HS256"), ("decode",),
                            ("explain", "--key", SECRET_FILE, "--alg", "HS256")):
                with self.subTest((made, command)):
                    done = run(*command, stdin=made.encode())
                    self.assertEqual(done.returncode, 1)
                    self.assertEqual(done.out, "")
                    self.assertIn(wanted, done.err)
                    self.assertNotIn(GOOD, done.err)


class Secrets(unittest.TestCase):
    def test_a_secret_in_base64(self):
        secret = bytes(range(180, 230))
        made = token({"exp": 4102444800}, secret=secret).encode()
        for text in (base64.b64encode(secret), b64(secret).encode() + b"\n"):
            name = FILES.write("base64", text)
            plain, told = (run("verify", "--key", name, "--alg", "HS256", *options, stdin=made) for options in ((), ("--base64url",)))
            self.assertEqual((plain.returncode, told.returncode), (1, 0), told.err)
            self.assertIn("use --base64url", plain.err)
            self.assertIn("use --base64url", run("explain", "--key", name, "--alg", "HS256", stdin=made).err)
        name = FILES.write("text", "a secret with blanks, which no base64 has")
        self.assertNotIn("--base64url", run("verify", "--key", name, "--alg", "HS256", stdin=made).err)


class Header(unittest.TestCase):
    """sign --header"""

    def sign(self, *options):
        return run("sign", "--key", SECRET_FILE, "--alg", "HS256", "--sub", "x", "--exp", "1h", *options)

    def test_members(self):
        done = self.sign("--header", "x5t=abc", "--header", 'x5c:=["a"]', "--kid", "k")
        self.assertEqual(done.returncode, 0, done.err)
        shown = json.loads(run("decode", stdin=done.stdout).out)
        self.assertEqual(shown["header"], {"alg": "HS256", "typ": "JWT", "kid": "k", "x5t": "abc", "x5c": ["a"]})

    def test_mistakes(self):
        for option, said in (("alg=none", "--header does not take alg; use --alg"), ("crit:=[]", "--header does not take crit"),
                             ("b64:=false", "--header does not take b64"), ("kid=x", "use --kid"), ("typ=x", "use --typ"),
                             ("x", "--header takes NAME=TEXT or NAME:=JSON"), ("x:=[", "takes strict JSON")):
            with self.subTest(option):
                done = self.sign("--header", option)
                self.assertEqual(done.returncode, 2)
                self.assertIn(said, done.err)
        done = self.sign("--header", "x=1", "--header", "x=2")
        self.assertEqual(done.returncode, 2)
        self.assertIn("twice", done.err)


class Keys(unittest.TestCase):
    """keys FILE, and keygen"""

    def test_keys(self):
        good = PAIRS.jwk("ES256", "--kid", "a")
        bad = {**good, "kid": "b", "use": "enc"}
        name = FILES.write("set.json", json.dumps({"keys": [good, bad, {"kty": "XYZ"}, 7]}))
        done = run("keys", name)
        self.assertEqual(done.returncode, 0, done.err)
        lines = done.out.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[0], '1  kid "a"  EC P-256  for ES256')
        self.assertTrue(lines[1].startswith('2  kid "b"  EC P-256  skipped: '), lines[1])
        self.assertIn("skipped: ", lines[2])
        self.assertIn("skipped: ", lines[3])
        keys = json.loads(run("keys", "--json", name).out)["keys"]
        self.assertEqual(keys[0], {"kid": "a", "type": "EC P-256", "algorithms": ["ES256"]})
        self.assertEqual(keys[1]["algorithms"], [])
        self.assertTrue(keys[1]["skipped"])
        self.assertNotIn(good["x"], done.out)

    def test_a_single_key_and_standard_input(self):
        done = run("keys", stdin=json.dumps(PAIRS.jwk("EdDSA")).encode())
        self.assertEqual(done.returncode, 0, done.err)
        self.assertIn("OKP Ed25519", done.out)

    def test_no_set(self):
        done = run("keys", SECRET_FILE)
        self.assertEqual((done.returncode, done.out), (3, ""))
        self.assertIn("expected a JWK Set", done.err)
        self.assertEqual(run("keys", FILES.write("empty.json", '{"keys":[]}')).out, "the set has no keys\n")

    def test_keygen(self):
        for arguments in (("--alg", "ES256"), ("ES256", "--alg", "ES256")):
            done = run("keygen", *arguments)
            self.assertEqual(done.returncode, 0, done.err)
            self.assertIn("BEGIN PRIVATE KEY", done.out)
        for arguments, said in ((("ES256", "--alg", "HS256"), "two algorithms"), ((), "credence keygen ES256")):
            done = run("keygen", *arguments)
            self.assertEqual((done.returncode, done.out), (2, ""))
            self.assertIn(said, done.err)


class Terminal(unittest.TestCase):
    def test_invisible_characters_are_escaped(self):
        hidden = "\u061c\u200b\ufeff\u00ad\u202e\u2066\u2060\u180e\U000e0041"
        made = token({"exp": EXP, "sub": hidden})
        done = run("decode", stdin=made.encode())
        self.assertEqual(done.returncode, 0, done.err)
        for character in hidden:
            self.assertNotIn(character, done.out)
        self.assertIn(r"\u061c\u200b\ufeff\u00ad\u202e\u2066\u2060\u180e\udb40\udc41", done.out)
        self.assertEqual(json.loads(done.out)["claims"]["sub"], hidden)


if __name__ == "__main__":
    unittest.main()
