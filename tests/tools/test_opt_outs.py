#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Opt-outs and scopes of the command: each opt-out loosens its own rule and no other, in batch mode and with --allow.
# packages: libcli11-dev
import json
import unittest

from credence_command import NOW, SECRET, Folder, b64, batch, request, run, signed, token, verdict

EXP = NOW + 60
FILES = Folder()
SECRET_FILE = FILES.write("secret", SECRET)
NAMES = ["null_members", "numeric_subject", "padding", "duplicate_members", "future_iat", "bearer_use", "short_secret"]


def with_claims(text):
    return token('{"exp":%d,%s}' % (EXP, text))


def padded(text):
    return text + "=" * (-len(text) % 4)


SHORT = {"secret_b64": b64(b"short")}
PAYLOAD = padded(b64(b'{"exp":%d}  ' % EXP))
# name, request, answer without opt-outs, the opt-out that accepts it
FAULTS = [
    ("sub null", request(with_claims('"sub":null')), "invalid_claim_type sub", "null_members"),
    ("aud null", request(with_claims('"aud":null')), "invalid_claim_type aud", "null_members"),
    ("iat null", request(with_claims('"iat":null')), "invalid_claim_type iat", "null_members"),
    ("kid null", request(token(header={"alg": "HS256", "kid": None})), "malformed_token", "null_members"),
    ("typ null", request(token(header={"alg": "HS256", "typ": None})), "malformed_token", "null_members"),
    ("sub a number", request(with_claims('"sub":1234')), "invalid_claim_type sub", "numeric_subject"),
    ("jti a number", request(with_claims('"jti":-5')), "invalid_claim_type jti", "numeric_subject"),
    ("padding", request(signed(b64(b'{"alg":"HS256"}'), PAYLOAD)), "invalid_base64", "padding"),
    ("a claim twice", request(with_claims('"x":1,"x":2')), "duplicate_member", "duplicate_members"),
    ("issued ahead", request(with_claims('"iat":%d' % (NOW + 9000))), "issued_in_future iat", "future_iat"),
    ("cnf", request(with_claims('"cnf":{"jkt":"x"}')), "proof_required cnf", "bearer_use"),
    ("short secret", request(token(secret=b"short"), key=SHORT), "key_too_short", "short_secret"),
    ("exp null", request(token('{"exp":null}'), required=[]), "invalid_claim_type exp", "null_members"),
    # rules that no opt-out loosens
    ("alg null", request(token(header='{"alg":null}')), "malformed_token", None),
    ("crit null", request(token(header='{"alg":"HS256","crit":null}')), "unsupported_critical_header", None),
    ("cnf null", request(with_claims('"cnf":null')), "proof_required cnf", "bearer_use"),
    ("sub with a fraction", request(with_claims('"sub":1.5')), "invalid_claim_type sub", None),
    ("iss a number", request(with_claims('"iss":1')), "invalid_claim_type iss", None),
    ("aud with null in it", request(with_claims('"aud":[null]')), "invalid_claim_type aud", None),
    ("a header member twice", request(token(header='{"alg":"HS256","alg":"HS256"}')), "duplicate_member", None),
    ("expired", request(token({"exp": NOW})), "token_expired exp", None),
    ("no exp", request(token("{}")), "missing_claim exp", None),
    ("an empty secret", request(token(secret=b""), key={"secret_b64": ""}), "key_too_short", None),
    ("65 header members", request(token(header={"alg": "HS256", **{f"x{n}": 1 for n in range(64)}})),
     "malformed_token", None),
    ("17 names in crit", request(token(header={"alg": "HS256", "crit": [f"x{n}" for n in range(17)],
                                               **{f"x{n}": 1 for n in range(17)}}),
                                 understood=[f"x{n}" for n in range(17)]), "unsupported_critical_header", None),
]
ROWS = [
    ("64 header members", request(token(header={"alg": "HS256", **{f"x{n}": 1 for n in range(63)}})), "ok"),
    ("16 names in crit", request(token(header={"alg": "HS256", "crit": [f"x{n}" for n in range(16)],
                                               **{f"x{n}": 1 for n in range(16)}}),
                                 understood=[f"x{n}" for n in range(16)]), "ok"),
    ("no opt-out", request(allow=[]), "ok"),
    ("all opt-outs", request(allow=NAMES), "ok"),
    ("an unknown opt-out", request(allow=["everything"]), "invalid_request"),
    ("an opt-out of the library's other name", request(allow=["allow_padding"]), "invalid_request"),
    ("missing_exp is what required says", request(allow=["missing_exp"]), "invalid_request"),
    ("allow as a string", request(allow="padding"), "invalid_request"),
    ("allow with a number", request(allow=[1]), "invalid_request"),
    ("iat 300 s ahead, with max_age", request(with_claims('"iat":%d' % (NOW + 300)), allow=["future_iat"], max_age=9),
     "ok"),
    ("iat 301 s ahead, with max_age", request(with_claims('"iat":%d' % (NOW + 301)), allow=["future_iat"], max_age=9),
     "issued_in_future iat"),
    ("null is absent for required", request(with_claims('"sub":null'), allow=["null_members"], required=["exp", "sub"]),
     "missing_claim sub"),
    ("null exp is absent", request(token('{"exp":null}'), allow=["null_members"]), "missing_claim exp"),
    ("null iss is absent", request(with_claims('"iss":null'), allow=["null_members"], iss="x"), "missing_claim iss"),
    ("a numeric sub is compared as text", request(with_claims('"sub":12'), allow=["numeric_subject"], sub="12"), "ok"),
    ("another numeric sub", request(with_claims('"sub":12'), allow=["numeric_subject"], sub="13"),
     "invalid_subject sub"),
    ("try_all as a string", request(try_all="true"), "invalid_request"),
    ("try_all for a single key", request(try_all=True), "ok"),
]


def scoped(claims, **members):
    return request(with_claims(claims), **members)


SCOPE_ROWS = [
    ("scope", scoped('"scope":"a b"', scopes=["a"]), "ok"),
    ("both scopes", scoped('"scope":"a b"', scopes=["b", "a"]), "ok"),
    ("one scope is missing", scoped('"scope":"a b"', scopes=["a", "c"]), "insufficient_scope scope"),
    ("no scope claim", request(scopes=["a"]), "insufficient_scope scope"),
    ("no scopes asked for", scoped('"scope":"a b"', scopes=[]), "ok"),
    ("scope as an array", scoped('"scope":["read","write"]', scopes=["write"]), "ok"),
    ("scp as a string", scoped('"scp":"a b"', scopes=["b"]), "ok"),
    ("scp as an array", scoped('"scp":["a","b"]', scopes=["b"]), "ok"),
    ("scope goes before scp", scoped('"scp":["a"],"scope":"b"', scopes=["a"]), "insufficient_scope scope"),
    ("an array element is one scope", scoped('"scope":["a b"]', scopes=["a"]), "insufficient_scope scope"),
    ("scope of another type", scoped('"scope":7,"scp":["a"]', scopes=["a"]), "insufficient_scope scope"),
    ("scope with a number in it", scoped('"scope":["a",7]', scopes=["a"]), "insufficient_scope scope"),
    ("scopes are compared with case", scoped('"scope":"A"', scopes=["a"]), "insufficient_scope scope"),
    ("scopes are compared whole", scoped('"scope":"ab"', scopes=["a"]), "insufficient_scope scope"),
    ("an empty scope is granted to nobody", scoped('"scope":"a"', scopes=[""]), "insufficient_scope scope"),
    ("permissions", scoped('"permissions":["a"],"scope":"b"', scopes=["a"], scope_claims=["permissions"]), "ok"),
    ("only permissions", scoped('"permissions":["a"],"scope":"b"', scopes=["b"], scope_claims=["permissions"]),
     "insufficient_scope scope"),
    ("the first that is there", scoped('"scope":"b"', scopes=["b"], scope_claims=["permissions", "scope"]), "ok"),
    ("the order is the request's", scoped('"scope":"b","roles":"a"', scopes=["a"], scope_claims=["roles", "scope"]),
     "ok"),
    ("no claim grants scopes", scoped('"scope":"b"', scopes=["b"], scope_claims=[]), "insufficient_scope scope"),
    ("scopes as a string", request(scopes="a"), "invalid_request"),
    ("scopes with a number", request(scopes=[1]), "invalid_request"),
    ("scope_claims as a string", request(scope_claims="scope"), "invalid_request"),
    ("an expired token is told before its scopes", request(token({"exp": NOW}), scopes=["a"]), "token_expired exp"),
    ("cnf is told before the scopes", scoped('"cnf":{}', scopes=["a"]), "proof_required cnf"),
]


class OptOuts(unittest.TestCase):
    def check(self, rows):
        answers = batch("verify", [row[1] for row in rows])
        for (name, _, wanted), answer in zip(rows, answers):
            with self.subTest(name):
                self.assertEqual(verdict(answer), wanted, answer)

    def test_each_loosens_its_own_rule_and_no_other(self):
        rows = []
        for name, asked, refused, opt_out in FAULTS:
            rows.append((name, asked, refused))
            for allowed in NAMES:
                answer = "ok" if allowed == opt_out else refused
                rows.append((f"{name}, {allowed}", {**asked, "allow": [allowed]}, answer))
            others = [other for other in NAMES if other != opt_out]
            rows.append((f"{name}, all others", {**asked, "allow": others}, refused))
        self.check(rows)

    def test_requests(self):
        self.check(ROWS)

    def test_scopes(self):
        self.check(SCOPE_ROWS)

    def test_claims_stay_as_the_issuer_wrote_them(self):
        answer, = batch("verify", [request(with_claims('"sub":1234,"jti":null'),
                                           allow=["numeric_subject", "null_members"])])
        self.assertEqual(answer["claims"], {"exp": EXP, "sub": 1234, "jti": None})

    def test_padding_of_any_bytes(self):
        made = signed(b64(b'{"alg":"HS256"}'), padded(b64(b"ab")))
        refused, answer = batch("verify", [request(made, jws=True), request(made, jws=True, allow=["padding"])])
        self.assertEqual(verdict(refused), "invalid_base64")
        self.assertEqual(answer["payload_b64"], "YWI")


class TryAll(unittest.TestCase):
    """A set with several matching keys, and a token without a kid."""

    def test_try_all(self):
        first, second = ({"kty": "oct", "k": b64(secret), "alg": "HS256", **kid}
                         for secret, kid in ((b"1" * 32, {}), (SECRET[:40], {"kid": "b"})))
        made = token(secret=SECRET[:40])
        named = token(header={"alg": "HS256", "kid": "c"}, secret=SECRET[:40])
        forged = token(secret=b"2" * 32)

        def asked(text, keys, **members):
            return request(text, key={"jwks": {"keys": keys}}, **members)
        rows = [("without", asked(made, [first, second]), "ambiguous_key"),
                ("false", asked(made, [first, second], try_all=False), "ambiguous_key"),
                ("the second key", asked(made, [first, second], try_all=True), "ok"),
                ("the first key", asked(made, [second, first], try_all=True), "ok"),
                ("none of the keys", asked(forged, [first, second], try_all=True), "invalid_signature"),
                ("a kid that no key has", asked(named, [first, second], try_all=True), "no_matching_key"),
                ("no key", asked(made, [], try_all=True), "no_matching_key"),
                ("a single key", asked(made, [second], try_all=True), "ok")]
        answers = batch("verify", [row[1] for row in rows])
        for (name, _, wanted), answer in zip(rows, answers):
            with self.subTest(name):
                self.assertEqual(verdict(answer), wanted, answer)
        several = [{"kty": "oct", "k": b64(b"%032d" % number), "alg": "HS256"} for number in range(17)]
        last, beyond = (token(secret=b"%032d" % number) for number in (15, 16))
        answers = batch("verify", [asked(last, several[:16], try_all=True), asked(beyond, several, try_all=True)])
        self.assertEqual(verdict(answers[0]), "ok")
        self.assertNotEqual(verdict(answers[1]), "ok")

    def test_option(self):
        name = FILES.write("set.json", json.dumps({"keys": [{"kty": "oct", "k": b64(secret), "alg": "HS256"}
                                                            for secret in (b"1" * 32, SECRET[:40])]}))
        made = token(secret=SECRET[:40]).encode()
        for command in ("verify", "explain"):
            done = run(command, "--jwks", name, "--now", f"@{NOW}", stdin=made)
            self.assertIn("ambiguous_key", done.err)
            done = run(command, "--jwks", name, "--now", f"@{NOW}", "--try-all", stdin=made)
            self.assertEqual(done.returncode, 0, done.err)


class Options(unittest.TestCase):
    """The same on the command line."""

    def judge(self, made, *options):
        done = run("verify", "--key", SECRET_FILE, "--alg", "HS256", "--now", f"@{NOW}", "--json", *options,
                   stdin=made.encode())
        return "ok" if done.returncode == 0 else json.loads(done.err)["error"]

    def test_allow(self):
        rows = [("null_members", with_claims('"sub":null'), "invalid_claim_type"),
                ("numeric_subject", with_claims('"sub":5'), "invalid_claim_type"),
                ("padding", signed(b64(b'{"alg":"HS256"}'), PAYLOAD), "invalid_base64"),
                ("duplicate_members", with_claims('"x":1,"x":2'), "duplicate_member"),
                ("future_iat", with_claims('"iat":%d' % (NOW + 9000)), "issued_in_future"),
                ("bearer_use", with_claims('"cnf":{}'), "proof_required"),
                ("missing_exp", token("{}"), "missing_claim")]
        for name, made, refused in rows:
            with self.subTest(name):
                self.assertEqual(self.judge(made), refused)
                self.assertEqual(self.judge(made, "--allow", name), "ok")
                self.assertEqual(self.judge(made, "--allow", "short_secret"), refused)
        done = run("verify", "--key", SECRET_FILE, "--alg", "HS256", "--allow", "x", stdin=b"a.b.c")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--allow takes one of missing_exp, null_members, ", done.err)

    def test_short_secret(self):
        short = FILES.write("short", "short")
        done = run("verify", "--key", short, "--alg", "HS256", "--now", f"@{NOW}", "--allow", "short_secret",
                   stdin=token(secret=b"short").encode())
        self.assertEqual(done.returncode, 0, done.err)

    def test_scopes(self):
        made = with_claims('"scope":["a","b"],"roles":"r"')
        self.assertEqual(self.judge(made, "--scope", "a", "--scope", "b"), "ok")
        self.assertEqual(self.judge(made, "--scope", "r"), "insufficient_scope")
        self.assertEqual(self.judge(made, "--scope", "r", "--scope-claim", "roles"), "ok")

    def test_explain(self):
        made = with_claims('"cnf":{},"scope":"a"')
        done = run("explain", "--key", SECRET_FILE, "--alg", "HS256", "--now", f"@{NOW}", "--scope", "b",
                   stdin=made.encode())
        self.assertEqual(done.returncode, 1)
        self.assertIn("✘ cnf", done.err)
        self.assertIn("--allow bearer_use", done.err)
        self.assertIn("✘ scope", done.err)
        self.assertIn('the scopes "b"', done.err)


if __name__ == "__main__":
    unittest.main()
