#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# `credence sign --batch`: it signs exactly the given claims, and answers with a code if it cannot.
# packages: libcli11-dev
import json
import unittest

from credence_command import HS_KEY, NOW, SECRET, KeyPairs, b64, batch, request, sign_all, signed, unb64, verdict

PAIRS = KeyPairs()
CLAIMS = {"exp": NOW + 60}


def wish(**members):
    """A valid request, unless the members change that. A member that is None is left out."""
    whole = {"claims": CLAIMS, "key": HS_KEY, "alg": "HS256", **members}
    return {name: value for name, value in whole.items() if value is not None}


def parts(made):
    """Header and payload of a token, as text."""
    header, payload, _ = made.split(".")
    return unb64(header).decode(), unb64(payload)


ROWS = [
    ("good", wish(), "ok"),
    ("no claims, no payload", wish(claims=None), "invalid_request"),
    ("claims and payload", wish(payload_b64="AA"), "invalid_request"),
    ("claims as a list", wish(claims=[]), "invalid_request"),
    ("claims as text", wish(claims="{}"), "invalid_request"),
    ("no claims in the object", wish(claims={}), "ok"),
    ("a payload that is no string", wish(claims=None, payload_b64=1), "invalid_request"),
    ("a payload that is no base64url", wish(claims=None, payload_b64="A"), "invalid_request"),
    ("a padded payload", wish(claims=None, payload_b64="AA=="), "invalid_request"),
    ("no key", wish(key=None), "invalid_request"),
    ("an empty key", wish(key={}), "invalid_request"),
    ("a key set", wish(key={"jwks": {"keys": [{"kty": "oct", "k": b64(SECRET)}]}}), "invalid_request"),
    ("no alg", wish(alg=None), "invalid_request"),
    ("alg as a list", wish(alg=["HS256"]), "invalid_request"),
    ("an unknown alg", wish(alg="HS257"), "unsupported_algorithm"),
    ("none", wish(alg="none"), "unsupported_algorithm"),
    ("a header that is a list", wish(header=[]), "invalid_request"),
    ("the same alg in the header", wish(header={"alg": "HS256"}), "ok"),
    ("another alg in the header", wish(header={"alg": "HS512"}), "invalid_request"),
    ("an alg in the header that is no string", wish(header={"alg": 1}), "invalid_request"),
    ("crit in the header", wish(header={"crit": ["x"], "x": 1}), "invalid_request"),
    ("b64 in the header", wish(header={"b64": False}), "invalid_request"),
    ("kid that is no string", wish(header={"kid": 1}), "invalid_request"),
    ("typ that is null", wish(header={"typ": None}), "invalid_request"),
    ("other members of the header", wish(header={"cty": "JWT", "x5t": "a", "z": [1, {"a": None}]}), "ok"),
    ("a short secret", wish(key={"secret_b64": b64(b"short")}), "key_too_short"),
    ("an empty secret", wish(key={"secret_b64": ""}), "key_too_short"),
    ("a secret that is no base64url", wish(key={"secret_b64": "+"}), "invalid_key"),
    ("a PEM as secret", wish(key={"secret_b64": b64(PAIRS.pem("ES256")[1].encode())}), "invalid_key"),
    ("a secret for RS256", wish(alg="RS256"), "invalid_key"),
    ("a PEM for HS256", wish(key={"pem": PAIRS.pem("ES256")[0]}), "invalid_key"),
    ("a public key", wish(key={"pem": PAIRS.pem("ES256")[1]}, alg="ES256"), "invalid_key"),
    ("a public JWK", wish(key={"jwk": PAIRS.jwk("ES256")}, alg="ES256"), "invalid_key"),
    ("a JWK that may not sign", wish(key={"jwk": {"kty": "oct", "k": b64(SECRET), "key_ops": ["verify"]}}), "invalid_key"),
    ("a JWK for encryption", wish(key={"jwk": {"kty": "oct", "k": b64(SECRET), "use": "enc"}}), "invalid_key"),
    ("a JWK of another alg", wish(key={"jwk": {"kty": "oct", "k": b64(SECRET), "alg": "HS512"}}), "invalid_key"),
    ("another curve", wish(key={"pem": PAIRS.pem("ES256")[0]}, alg="ES384"), "invalid_key"),
    ("32 levels of claims", '{"claims":%s1%s,"key":%s,"alg":"HS256"}' % ('{"a":' * 32, "}" * 32, json.dumps(HS_KEY)), "ok"),
    ("33 levels of claims", '{"claims":%s1%s,"key":%s,"alg":"HS256"}' % ('{"a":' * 33, "}" * 33, json.dumps(HS_KEY)),
     "invalid_json"),
    ("a claim twice", '{"claims":{"a":1,"a":2},"key":%s,"alg":"HS256"}' % json.dumps(HS_KEY), "invalid_request"),
    ("half a surrogate pair", '{"claims":{"a":"\\ud800"},"key":%s,"alg":"HS256"}' % json.dumps(HS_KEY), "invalid_request"),
]


class BatchSign(unittest.TestCase):
    def test_table(self):
        for (title, _, wanted), answer in zip(ROWS, batch("sign", [row[1] for row in ROWS])):
            with self.subTest(title):
                self.assertEqual(verdict(answer), wanted)

    def test_header(self):
        jwk = {"kty": "oct", "k": b64(SECRET), "kid": "of the key"}
        rows = [
            (wish(), '{"alg":"HS256","typ":"JWT"}'),
            (wish(claims=None, payload_b64=""), '{"alg":"HS256"}'),
            (wish(key={"jwk": jwk}), '{"alg":"HS256","typ":"JWT","kid":"of the key"}'),
            (wish(key={"jwk": jwk}, header={"kid": "a"}), '{"alg":"HS256","typ":"JWT","kid":"a"}'),
            (wish(header={"typ": "at+jwt", "x": [1.50, None]}), '{"alg":"HS256","typ":"at+jwt","x":[1.5,null]}'),
            (wish(claims=None, payload_b64="", header={"typ": "JOSE"}), '{"alg":"HS256","typ":"JOSE"}'),
            (wish(header={"alg": "HS256", "kid": ""}), '{"alg":"HS256","typ":"JWT","kid":""}'),
        ]
        for (_, wanted), made in zip(rows, sign_all([row[0] for row in rows])):
            self.assertEqual(parts(made)[0], wanted)

    def test_claims_are_signed_as_they_are(self):
        text = '{"z":12345678901234567890123,"a":1e400,"iat":"no date","e":1.0,"n":-0,"u":"\\u00e4\\/","exp":0}'
        made, = sign_all(['{"claims":%s,"key":%s,"alg":"HS256"}' % (text, json.dumps(HS_KEY))])
        self.assertEqual(parts(made)[1].decode(), text)

    def test_payloads_are_signed_as_they_are(self):
        for payload in (b"", b"\0", bytes(range(256)), b"x" * 100000):
            made, = sign_all([wish(claims=None, payload_b64=b64(payload))])
            self.assertEqual(made, signed(b64(b'{"alg":"HS256"}'), b64(payload)))
            answer, = batch("verify", [request(made, jws=True, max_token_bytes=1 << 20)])
            self.assertEqual((verdict(answer), answer["payload_b64"]), ("ok", b64(payload)))

    def test_the_first_example_of_rfc_7515(self):
        """Appendix A.1: its header has line breaks, so the test compares the result of `verify`, not the text."""
        example = ("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                   "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
                   "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        key = {"jwk": {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"
                                          "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}}
        answer, = batch("verify", [request(example, key=key, now=1300819379)])
        self.assertEqual(answer["header"], {"typ": "JWT", "alg": "HS256"})
        self.assertEqual(answer["claims"], {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True})

    def test_id(self):
        answer, = batch("sign", [wish(id={"a": [1, "b"]})])
        self.assertEqual(answer["id"], {"a": [1, "b"]})
        self.assertEqual(set(answer), {"id", "ok", "token"})


if __name__ == "__main__":
    unittest.main()
