# SPDX-License-Identifier: MIT
# Makes and reads tokens without the library, for the tests in this folder.
import base64
import hashlib
import hmac
import json

SECRET = "a secret for tests, 32 bytes or more"


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(**claims):
    text = _encode(b'{"alg":"HS256","typ":"JWT"}') + "." + _encode(json.dumps(claims).encode())
    return text + "." + _encode(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


def bearer(token):
    """The line of a request that carries a token."""
    return f"Authorization: Bearer {token}"


def _part(token, number):
    part = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def header_of(token):
    return _part(token, 0)


def claims_of(token):
    return _part(token, 1)


def forge(token):
    """The same token with one bit of its signature changed."""
    start, signature = token.rsplit(".", 1)
    return f"{start}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
