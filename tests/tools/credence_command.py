# SPDX-License-Identifier: MIT
# Shared by the tests of the command: functions that run it, batches, and tokens signed with Python's own HMAC.
import base64
import hashlib
import hmac
import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

BINARY = pathlib.Path(os.environ.get("CREDENCE_BIN", "build/dev/bin")).resolve() / "credence"
NOW = 1700000000
SECRET = b"a secret that is long enough for every hash: 64 bytes, for SHA-512"[:64]
HMAC_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

if not BINARY.exists():
    print(f"{BINARY} is not there: the tools are not built")
    sys.exit(77)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_bytes(part):
    """A part of a token: bytes unchanged, text as UTF-8, anything else as JSON."""
    if isinstance(part, bytes):
        return part
    return (part if isinstance(part, str) else json.dumps(part)).encode()


def signed(header_segment, payload_segment, secret=SECRET, alg="HS256"):
    """A token of two segments that are already encoded."""
    text = f"{header_segment}.{payload_segment}"
    return f"{text}.{b64(hmac.new(secret, text.encode(), HMAC_HASHES[alg]).digest())}"


def token(payload=None, header=None, secret=SECRET, alg="HS256"):
    """A token with any header, any payload and a valid signature."""
    header = {"alg": alg} if header is None else header
    payload = {"exp": NOW + 60} if payload is None else payload
    return signed(b64(as_bytes(header)), b64(as_bytes(payload)), secret, alg)


HS_KEY = {"secret_b64": b64(SECRET)}


def request(given_token=None, **members):
    """A valid request, unless the members change that. A member that is None is left out."""
    whole = {"token": token() if given_token is None else given_token, "key": HS_KEY, "alg": ["HS256"], "now": NOW}
    whole.update(members)
    return {name: value for name, value in whole.items() if value is not None}


def raw_batch(command, data):
    """The output bytes for input bytes."""
    done = subprocess.run([BINARY, command, "--batch"], input=data, capture_output=True, timeout=300, check=False)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"batch ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def batch(command, requests):
    """The answers to requests: objects, or lines as text or bytes."""
    lines = [line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else json.dumps(line).encode()
             for line in requests]
    answers = raw_batch(command, b"".join(line + b"\n" for line in lines)).decode().split("\n")
    if answers.pop() != "" or len(answers) != len(lines):
        raise AssertionError(f"{len(lines)} requests had {len(answers)} answers")
    return [json.loads(answer) for answer in answers]


def verdict(answer):
    """An answer in one word, or two: `ok`, `token_expired exp`."""
    if answer["ok"]:
        return "ok"
    return " ".join(filter(None, [answer["error"], answer.get("claim")]))


def sign_all(requests):
    """The tokens that `sign --batch` makes."""
    answers = batch("sign", requests)
    for answer in answers:
        if not answer["ok"]:
            raise AssertionError(f"sign refused: {answer}")
    return [answer["token"] for answer in answers]


def on_terminal(*arguments, stdin=b"", env=None):
    """The output of the command on a terminal."""
    try:
        leader, follower = pty.openpty()
    except OSError as fault:  # in a chroot without /dev/pts
        print(f"left out: what a terminal shows ({fault})", flush=True)
        raise unittest.SkipTest(str(fault)) from fault
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", **(env or {})}
    child = subprocess.Popen([BINARY, *arguments], stdin=subprocess.PIPE, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    child.stdin.write(stdin)
    child.stdin.close()
    shown = b""
    try:
        while chunk := os.read(leader, 65536):
            shown += chunk
    except OSError:  # Linux reports EIO at the end
        pass
    os.close(leader)
    child.wait()
    return shown.decode().replace("\r\n", "\n")


def run(*arguments, stdin=b"", env=None, cwd=None):
    """Runs the command; output and error as text."""
    environment = {**os.environ, **(env or {})}
    done = subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, timeout=120, env=environment, cwd=cwd,
                          check=False)
    done.out = done.stdout.decode()
    done.err = done.stderr.decode()
    return done


class Folder:
    """A temporary folder, and files in it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def write(self, name, content):
        file = self.path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    def name(self, name):
        return str(self.path / name)


class KeyPairs:
    """A key pair for each algorithm, made once by `keygen`: private and public, as PEM and as JWK."""

    PUBLIC_KEY_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K",
                             "EdDSA", "Ed25519", "Ed448"]
    SHARED = {"RS384": "RS256", "RS512": "RS256", "PS256": "RS256", "PS384": "RS256", "PS512": "RS256",
              "Ed25519": "EdDSA"}

    def __init__(self):
        self.folder = Folder()
        self.made = {}

    def pem(self, alg):
        """The private and the public key in PEM."""
        name = self.SHARED.get(alg, alg)
        if name not in self.made:
            private, public = self.folder.name(name + ".key"), self.folder.name(name + ".pub")
            done = run("keygen", name, "--out", private, "--pub", public)
            if done.returncode != 0:
                raise AssertionError(done.err)
            self.made[name] = (pathlib.Path(private).read_text(), pathlib.Path(public).read_text())
        return self.made[name]

    def jwk(self, alg, *options):
        """The public key as a JWK, or with `--private` the private one."""
        done = run("jwk", "--alg", alg, "--to", "jwk", *options, stdin=self.pem(alg)[0].encode())
        if done.returncode != 0:
            raise AssertionError(done.err)
        return json.loads(done.out)
