#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Batch mode survives every line, and answers each in order and at once. CREDENCE_MUTATIONS is the time in seconds for tests
# with random requests, a few seconds by default.
# packages: libcli11-dev
import json
import os
import random
import subprocess
import time
import unittest

from credence_command import BINARY, HS_KEY, NOW, KeyPairs, b64, batch, raw_batch, request, sign_all, token, verdict

PAIRS = KeyPairs()
GOOD = json.dumps(request(id="good")).encode()
LINES = [
    b"", b" ", b"\r", b"\t\t", b"\0", b"\0" * 100, b"\xff\xfe", bytes(set(range(256)) - {10}), b"{", b"}", b"{}", b"[]",
    b"null", b"1", b'"x"', b"{]", b'{"id":1', b'{"id":1}', b'{"id":1}}', b'{"id":1} x', b"\xef\xbb\xbf" + GOOD,
    GOOD + b"\0", GOOD[:-1], GOOD[1:], GOOD + GOOD, GOOD.replace(b":", b"="), GOOD.replace(b'"', b"'"),
    b'{"id":\xff}', b'{"id":"\xed\xa0\x80"}', b'{"id":"\\ud800"}', b"[" * 100000, b'{"a":' * 100000,
    b'{"id":' + b"[" * 3000 + b"]" * 3000 + b"}", b"[" * 1000000, b'{"id":1e999999999999}', b'{"token":' + b"9" * 100000 + b"}",
    b"\xe2\x80\xa8", b'{"key":{"jwk":' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}}",
]


class Survival(unittest.TestCase):
    def test_bad_lines_between_good_ones(self):
        lines = [line for bad in LINES for line in (bad, GOOD)]
        answers = batch("verify", lines)
        for line, bad, good in zip(LINES, answers[::2], answers[1::2]):
            with self.subTest(line[:60]):
                self.assertEqual(verdict(bad), "invalid_request")
                self.assertEqual((verdict(good), good["id"]), ("ok", "good"))
        self.assertEqual([verdict(answer) for answer in batch("sign", LINES)], ["invalid_request"] * len(LINES))

    def test_ids_are_echoed_as_they_are(self):
        ids = ["1e400", "12345678901234567890123", "-0", "1.0", "0.10", "1E5", '"a"', '""', '"\\u0061"', "null", "true", "[]",
               "{}", '[1,{"a":null}]', '"\\ud83d\\ude00"', "[" * 40 + "]" * 40]
        wanted = [f'{{"id":{one},"ok":false,' for one in ids]
        lines = "".join(f'{{"id":{one},"token":1}}\n' for one in ids)
        answers = raw_batch("verify", lines.encode()).decode().splitlines()
        self.assertEqual([answer[:len(start)] for answer, start in zip(answers, wanted)], wanted)

    def test_ids_of_many_levels(self):
        """The id may be as deep as a request allows. A deeper line gets an error, and the next line is answered."""
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            ids = [opening * levels + "1" + closing * levels for levels in (256, 1000, 2047, 2048, 1000000)]
            lines = [GOOD.decode().replace('"good"', one) for one in ids] + [f'{{"id":{one},"token":1}}' for one in ids]
            answers = raw_batch("verify", "".join(line + "\n" for line in lines).encode()).decode().splitlines()
            known = [one if number < 3 else "null" for number, one in enumerate(ids)]
            wanted = [f'{{"id":{one},"ok":{"true" if one != "null" else "false"},' for one in known]
            wanted += [f'{{"id":{one},"ok":false,"error":"invalid_request"' for one in known]
            self.assertEqual([answer[:len(start)] for answer, start in zip(answers, wanted)], wanted)

    def test_lists_of_names_are_limited(self):
        """Each name of a large token is searched in these lists: without a limit, one line took minutes."""
        for count, wanted in ((1000, "missing_claim r0"), (1001, "invalid_request")):
            asked = {**json.loads(GOOD), "required": [f"r{number}" for number in range(count)]}
            self.assertEqual(verdict(*batch("verify", [json.dumps(asked)])), wanted)

    def test_ids_of_malformed_requests_are_found(self):
        rows = [('{"id":7,"token":', 7), ('{"id":7,"a":1,"a":2}', 7), ('{"a":1,"a":2,"id":7}', 7), ('{"id":7,"id":7}', None),
                ('{"id":{"a":1,"a":2}}', None), ('{"id":7', 7), ('{"id":', None), ('[{"id":7}]', None), ('{"a":,"id":7}', None)]
        self.assertEqual([answer["id"] for answer in batch("verify", [row[0] for row in rows])], [row[1] for row in rows])

    def test_line_breaks_are_escaped(self):
        text = '{"exp":%d,"a":"\x7f\u0085\u2028\u2029\u202e\u0000"}' % (NOW + 60)
        made = token(text.replace("\0", "\\u0000"))
        said = raw_batch("verify", json.dumps(request(made, id="\x7f\u2028"), ensure_ascii=False).encode() + b"\n").decode()
        self.assertEqual(len(said.splitlines()), 1)
        self.assertTrue(said.rstrip("\n").isprintable())
        answer = json.loads(said)
        self.assertEqual(answer["claims"]["a"], "\x7f\u0085\u2028\u2029\u202e\u0000")
        self.assertEqual(answer["id"], "\x7f\u2028")

    def test_the_last_line_needs_no_end(self):
        self.assertEqual(raw_batch("verify", GOOD).count(b"\n"), 1)
        self.assertEqual(raw_batch("verify", GOOD + b"\n").count(b"\n"), 1)
        self.assertEqual(raw_batch("verify", GOOD + b"\n\n").count(b"\n"), 2)
        self.assertEqual(raw_batch("verify", b""), b"")
        self.assertEqual(verdict(json.loads(raw_batch("verify", GOOD + b"\r\n"))), "ok")

    def test_large_lines(self):
        size = 1 << 24
        lines = [b"x" * size, b'"' + b"x" * size, b"[" * size, b'{"a":"' + b"\\" * size, b"\0" * size,
                 b'{"id":1,"token":"' + b"." * size + b'"}', b'{"id":"' + b"x" * size + b'"}', b" " * size + GOOD,
                 b"{" + b",".join(b'"%d":1' % n for n in range(size // 12)) + b"}", GOOD]
        answers = batch("verify", lines)
        self.assertEqual([verdict(answer) for answer in answers], ["invalid_request"] * 7 + ["ok", "invalid_request", "ok"])
        self.assertEqual(len(answers[6]["id"]), size)

    def test_a_line_over_the_limit(self):
        longest = 64 << 20
        answers = batch("verify", [b"x" * (longest + 1), GOOD, b'{"id":1}' + b" " * (longest - 8)])
        self.assertEqual([verdict(answer) for answer in answers], ["invalid_request", "ok", "invalid_request"])
        self.assertEqual(answers[2]["id"], 1)

    def test_each_answer_comes_at_once(self):
        for command, line in (("verify", GOOD), ("sign", b"{}")):
            with subprocess.Popen([BINARY, command, "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
                for _ in range(3):
                    child.stdin.write(line + b"\n")
                    child.stdin.flush()
                    self.assertIn(b'"ok":', child.stdout.readline())
                child.stdin.write(line[:5])
                child.stdin.flush()
                time.sleep(0.05)
                child.stdin.write(line[5:] + b"\n")
                child.stdin.flush()
                self.assertIn(b'"ok":', child.stdout.readline())
                child.stdin.close()
                self.assertEqual(child.wait(timeout=10), 0)

    def test_order(self):
        lines = [json.dumps(request(id=number, max_token_bytes=9 if number % 3 else 999)) for number in range(3000)]
        answers = batch("verify", lines)
        self.assertEqual([answer["id"] for answer in answers], list(range(3000)))
        self.assertEqual([answer["ok"] for answer in answers], [number % 3 == 0 for number in range(3000)])

    def test_a_closed_output(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "verify", "--batch"], input=GOOD, stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"cannot write", done.stderr)


    def test_an_input_that_cannot_be_read(self):
        folder = os.open("/", os.O_RDONLY)
        for command in ("verify", "sign"):
            done = subprocess.run([BINARY, command, "--batch"], stdin=folder, capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (3, b""))
            self.assertEqual(done.stderr, b"credence: standard input: cannot be read: Is a directory\n")
        os.close(folder)


class Mutations(unittest.TestCase):
    """Randomly changed requests: each is answered, and a request with an unsigned token is never `ok`."""

    def corpus(self):
        pairs = PAIRS
        seeds = [request(id=1, iss=["a"], aud="b", typ="JWT", leeway=5, max_age=9, required=["exp"], understood=["x"], sub="s"),
                 request(id=[2], key={"jwk": {"kty": "oct", "k": HS_KEY["secret_b64"], "kid": "k"}}, jws=True),
                 request(id={"a": 3}, key={"jwks": {"keys": [{"kty": "oct", "k": HS_KEY["secret_b64"]}]}})]
        for alg in ("RS256", "PS384", "ES256", "ES512", "EdDSA", "Ed448"):
            made, = sign_all([{"claims": {"exp": NOW + 60}, "key": {"pem": pairs.pem(alg)[0]}, "alg": alg}])
            for key in ({"pem": pairs.pem(alg)[1]}, {"jwk": pairs.jwk(alg)}, {"jwks": {"keys": [pairs.jwk(alg)]}}):
                seeds.append(request(made, key=key, alg=[alg]))
        signs = [{"claims": {"a": [1, None]}, "key": key, "alg": alg, "header": {"kid": "a"}}
                 for alg in ("HS256", "ES256", "EdDSA")
                 for key in ([HS_KEY] if alg == "HS256" else [{"pem": pairs.pem(alg)[0]}, {"jwk": pairs.jwk(alg, "--private")}])]
        return [json.dumps(seed).encode() for seed in seeds], [json.dumps(seed).encode() for seed in signs]

    def mutated(self, chance, line, others):
        pieces = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\0", b"\xff", b"-", b"1e999", b"null", b"\\u0000", b".",
                  b"=", b"A", b"-----BEGIN PUBLIC KEY-----"]
        line = bytearray(line)
        for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
            at = chance.randrange(len(line) + 1)
            kind = chance.randrange(6)
            if kind == 0 and line:
                line[at % len(line)] = chance.randrange(256)
            elif kind == 1:
                line[at:at] = chance.choice(pieces)
            elif kind == 2:
                del line[at:at + chance.randrange(1, 40)]
            elif kind == 3:
                line[at:at] = line[at:at + chance.randrange(1, 200)]
            elif kind == 4:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                line[at:at + chance.randrange(60)] = other[start:start + chance.randrange(1, 200)]
            elif line:
                line[at % len(line)] ^= 1 << chance.randrange(8)
        return bytes(line).replace(b"\n", b" ")

    def test_mutations(self):
        chance = random.Random(int(os.environ.get("CREDENCE_SEED", "1")))
        verifies, signs = self.corpus()
        end = time.monotonic() + float(os.environ.get("CREDENCE_MUTATIONS", "3"))
        rounds = 0
        while time.monotonic() < end or rounds == 0:
            for command, seeds in (("verify", verifies), ("sign", signs)):
                lines = [self.mutated(chance, chance.choice(seeds), seeds) for _ in range(500)]
                for answer in batch(command, lines):
                    self.assertIn("id", answer)
                    self.assertIs(type(answer["ok"]), bool)
                    self.assertTrue(answer["ok"] or answer["error"])
            rounds += 1


if __name__ == "__main__":
    unittest.main()
