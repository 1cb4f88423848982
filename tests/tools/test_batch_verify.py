#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# `credence verify --batch`: a table of requests, each with its right answer. The rows are in the order of precedence of the
# faults.
# packages: libcli11-dev
import json
import unittest

from credence_command import (HS_KEY, NOW, SECRET, KeyPairs, as_bytes, b64, batch, request, sign_all, signed, token,
                              unb64, verdict)

PAIRS = KeyPairs()
GOOD = token()
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
NONE = b64(b'{"alg":"none"}')
EXP = NOW + 60


def claims(**members):
    return {"exp": EXP, **members}


def deep(levels):
    """A claims object with this number of levels."""
    return '{"exp":%d,"x":%s1%s}' % (EXP, '{"x":' * (levels - 1), "}" * (levels - 1))


def with_claims(text):
    """A token with an exp and the claims of the text."""
    return token('{"exp":%d,%s}' % (EXP, text))


def with_header(**members):
    return token(header={"alg": "HS256", **members})


def crit(names, **members):
    return token(header={"alg": "HS256", "crit": names, **members})


REQUEST_ROWS = [
    ("a good request", request(), "ok"),
    ("no token", {"key": HS_KEY, "alg": ["HS256"]}, "invalid_request"),
    ("no key", {"token": GOOD, "alg": ["HS256"]}, "invalid_request"),
    ("no alg", {"token": GOOD, "key": HS_KEY}, "invalid_request"),
    ("a token that is no string", request(token=5), "invalid_request"),
    ("alg as a string", request(alg="HS256"), "invalid_request"),
    ("alg with a number in it", request(alg=["HS256", 1]), "invalid_request"),
    ("an empty list of algorithms", request(alg=[]), "algorithm_not_allowed"),
    ("key as a string", request(key="secret"), "invalid_request"),
    ("an empty key", request(key={}), "invalid_request"),
    ("a key of an unknown form", request(key={"der": "MA"}), "invalid_request"),
    ("a key in two forms", request(key={**HS_KEY, "pem": "x"}), "invalid_request"),
    ("a secret that is no string", request(key={"secret_b64": 1}), "invalid_request"),
    ("a pem that is no string", request(key={"pem": {}}), "invalid_request"),
    ("a jwk that is no object", request(key={"jwk": "{}"}), "invalid_request"),
    ("a jwks that is no object", request(key={"jwks": []}), "invalid_request"),
    ("another member of the key", request(key={**HS_KEY, "name": "x"}), "ok"),
    ("an unknown member", request(note={"a": [1]}), "ok"),
    ("now as a string", request(now="1"), "invalid_request"),
    ("now as null", '{"token":"a","key":{"secret_b64":""},"alg":[],"now":null}', "invalid_request"),
    ("leeway as a string", request(leeway="1"), "invalid_request"),
    ("leeway over 300", request(leeway=301), "invalid_request"),
    ("leeway of 300", request(leeway=300), "ok"),
    ("a negative leeway", request(leeway=-1), "invalid_request"),
    ("a leeway beyond every number", json.dumps(request(leeway=7)).replace('"leeway": 7', '"leeway": 1e400'),
     "invalid_request"),
    ("leeway as true", request(leeway=True), "invalid_request"),
    ("a negative max_age", request(max_age=-1), "invalid_request"),
    ("max_age as a string", request(max_age="1"), "invalid_request"),
    ("iss as a number", request(iss=1), "invalid_request"),
    ("iss with a number in it", request(iss=["a", 1]), "invalid_request"),
    ("iss as null", json.dumps(request(iss=7)).replace('"iss": 7', '"iss": null'), "invalid_request"),
    ("aud as an object", request(aud={}), "invalid_request"),
    ("sub as a list", request(sub=["a"]), "invalid_request"),
    ("typ as a list", request(typ=["JWT"]), "invalid_request"),
    ("required as a string", request(required="exp"), "invalid_request"),
    ("required with a number in it", request(required=["exp", 1]), "invalid_request"),
    ("jws as a string", request(jws="true"), "invalid_request"),
    ("jws as 1", request(jws=1), "invalid_request"),
    ("jws as false", request(jws=False), "ok"),
    ("understood as a string", request(understood="x"), "invalid_request"),
    ("max_token_bytes as a string", request(max_token_bytes="9"), "invalid_request"),
    ("a negative max_token_bytes", request(max_token_bytes=-1), "invalid_request"),
    ("a fault of the request goes before one of the token", request("x", leeway=301), "invalid_request"),
]

FORM_ROWS = [
    ("of the longest size", request(max_token_bytes=len(GOOD)), "ok"),
    ("one byte too long", request(max_token_bytes=len(GOOD) - 1), "token_too_large"),
    ("no bytes allowed", request(max_token_bytes=0), "token_too_large"),
    ("over 16 KiB", request("a" * 16385), "token_too_large"),
    ("16 KiB without dots", request("a" * 16384), "malformed_token"),
    ("16 MiB", request("a" * (1 << 24)), "token_too_large"),
    ("16 MiB allowed, all dots", request("." * (1 << 24), max_token_bytes=1 << 25), "malformed_token"),
    ("empty", request(""), "malformed_token"),
    ("one part", request(HEADER), "malformed_token"),
    ("two parts", request(f"{HEADER}.{PAYLOAD}"), "malformed_token"),
    ("four parts", request(GOOD + "."), "malformed_token"),
    ("five parts", request(f"{GOOD}.a.b"), "malformed_token"),
    ("two dots alone", request(".."), "malformed_token"),
    ("no header", request(f".{PAYLOAD}.{SIGNATURE}"), "malformed_token"),
    ("no payload", request(signed(HEADER, "")), "malformed_token"),
    ("no signature", request(f"{HEADER}.{PAYLOAD}."), "invalid_signature"),
    ("a space before it", request(" " + GOOD), "invalid_base64"),
    ("a line feed behind it", request(GOOD + "\n"), "invalid_base64"),
    ("JSON serialisation", request('{"payload":"a","signatures":[]}'), "malformed_token"),
    ("padding in the header", request(signed(b64(b'{"alg":"HS256"} ') + "==", PAYLOAD)), "invalid_base64"),
    ("padding in the payload", request(signed(HEADER, b64(b'{"exp":%d}  ' % EXP) + "=")), "invalid_base64"),
    ("padding in the signature", request(GOOD + "="), "invalid_base64"),
    ("plus and slash in the signature", request(f"{HEADER}.{PAYLOAD}.{'+/' * 21}A"), "invalid_base64"),
    ("trailing bits in the header", request(signed(b64(b'{"alg":"HS256"} ')[:-1] + "B", PAYLOAD)), "invalid_base64"),
    ("a header of one character", request(signed("e", PAYLOAD)), "invalid_base64"),
    ("a NUL in the header segment", request(f"{HEADER}\0.{PAYLOAD}.{SIGNATURE}"), "invalid_base64"),
    ("an umlaut in the payload", request(f"{HEADER}.ä.{SIGNATURE}"), "invalid_signature"),
    ("a header that is no JSON", request(token(header="no")), "invalid_json"),
    ("a header with something behind it", request(token(header='{"alg":"HS256"}x')), "invalid_json"),
    ("a header with a comma too many", request(token(header='{"alg":"HS256",}')), "invalid_json"),
    ("a header with a comment", request(token(header='{/**/"alg":"HS256"}')), "invalid_json"),
    ("a header with a byte order mark", request(token(header=b'\xef\xbb\xbf{"alg":"HS256"}')), "invalid_json"),
    ("a header that is no UTF-8", request(token(header=b'{"alg":"HS256","x":"\xff"}')), "invalid_json"),
    ("a header that is overlong UTF-8", request(token(header=b'{"alg":"HS256","x":"\xc0\xaf"}')), "invalid_json"),
    ("a header with half a surrogate pair", request(token(header='{"alg":"HS256","x":"\\ud800"}')), "invalid_json"),
    ("a header with NaN", request(token(header='{"alg":"HS256","x":NaN}')), "invalid_json"),
    ("a header with a number too large for a double", request(token(header='{"alg":"HS256","x":1e400}')), "ok"),
    ("a header in 33 levels", request(token(header='{"alg":"HS256","x":' + "[" * 32 + "]" * 32 + "}")), "invalid_json"),
    ("a header in 32 levels", request(token(header='{"alg":"HS256","x":' + "[" * 31 + "]" * 31 + "}")), "ok"),
    ("a header that is a list", request(token(header="[]")), "malformed_token"),
    ("a header that is a string", request(token(header='"HS256"')), "malformed_token"),
    ("a header that is null", request(token(header="null")), "malformed_token"),
    ("a header without alg", request(token(header={"typ": "JWT"})), "malformed_token"),
    ("alg as a number", request(token(header={"alg": 1})), "malformed_token"),
    ("alg as null", request(token(header={"alg": None})), "malformed_token"),
    ("alg as a list", request(token(header={"alg": ["HS256"]})), "malformed_token"),
    ("kid as a number", request(with_header(kid=1)), "malformed_token"),
    ("typ as null", request(with_header(typ=None)), "malformed_token"),
    ("alg twice", request(token(header='{"alg":"HS256","alg":"HS256"}')), "duplicate_member"),
    ("alg twice, once escaped", request(token(header='{"alg":"HS256","\\u0061lg":"none"}')), "duplicate_member"),
    ("a member of the header twice, deep down", request(token(header='{"alg":"HS256","x":[{"a":1,"a":2}]}')),
     "duplicate_member"),
]

HEADER_ROWS = [
    *((f"alg {name!r}", request(token(header={"alg": name})), "unsupported_algorithm")
      for name in ("none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", " HS256", "HS257", "HS256\0", "RSA-OAEP", "dir",
                   "A128KW", "ES256k", "ed25519", "EDDSA", "HS1")),
    ("none, and allowed", request(f"{NONE}.{PAYLOAD}.", alg=["none"]),
     "unsupported_algorithm"),
    ("none with no signature", request(f"{NONE}.{PAYLOAD}."),
     "unsupported_algorithm"),
    ("another algorithm than the allowed", request(alg=["HS512"]), "algorithm_not_allowed"),
    ("an unknown name in the list does no harm", request(alg=["foo", "none", "HS256"]), "ok"),
    ("unsupported goes before not allowed", request(token(header={"alg": "XS256"}), alg=[]), "unsupported_algorithm"),
    ("the algorithm goes before crit", request(crit(["x"]), alg=["RS256"]), "algorithm_not_allowed"),
    ("crit goes before the key", request(crit(["x"]), key={"pem": "x"}), "unsupported_critical_header"),
    ("crit with an unknown name", request(crit(["x"], x=1)), "unsupported_critical_header"),
    ("crit with a name that is understood", request(crit(["x"], x=1), understood=["x"]), "ok"),
    ("crit with a name that is absent", request(crit(["x"]), understood=["x"]), "unsupported_critical_header"),
    ("crit with one of two understood", request(crit(["x", "y"], x=1, y=1), understood=["x"]),
     "unsupported_critical_header"),
    ("crit empty", request(crit([])), "unsupported_critical_header"),
    ("crit no list", request(crit("x", x=1), understood=["x"]), "unsupported_critical_header"),
    ("crit null", request(crit(None)), "unsupported_critical_header"),
    ("crit with a number in it", request(crit(["x", 1], x=1), understood=["x"]), "unsupported_critical_header"),
    ("crit with a name twice", request(crit(["x", "x"], x=1), understood=["x"]), "unsupported_critical_header"),
    *((f"crit with {name}", request(crit([name], **({} if name == "crit" else {name: "HS256"})), understood=[name]),
       "unsupported_critical_header")
      for name in ("alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc", "zip",
                   "b64")),
    ("b64 false in crit", request(crit(["b64"], b64=False), understood=["b64"]), "unsupported_critical_header"),
    ("b64 false without crit", request(with_header(b64=False)), "ok"),
    ("zip without crit", request(with_header(zip="DEF")), "ok"),
    ("jwk, jku, x5u and x5c in the header", request(with_header(jwk=HS_KEY, jku="https://a.example", x5u="x", x5c=["x"])),
     "ok"),
    ("a kid that is a path", request(with_header(kid="../../dev/null")), "ok"),
]

SECRET_B64 = HS_KEY["secret_b64"]
JWK = {"kty": "oct", "k": SECRET_B64}
KEY_ROWS = [
    ("an empty secret", request(key={"secret_b64": ""}), "key_too_short"),
    ("a short secret", request(key={"secret_b64": b64(SECRET[:31])}), "key_too_short"),
    ("a secret just long enough", request(token(secret=SECRET[:32]), key={"secret_b64": b64(SECRET[:32])}), "ok"),
    ("long enough for HS256 only", request(token(alg="HS384", secret=SECRET[:32]), alg=["HS256", "HS384"],
                                           key={"secret_b64": b64(SECRET[:32])}), "key_too_short"),
    ("a padded secret", request(key={"secret_b64": b64(SECRET[:32]) + "="}), "invalid_key"),
    ("a secret in base64", request(key={"secret_b64": "+/" * 30}), "invalid_key"),
    ("a secret with a space", request(key={"secret_b64": SECRET_B64 + " "}), "invalid_key"),
    ("a PEM as secret", request(key={"secret_b64": b64(PAIRS.pem("RS256")[1].encode())}), "invalid_key"),
    ("a PEM behind spaces as secret", request(key={"secret_b64": b64(b"  " + PAIRS.pem("RS256")[1].encode())}),
     "invalid_key"),
    ("a JWK as secret", request(key={"secret_b64": b64(json.dumps(PAIRS.jwk("RS256")).encode())}), "invalid_key"),
    ("a PEM for HS256", request(key={"pem": PAIRS.pem("RS256")[1]}), "invalid_key"),
    ("a JWK of RSA for HS256", request(key={"jwk": PAIRS.jwk("RS256")}), "invalid_key"),
    ("a JWK", request(key={"jwk": JWK}), "ok"),
    ("a JWK with another algorithm", request(key={"jwk": {**JWK, "alg": "HS512"}}), "invalid_key"),
    ("a JWK for encryption", request(key={"jwk": {**JWK, "use": "enc"}}), "invalid_key"),
    ("a JWK for signatures", request(key={"jwk": {**JWK, "use": "sig", "alg": "HS256"}}), "ok"),
    ("a JWK that may not verify", request(key={"jwk": {**JWK, "key_ops": ["sign"]}}), "invalid_key"),
    ("a JWK with empty key_ops", request(key={"jwk": {**JWK, "key_ops": []}}), "ok"),
    ("a JWK that may verify", request(key={"jwk": {**JWK, "key_ops": ["sign", "verify"]}}), "ok"),
    ("a JWK with key_ops as a string", request(key={"jwk": {**JWK, "key_ops": "verify"}}), "invalid_key"),
    ("a JWK without kty", request(key={"jwk": {"k": SECRET_B64}}), "invalid_key"),
    ("a JWK without k", request(key={"jwk": {"kty": "oct"}}), "invalid_key"),
    ("a JWK with a short secret", request(key={"jwk": {"kty": "oct", "k": "AAAA"}}), "key_too_short"),
    ("an empty JWK", request(key={"jwk": {}}), "invalid_key"),
    ("a single JWK's kid is not compared", request(with_header(kid="a"), key={"jwk": {**JWK, "kid": "b"}}), "ok"),
    ("a bad key for another listed algorithm", request(alg=["HS256", "RS256", "ES256", "EdDSA"]), "ok"),
    ("the key goes before the signature", request(f"{HEADER}.{PAYLOAD}.AAAA", key={"pem": "x"}), "invalid_key"),
    ("the key goes before the signature's base64", request(f"{HEADER}.{PAYLOAD}.!", key={"pem": "x"}), "invalid_key"),
    ("the header goes before the key", request(token(header={"alg": "none"}), key={"pem": "x"}), "unsupported_algorithm"),
]

KEYS = [{**JWK, "kid": "a"}, {"kty": "oct", "k": b64(b"x" * 64), "kid": "b"}]
OTHERS = [{**JWK, "kid": "a", "use": "enc"}, {**JWK, "kid": "a", "alg": "HS512"}, {"kty": "XX", "kid": "a"}, 5, None, {}]
# A request as text, whose set has another entry before the key.
REPEATED = json.dumps(request(with_header(kid="a"), key={"jwks": {"keys": ["OTHER", *KEYS[:1]]}})).replace('"OTHER"', "%s")
SET_ROWS = [
    ("by kid", request(with_header(kid="a"), key={"jwks": {"keys": KEYS}}), "ok"),
    ("by another kid", request(with_header(kid="b"), key={"jwks": {"keys": KEYS}}), "invalid_signature"),
    ("by no known kid", request(with_header(kid="c"), key={"jwks": {"keys": KEYS}}), "no_matching_key"),
    ("by a kid in other case", request(with_header(kid="A"), key={"jwks": {"keys": KEYS}}), "no_matching_key"),
    ("without kid, two keys", request(key={"jwks": {"keys": KEYS}}), "ambiguous_key"),
    ("without kid, one key", request(key={"jwks": {"keys": KEYS[:1]}}), "ok"),
    ("an unknown kid, one key", request(with_header(kid="x"), key={"jwks": {"keys": KEYS[:1]}}), "no_matching_key"),
    ("an empty kid, a key with another", request(with_header(kid=""), key={"jwks": {"keys": KEYS[:1]}}), "no_matching_key"),
    ("an empty kid, a key without", request(with_header(kid=""), key={"jwks": {"keys": [JWK]}}), "no_matching_key"),
    ("an empty kid, a key with it", request(with_header(kid=""), key={"jwks": {"keys": KEYS + [{**JWK, "kid": ""}]}}), "ok"),
    ("an empty kid, a single key", request(with_header(kid=""), key={"jwk": {**JWK, "kid": "b"}}), "ok"),
    ("one key twice", request(with_header(kid="a"), key={"jwks": {"keys": KEYS[:1] * 2}}), "ok"),
    ("a kid twice", request(with_header(kid="a"), key={"jwks": {"keys": [*KEYS[:1], {**KEYS[1], "kid": "a"}]}}), "ambiguous_key"),
    ("an entry that names a member twice is skipped", REPEATED % '{"kty":"RSA","kty":"RSA","kid":"z"}', "ok"),
    ("an entry that repeats its kid is skipped", REPEATED % '{"kty":"oct","kid":"z","kid":"a"}', "ok"),
    ("a set that is named twice", REPEATED.replace('"jwks"', '"jwks":{"keys":[]},"jwks"') % "{}", "invalid_request"),
    ("a name twice beside a set", REPEATED.replace('"alg"', '"x":[{"a":1,"a":2}],"alg"') % "{}", "invalid_request"),
    ("unusable entries are skipped", request(with_header(kid="a"), key={"jwks": {"keys": OTHERS + KEYS}}), "ok"),
    ("only unusable entries", request(with_header(kid="a"), key={"jwks": {"keys": OTHERS}}), "no_matching_key"),
    ("an entry without kid is not for a kid", request(with_header(kid="a"), key={"jwks": {"keys": [JWK]}}),
     "no_matching_key"),
    ("an empty set", request(key={"jwks": {"keys": []}}), "no_matching_key"),
    ("no keys", request(key={"jwks": {}}), "invalid_key"),
    ("keys as an object", request(key={"jwks": {"keys": {}}}), "invalid_key"),
    ("1000 keys", request(with_header(kid="a"), key={"jwks": {"keys": KEYS[:1] + [{}] * 999}}), "ok"),
    ("1001 keys", request(with_header(kid="a"), key={"jwks": {"keys": KEYS[:1] + [{}] * 1000}}), "invalid_key"),
    ("a kid of 1,024 bytes", request(with_header(kid="k" * 1024), key={"jwks": {"keys": [{**JWK, "kid": "k" * 1024}]}}), "ok"),
    ("a kid of 1,025 bytes", request(with_header(kid="k" * 1025), key={"jwks": {"keys": [{**JWK, "kid": "k" * 1025}]}}),
     "no_matching_key"),
    ("a kid with a control character", request(with_header(kid="a\x01"), key={"jwks": {"keys": [{**JWK, "kid": "a\x01"}]}}),
     "no_matching_key"),
    ("a key for the one algorithm, by its alg", request(
        key={"jwks": {"keys": [{**JWK, "alg": "HS256"}, {**JWK, "alg": "HS512"}]}}), "ok"),
    ("another algorithm's key only", request(key={"jwks": {"keys": [{**JWK, "alg": "HS512"}]}}), "no_matching_key"),
    ("a short secret is skipped", request(key={"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}), "no_matching_key"),
    ("crit goes before the set", request(crit(["x"]), key={"jwks": {}}), "unsupported_critical_header"),
]

SIGNATURE_ROWS = [
    ("another secret", request(token(secret=SECRET[::-1])), "invalid_signature"),
    ("cut short", request(f"{HEADER}.{PAYLOAD}.{b64(unb64(SIGNATURE)[:-1])}"), "invalid_signature"),
    ("longer", request(GOOD + "AAAA"), "invalid_signature"),
    ("of another hash", request(token(alg="HS512", header={"alg": "HS256"})), "invalid_signature"),
    ("its base64", request(f"{HEADER}.{PAYLOAD}.!!!!"), "invalid_base64"),
    ("its trailing bits", request(GOOD[:-1] + chr(ord(GOOD[-1]) + 1)), "invalid_base64"),
    ("changed claims", request(f"{HEADER}.{b64(b'{}')}.{SIGNATURE}"), "invalid_signature"),
    ("the signature goes before the payload's base64", request(f"{HEADER}.!.{SIGNATURE}"), "invalid_signature"),
    ("the payload's base64 once it holds", request(signed(HEADER, "!")), "invalid_base64"),
    ("the payload's trailing bits", request(signed(HEADER, "e31")), "invalid_base64"),
]

PAYLOAD_ROWS = [
    ("no JSON", request(token("no")), "invalid_json"),
    ("something behind it", request(token('{"exp":%d}x' % EXP)), "invalid_json"),
    ("white space around it", request(token(' \r\n{"exp":%d}\t ' % EXP)), "ok"),
    ("no UTF-8", request(token(b'{"exp":1,"x":"\xed\xa0\x80"}')), "invalid_json"),
    ("half a surrogate pair", request(token('{"x":"\\udc00"}')), "invalid_json"),
    ("a raw control character", request(token('{"x":"\x01"}')), "invalid_json"),
    ("a raw NUL", request(token(b'{"x":"\x00"}')), "invalid_json"),
    ("a NUL behind it", request(token(b'{"exp":1}\x00')), "invalid_json"),
    ("a byte order mark", request(token(b'\xef\xbb\xbf{"exp":1}')), "invalid_json"),
    ("a list", request(token("[]")), "malformed_token"),
    ("a string", request(token('"x"')), "malformed_token"),
    ("a number", request(token("1")), "malformed_token"),
    ("null", request(token("null")), "malformed_token"),
    ("32 levels", request(token(deep(32))), "ok"),
    ("33 levels", request(token(deep(33))), "invalid_json"),
    ("3000 levels", request(token(deep(1500)), max_token_bytes=100000), "invalid_json"),
    ("a member twice", request(with_claims('"sub":"a","sub":"a"')), "duplicate_member"),
    ("a member twice, once escaped", request(with_claims('"\\u0065xp":1')), "duplicate_member"),
    ("a member twice, deep down", request(with_claims('"x":{"y":[{"a":1,"a":1}]}')), "duplicate_member"),
    ("many members and one twice", request(with_claims(",".join('"m%d":1' % (n % 40) for n in range(41)))),
     "duplicate_member"),
    ("a leading zero", request(with_claims('"x":01')), "invalid_json"),
    ("an infinity", request(with_claims('"x":Infinity')), "invalid_json"),
    ("single quotes", request(with_claims("'x':1")), "invalid_json"),
    ("json goes before exp", request(token('{"exp":1}}')), "invalid_json"),
]


def exp(text, **members):
    return request(token('{"exp":%s}' % text), **members)


def nbf(text, **members):
    return request(with_claims('"nbf":%s' % text), **members)


def iat(text, **members):
    return request(with_claims('"iat":%s' % text), **members)


def at(text, wish, max_age=None):
    """A request with another time, and perhaps another age, both as JSON text."""
    line = json.dumps(wish).replace(f'"now": {NOW}', f'"now": {text}')
    return line if max_age is None else line.replace("{", '{"max_age": %s, ' % max_age, 1)


DATE_ROWS = [
    ("exp now", exp(NOW), "token_expired exp"),
    ("exp in a second", exp(NOW + 1), "ok"),
    ("exp in half a second", exp(f"{NOW}.5"), "token_expired exp"),
    ("exp in one and a half seconds", exp(f"{NOW + 1}.5"), "ok"),
    ("exp with an exponent", exp("17000000.6e2"), "ok"),
    ("exp 0", exp(0), "token_expired exp"),
    ("exp -0", exp("-0"), "token_expired exp"),
    ("exp -1", exp(-1), "token_expired exp"),
    ("exp at the end of the calendar", exp(253402300799), "ok"),
    ("exp behind the end of the calendar", exp(253402300800), "invalid_claim_type exp"),
    ("exp at the end, and a fraction", exp("253402300799.5"), "invalid_claim_type exp"),
    ("exp before the calendar", exp(-62135596801), "invalid_claim_type exp"),
    ("exp over 2^53", exp(2**53 + 1), "invalid_claim_type exp"),
    ("exp over 2^63", exp(2**63), "invalid_claim_type exp"),
    ("exp over 2^64", exp(2**64 + 2000000000), "invalid_claim_type exp"),
    ("exp 1e400", exp("1e400"), "invalid_claim_type exp"),
    ("exp -1e400", exp("-1e400"), "invalid_claim_type exp"),
    ("exp 1e-400", exp("1e-400"), "token_expired exp"),
    ("exp as a string", exp(f'"{EXP}"'), "invalid_claim_type exp"),
    ("exp as null", exp("null"), "invalid_claim_type exp"),
    ("exp as true", exp("true"), "invalid_claim_type exp"),
    ("exp as a list", exp(f"[{EXP}]"), "invalid_claim_type exp"),
    ("exp as an object", exp("{}"), "invalid_claim_type exp"),
    ("exp within the leeway", exp(NOW - 59, leeway=60), "ok"),
    ("exp at the leeway", exp(NOW - 60, leeway=60), "token_expired exp"),
    ("no exp", request(token("{}")), "missing_claim exp"),
    ("no exp, not required", request(token("{}"), required=[]), "ok"),
    ("exp is looked at though not required", exp(1, required=[]), "token_expired exp"),
    ("exp of another type though not required", exp('"x"', required=[]), "invalid_claim_type exp"),
    ("now with a fraction", exp(NOW + 1, now=NOW + 0.9), "ok"),
    ("now with a fraction, at exp", exp(NOW + 1, now=NOW + 1.1), "token_expired exp"),
    ("now negative", exp(0, now=-0.5), "ok"),
    ("now negative, rounded down", exp(-1, now=-0.5), "token_expired exp"),
    ("now as an exponent", at("1.7e9", exp(EXP)), "ok"),
    *((f"now {now[:24]}", at(now, exp(253402300799, leeway=300)), "token_expired exp")
      for now in ("253402301099", "253402301099.0", "1000000000000", "1e12", "1.5e18", "9223372036854775807",
                  "9223372036854775808.5", "1e19", "1e400", "1" * 5000, "1e" + "9" * 5000)),
    *((f"now {now[:24]}", at(now, exp(253402300799, leeway=300)), "ok")
      for now in ("253402301098", "253402301098.9", "25340230109.89e1", "253402301098." + "9" * 5000)),
    *((f"now {now[:24]}", at(now, exp(-62135596800)), "ok")
      for now in ("-62135596801", "-62135596800.1", "-62135596800." + "0" * 5000 + "1", "-1e12", "-9223372036854775808",
                  "-9223372036854775808.5", "-1e19", "-1e400")),
    *((f"now {now[:24]}", at(now, exp(-62135596800)), "token_expired exp") for now in ("-62135596800", "-62135596800.0")),
    *((f"nbf, now {now}", at(now, nbf(-62135596800, leeway=300)), answer) for now, answer in (
        ("-62135597100", "ok"), ("-62135597100.5", "token_not_yet_valid nbf"), ("-1e13", "token_not_yet_valid nbf"))),
    *((f"iat, now {now}", at(now, iat(-62135596800, leeway=300)), answer) for now, answer in (
        ("-62135597100", "ok"), ("-62135597100.5", "issued_in_future iat"), ("-1e13", "issued_in_future iat"))),
    *((f"iat, now {now}, max_age {age}", at(now, request(token('{"iat":%d}' % issued), required=[]), age), answer)
      for now, issued, age, answer in (
          ("1e12", 0, "1e12", "ok"), ("1e12", 0, "999999999999", "token_too_old iat"),
          ("1e12", 0, "9.99999999999e11", "token_too_old iat"), ("1e12", 253402300799, "0", "token_too_old iat"),
          ("1e400", 253402300799, "1e18", "token_too_old iat"), ("1e400", -62135596800, "1e400", "ok"),
          ("-1e400", -62135596800, "1e400", "issued_in_future iat"))),
    ("nbf now", nbf(NOW), "ok"),
    ("nbf in a second", nbf(NOW + 1), "token_not_yet_valid nbf"),
    ("nbf within the present second, rounded down", nbf(f"{NOW}.999"), "ok"),
    ("nbf within the next second", nbf(f"{NOW + 1}.0"), "token_not_yet_valid nbf"),
    ("nbf and now with fractions of one second", nbf(f"{NOW}.9", now=NOW + 0.1), "ok"),
    ("nbf at the leeway", nbf(NOW + 60, leeway=60), "ok"),
    ("nbf beyond the leeway", nbf(NOW + 61, leeway=60), "token_not_yet_valid nbf"),
    ("nbf as a string", nbf('"1"'), "invalid_claim_type nbf"),
    ("nbf as null", nbf("null"), "invalid_claim_type nbf"),
    ("nbf 1e400", nbf("1e400"), "invalid_claim_type nbf"),
    ("iat now", iat(NOW), "ok"),
    ("iat in a second", iat(NOW + 1), "issued_in_future iat"),
    ("iat at the leeway", iat(NOW + 60, leeway=60), "ok"),
    ("iat beyond the leeway", iat(NOW + 61, leeway=60), "issued_in_future iat"),
    ("iat as a string", iat('"1"'), "invalid_claim_type iat"),
    ("iat at the max_age", iat(NOW - 300, max_age=300), "ok"),
    ("iat beyond the max_age", iat(NOW - 301, max_age=300), "token_too_old iat"),
    ("iat with a fraction beyond the max_age", iat(f"{NOW - 301}.5", max_age=300), "token_too_old iat"),
    ("iat beyond the max_age, within the leeway", iat(NOW - 301, max_age=300, leeway=1), "ok"),
    ("max_age 0", iat(NOW, max_age=0), "ok"),
    ("max_age beyond every number", at(NOW, iat(-62135596800), "1e400"), "ok"),
    *((f"max_age {age}", at(NOW, iat(NOW), age), "ok") for age in ("-0", "0.0", "1e3", "10e-1", "12345678901234567890.0")),
    *((f"max_age {age}", at(NOW, iat(NOW), age), "invalid_request")
      for age in ("0.5", "1e-400", "-1e-400", "-0.5", "12345678901234567890.5", "-1e400")),
    ("max_age without iat", request(max_age=300), "missing_claim iat"),
]

NAME_ROWS = [
    ("typ", request(with_header(typ="at+jwt"), typ="at+jwt"), "ok"),
    ("typ in other case", request(with_header(typ="AT+JWT"), typ="at+jwt"), "ok"),
    ("typ with its prefix", request(with_header(typ="application/at+jwt"), typ="at+jwt"), "ok"),
    ("typ asked for with its prefix", request(with_header(typ="at+jwt"), typ="application/at+jwt"), "ok"),
    ("another typ", request(with_header(typ="JWT"), typ="at+jwt"), "invalid_type typ"),
    ("a longer typ", request(with_header(typ="at+jwtx"), typ="at+jwt"), "invalid_type typ"),
    ("no typ", request(typ="at+jwt"), "invalid_type typ"),
    ("iss", request(token(claims(iss="a")), iss="a"), "ok"),
    ("iss from a list", request(token(claims(iss="a")), iss=["b", "a"]), "ok"),
    ("another iss", request(token(claims(iss="b")), iss="a"), "invalid_issuer iss"),
    ("a longer iss", request(token(claims(iss="ab")), iss="a"), "invalid_issuer iss"),
    ("a shorter iss", request(token(claims(iss="a")), iss="ab"), "invalid_issuer iss"),
    ("an iss with a NUL", request(token(claims(iss="a\0b")), iss="a"), "invalid_issuer iss"),
    ("an iss with escapes", request(with_claims('"iss":"\\u0061"'), iss="a"), "ok"),
    ("no iss", request(iss="a"), "missing_claim iss"),
    ("iss as a list", request(token(claims(iss=["a"])), iss="a"), "invalid_claim_type iss"),
    ("iss as a number, not asked for", request(token(claims(iss=1))), "invalid_claim_type iss"),
    ("iss as null", request(token(claims(iss=None))), "invalid_claim_type iss"),
    ("iss, not asked for", request(token(claims(iss="a"))), "ok"),
    ("an empty list of issuers", request(token(claims(iss="a")), iss=[]), "invalid_issuer iss"),
    ("an empty issuer", request(token(claims(iss="")), iss=""), "invalid_issuer iss"),
    ("sub", request(token(claims(sub="a")), sub="a"), "ok"),
    ("another sub", request(token(claims(sub="b")), sub="a"), "invalid_subject sub"),
    ("no sub", request(sub="a"), "missing_claim sub"),
    ("sub as a number", request(token(claims(sub=1))), "invalid_claim_type sub"),
    ("jti as a number", request(token(claims(jti=1))), "invalid_claim_type jti"),
    ("aud", request(token(claims(aud="a")), aud="a"), "ok"),
    ("aud from a list", request(token(claims(aud="a")), aud=["b", "a"]), "ok"),
    ("aud in a list", request(token(claims(aud=["b", "a"])), aud="a"), "ok"),
    ("another aud", request(token(claims(aud="b")), aud="a"), "invalid_audience aud"),
    ("other auds", request(token(claims(aud=["b", "aa", "A"])), aud="a"), "invalid_audience aud"),
    ("an empty aud", request(token(claims(aud="")), aud="a"), "invalid_audience aud"),
    ("an empty list", request(token(claims(aud=[])), aud="a"), "invalid_audience aud"),
    ("a carried aud, not asked for", request(token(claims(aud="a"))), "invalid_audience aud"),
    ("a carried empty list, not asked for", request(token(claims(aud=[]))), "invalid_audience aud"),
    ("no aud", request(aud="a"), "missing_claim aud"),
    ("aud as a number", request(token(claims(aud=1)), aud="a"), "invalid_claim_type aud"),
    ("aud as null", request(token(claims(aud=None)), aud="a"), "invalid_claim_type aud"),
    ("aud with a number in it", request(token(claims(aud=["a", 1])), aud="a"), "invalid_claim_type aud"),
    ("an empty list of audiences", request(token(claims(aud="a")), aud=[]), "invalid_audience aud"),
    ("required", request(token(claims(a=1)), required=["exp", "a"]), "ok"),
    ("required, null", request(token(claims(a=None)), required=["a"]), "ok"),
    ("required, absent", request(required=["exp", "a"]), "missing_claim a"),
    ("required, in other case", request(token(claims(A=1)), required=["exp", "a"]), "missing_claim a"),
    ("required, the first that is absent", request(token(claims(b=1)), required=["exp", "b", "c", "d"]), "missing_claim c"),
    ("required, with an escaped name", request(with_claims('"\\u0061":1'), required=["exp", "a"]), "ok"),
]

# Tokens with two faults: the first in the order is reported.
BAD = {"exp": EXP, "nbf": EXP, "iat": EXP, "iss": "b", "sub": "b", "aud": "b"}
ASKED = {"typ": "x", "iss": "a", "sub": "a", "aud": "a", "required": ["exp", "z"], "max_age": 5}
ORDER_ROWS = [
    ("exp before nbf", request(token({**BAD, "exp": 1}), **ASKED), "token_expired exp"),
    ("a missing exp before nbf", request(token({**BAD, "exp": 1, "nbf": "x"}), **ASKED), "token_expired exp"),
    ("nbf before iat", request(token(BAD), **ASKED), "token_not_yet_valid nbf"),
    ("iat before max_age", request(token({**BAD, "nbf": 1}), **ASKED), "issued_in_future iat"),
    ("max_age before typ", request(token({**BAD, "nbf": 1, "iat": 1}), **ASKED), "token_too_old iat"),
    ("typ before iss", request(token({**BAD, "nbf": 1, "iat": NOW}), **ASKED), "invalid_type typ"),
    ("iss before sub", request(token({**BAD, "nbf": 1, "iat": NOW}), **{**ASKED, "typ": None}), "invalid_issuer iss"),
    ("sub before aud", request(token({**BAD, "nbf": 1, "iat": NOW, "iss": "a"}), **{**ASKED, "typ": None}),
     "invalid_subject sub"),
    ("aud before required", request(token({**BAD, "nbf": 1, "iat": NOW, "iss": "a", "sub": "a"}), **{**ASKED, "typ": None}),
     "invalid_audience aud"),
    ("required before jti", request(token({**BAD, "nbf": 1, "iat": NOW, "iss": "a", "sub": "a", "aud": "a", "jti": 1}),
                                    **{**ASKED, "typ": None}), "missing_claim z"),
    ("jti last", request(token({"exp": EXP, "jti": 1})), "invalid_claim_type jti"),
]

JWS_ROWS = [
    ("any bytes", request(token(b"\x00\xff"), jws=True), "ok"),
    ("no bytes", request(signed(HEADER, ""), jws=True), "ok"),
    ("an expired token", request(token({"exp": 1}), jws=True), "ok"),
    ("no base64url", request(signed(HEADER, "!"), jws=True), "invalid_base64"),
    ("a bad signature", request(f"{HEADER}.{PAYLOAD}.AAAA", jws=True), "invalid_signature"),
    ("an unknown algorithm", request(token(header={"alg": "none"}), jws=True), "unsupported_algorithm"),
    ("crit", request(crit(["x"]), jws=True), "unsupported_critical_header"),
    ("too large", request(jws=True, max_token_bytes=9), "token_too_large"),
    ("a short secret", request(jws=True, key={"secret_b64": ""}), "key_too_short"),
]


class BatchVerify(unittest.TestCase):
    def check(self, rows):
        answers = batch("verify", [row[1] for row in rows])
        for (title, _, wanted), answer in zip(rows, answers):
            with self.subTest(title):
                self.assertEqual(verdict(answer), wanted)

    def test_requests(self):
        self.check(REQUEST_ROWS)

    def test_form(self):
        self.check(FORM_ROWS)

    def test_header(self):
        self.check(HEADER_ROWS)

    def test_single_keys(self):
        self.check(KEY_ROWS)

    def test_key_sets(self):
        self.check(SET_ROWS)

    def test_signatures(self):
        self.check(SIGNATURE_ROWS)

    def test_payloads(self):
        self.check(PAYLOAD_ROWS)

    def test_dates(self):
        self.check(DATE_ROWS)

    def test_names(self):
        self.check(NAME_ROWS)

    def test_order(self):
        self.check(ORDER_ROWS)

    def test_jws(self):
        self.check(JWS_ROWS)

    def test_answers(self):
        header = {"alg": "HS256", "kid": "k", "x5t": "a", "deep": {"a": [1, 2]}}
        good, jws, empty, bad, nameless = batch("verify", [
            request(token(claims(a=[1, {"b": None}]), header=header), id="one"),
            request(token(b"\x00\xff", header=header), jws=True, id={"a": 1}),
            request(signed(HEADER, ""), jws=True),
            request(token({"exp": 1}), id=[1, 2]),
            request(required=["exp", ""]),
        ])
        self.assertEqual(good, {"id": "one", "ok": True, "header": header, "claims": claims(a=[1, {"b": None}])})
        self.assertEqual(jws, {"id": {"a": 1}, "ok": True, "header": header, "payload_b64": "AP8"})
        self.assertEqual(empty["payload_b64"], "")
        self.assertIsNone(empty["id"])
        self.assertEqual(bad, {"id": [1, 2], "ok": False, "error": "token_expired", "claim": "exp",
                               "message": "the token has expired (exp): exp and the leeway have passed",
                               "reason": "exp and the leeway have passed"})
        self.assertEqual((nameless["error"], nameless["claim"]), ("missing_claim", ""))

    def test_numbers_and_order_of_claims_are_kept(self):
        text = '{"z":12345678901234567890123,"a":1e400,"b":0.10,"exp":%d}' % EXP
        done = batch("verify", [request(token(text))])[0]
        self.assertTrue(done["ok"])
        self.assertEqual(done["claims"]["z"], 12345678901234567890123)
        self.assertEqual(list(done["claims"]), ["z", "a", "b", "exp"])

    def test_no_message_holds_a_piece_of_the_token(self):
        marked = [request(token(claims(iss="Tr0ub4dor"), header={"alg": "Tr0ub4dor"})),
                  request(token(claims(iss="Tr0ub4dor")), iss="a"),
                  request(token('{"Tr0ub4dor":1,"Tr0ub4dor":2}')),
                  request(token(header={"alg": "HS256", "crit": ["Tr0ub4dor"]})),
                  request(key={"pem": "Tr0ub4dor"}), request(key={"secret_b64": "Tr0ub4dor"})]
        for answer in batch("verify", marked):
            self.assertFalse(answer["ok"])
            self.assertNotIn("Tr0ub4dor", json.dumps(answer))


class Algorithms(unittest.TestCase):
    """Every algorithm, in every form of key, both ways."""

    def test_every_form_of_key(self):
        requests, titles = [], []
        for alg in PAIRS.PUBLIC_KEY_ALGORITHMS:
            private, public = PAIRS.pem(alg)
            jwk, private_jwk = PAIRS.jwk(alg, "--kid", "k"), PAIRS.jwk(alg, "--kid", "k", "--private")
            by_pem, by_jwk = sign_all([{"claims": claims(), "key": {"pem": private}, "alg": alg},
                                       {"claims": claims(), "key": {"jwk": private_jwk}, "alg": alg}])
            for form, key in {"pem": public, "jwk": jwk, "jwks": {"keys": [jwk]}}.items():
                for signed_token in (by_pem, by_jwk):
                    requests.append(request(signed_token, key={form: key}, alg=[alg]))
                    titles.append(f"{alg} by {form}")
        for title, answer in zip(titles, batch("verify", requests)):
            with self.subTest(title):
                self.assertEqual(verdict(answer), "ok")

    def test_secrets(self):
        for alg in ("HS256", "HS384", "HS512"):
            mine, = sign_all([{"claims": claims(), "key": HS_KEY, "alg": alg}])
            self.assertEqual(mine, token('{"exp":%d}' % EXP, header='{"alg":"%s","typ":"JWT"}' % alg, alg=alg))
            self.assertEqual(verdict(batch("verify", [request(mine, alg=[alg])])[0]), "ok")

    def test_no_algorithm_accepts_another_ones_name(self):
        """The signature is valid, but the header names another algorithm of the same family."""
        families = [["EdDSA", "Ed25519"], ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]]
        for family in families:
            for alg in family:
                key = {"pem": PAIRS.pem(alg)[0]}
                good, = sign_all([{"claims": claims(), "key": key, "alg": alg}])
                others = [other for other in PAIRS.PUBLIC_KEY_ALGORITHMS if other != alg]
                answer, = batch("verify", [request(good, key={"pem": PAIRS.pem(alg)[1]}, alg=others)])
                self.assertEqual(verdict(answer), "algorithm_not_allowed")

    def test_another_algorithms_key(self):
        for alg, other in [("RS256", "ES256"), ("ES256", "ES384"), ("ES256", "ES256K"), ("ES384", "EdDSA"),
                           ("EdDSA", "Ed448"), ("Ed25519", "Ed448"), ("Ed448", "EdDSA"), ("PS256", "Ed25519")]:
            good, = sign_all([{"claims": claims(), "key": {"pem": PAIRS.pem(alg)[0]}, "alg": alg}])
            answer, = batch("verify", [request(good, key={"pem": PAIRS.pem(other)[1]}, alg=[alg, other])])
            wanted = "invalid_signature" if alg == "EdDSA" else "invalid_key"  # EdDSA takes either curve
            with self.subTest(f"{alg} by a key for {other}"):
                self.assertEqual(verdict(answer), wanted)

    def test_private_keys_do_not_verify(self):
        for alg in ("RS256", "ES256", "EdDSA"):
            good, = sign_all([{"claims": claims(), "key": {"pem": PAIRS.pem(alg)[0]}, "alg": alg}])
            forms = [{"pem": PAIRS.pem(alg)[0]}, {"jwk": PAIRS.jwk(alg, "--private")}]
            for answer in batch("verify", [request(good, key=key, alg=[alg]) for key in forms]):
                self.assertEqual(verdict(answer), "invalid_key")
            answer, = batch("verify", [request(good, key={"jwks": {"keys": [PAIRS.jwk(alg, "--private")]}}, alg=[alg])])
            self.assertEqual(verdict(answer), "no_matching_key")

    def test_bad_keys(self):
        rsa, ec, ed = PAIRS.jwk("RS256"), PAIRS.jwk("ES256"), PAIRS.jwk("Ed25519")
        small = int.from_bytes(unb64(rsa["n"]), "big") >> 1032 | 1

        def number(value):
            return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))

        rows = [
            ("RSA of 1016 bits", "RS256", {**rsa, "n": number(small)}, "key_too_short"),
            ("RSA of 2047 bits", "RS256", {**rsa, "n": number(int.from_bytes(unb64(rsa["n"]), "big") >> 1 | 1)},
             "key_too_short"),
            ("RSA of 16392 bits", "RS256", {**rsa, "n": b64(b"\xff" * 2049)}, "invalid_key"),
            ("RSA with an even modulus", "PS256", {**rsa, "n": b64(unb64(rsa["n"])[:-1] + b"\0")}, "invalid_key"),
            *((f"RSA with exponent {e}", "RS256", {**rsa, "e": number(e)}, "invalid_key")
              for e in (1, 2, 3, 65536, 65535, 2**64 + 1)),
            ("RSA with a leading zero", "RS256", {**rsa, "n": b64(b"\0" + unb64(rsa["n"]))}, "invalid_signature"),
            ("RSA with padding", "RS256", {**rsa, "n": rsa["n"] + "="}, "invalid_signature"),
            ("RSA without e", "RS256", {"kty": "RSA", "n": rsa["n"]}, "invalid_key"),
            ("RSA with another kty", "RS256", {**rsa, "kty": "EC"}, "invalid_key"),
            ("EC off the curve", "ES256", {**ec, "y": ec["x"]}, "invalid_key"),
            ("EC at zero", "ES256", {**ec, "x": b64(b"\0" * 32), "y": b64(b"\0" * 32)}, "invalid_key"),
            ("EC with a coordinate cut short", "ES256", {**ec, "x": b64(unb64(ec["x"])[:-1])}, "invalid_key"),
            ("EC with a coordinate too long", "ES256", {**ec, "x": b64(b"\1" + unb64(ec["x"]))}, "invalid_key"),
            ("EC with a leading zero", "ES256", {**ec, "x": b64(b"\0" + unb64(ec["x"]))}, "invalid_signature"),
            ("EC of another curve's name", "ES256", {**ec, "crv": "P-384"}, "invalid_key"),
            ("EC of an unknown curve", "ES256", {**ec, "crv": "P-192"}, "invalid_key"),
            *((f"Ed25519 at {y}", "Ed25519", {**ed, "x": b64(y.to_bytes(32, "little"))}, "invalid_key")
              for y in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 | 1, 2**256 - 1)),
            ("Ed25519 cut short", "EdDSA", {**ed, "alg": "EdDSA", "x": b64(unb64(ed["x"])[:-1])}, "invalid_key"),
            ("Ed25519 for EdDSA by its alg", "EdDSA", ed, "invalid_key"),
        ]
        requests = [request(f"{b64(as_bytes({'alg': alg}))}.{PAYLOAD}.AAAA", key={"jwk": jwk}, alg=[alg])
                    for _, alg, jwk, _ in rows]
        for (title, _, _, wanted), answer in zip(rows, batch("verify", requests)):
            with self.subTest(title):
                self.assertEqual(verdict(answer), wanted)

    def test_a_public_key_as_secret(self):
        """Algorithm confusion: HS256 with the text of a public RSA key as the secret."""
        public = PAIRS.pem("RS256")[1]
        forged = token(secret=public.encode())
        for alg in (["RS256"], ["RS256", "HS256"], ["HS256"]):
            answer, = batch("verify", [request(forged, key={"pem": public}, alg=alg)])
            self.assertEqual(verdict(answer), "algorithm_not_allowed" if alg == ["RS256"] else "invalid_key")

    def test_invalid_signatures(self):
        order = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
        good, = sign_all([{"claims": claims(), "key": {"pem": PAIRS.pem("ES256")[0]}, "alg": "ES256"}])
        text, _, signature = good.rpartition(".")
        r, s = (int.from_bytes(half, "big") for half in (unb64(signature)[:32], unb64(signature)[32:]))

        def raw(first, second):
            return first.to_bytes(32, "big") + second.to_bytes(32, "big")

        rows = [("zeros", raw(0, 0)), ("r zero", raw(0, s)), ("s zero", raw(r, 0)), ("r of the order", raw(order, s)),
                ("s of the order", raw(r, order)), ("all ones", b"\xff" * 64), ("one byte short", unb64(signature)[:63]),
                ("one byte long", unb64(signature) + b"\0"), ("empty", b""), ("four bytes", b"\0" * 4),
                ("halves changed", raw(s, r)),
                ("DER", b"\x30\x44\x02\x20" + unb64(signature)[:32] + b"\x02\x20" + unb64(signature)[32:])]
        requests = [request(f"{text}.{b64(made)}", key={"pem": PAIRS.pem("ES256")[1]}, alg=["ES256"]) for _, made in rows]
        for (title, _), answer in zip(rows, batch("verify", requests)):
            with self.subTest(title):
                self.assertEqual(verdict(answer), "invalid_signature")
        mirrored = request(f"{text}.{b64(raw(r, order - s))}", key={"pem": PAIRS.pem("ES256")[1]}, alg=["ES256"])
        self.assertEqual(verdict(batch("verify", [mirrored])[0]), "ok")

    def test_lengths_of_other_signatures(self):
        for alg in ("RS256", "PS256", "EdDSA", "Ed448", "ES512"):
            good, = sign_all([{"claims": claims(), "key": {"pem": PAIRS.pem(alg)[0]}, "alg": alg}])
            text, _, signature = good.rpartition(".")
            made = unb64(signature)
            changed = [made[:-1], made + b"\0", b"\0" + made, b"\0" * len(made), b"\xff" * len(made), made[:4], made * 2]
            key = {"pem": PAIRS.pem(alg)[1]}
            for answer in batch("verify", [request(f"{text}.{b64(one)}", key=key, alg=[alg]) for one in changed]):
                with self.subTest(alg):
                    self.assertEqual(verdict(answer), "invalid_signature")


if __name__ == "__main__":
    unittest.main()
