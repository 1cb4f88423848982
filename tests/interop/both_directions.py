# SPDX-License-Identifier: MIT
# Keys and the credence command, shared by the tests against other implementations.
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

# These imports need the path above. Other tests import the names from here.
from credence_command import SECRET, Folder, KeyPairs, b64, run, unb64  # noqa: E402

__all__ = ["SECRET", "Folder", "KeyPairs", "KeyFiles", "b64", "credence_signs", "credence_verifies", "other_signature", "run",
           "unb64"]


class KeyFiles:
    """The private and the public key of an algorithm, as files in PEM or as JWK; for HS*, the secret twice."""

    def __init__(self):
        self.pairs = KeyPairs()
        self.folder = Folder()

    def pem(self, alg):
        if alg.startswith("HS"):
            return (self.folder.write("secret", SECRET),) * 2
        return tuple(self.folder.write(f"{alg}.{half}", text) for half, text in zip(("key", "pub"), self.pairs.pem(alg)))

    def jwk(self, alg):
        if alg.startswith("HS"):
            return (self.folder.write("secret.jwk", json.dumps({"kty": "oct", "k": b64(SECRET), "alg": alg})),) * 2
        whole, public = self.pairs.jwk(alg, "--private"), self.pairs.jwk(alg)
        return self.folder.write(f"{alg}.jwk", json.dumps(whole)), self.folder.write(f"{alg}.pub.jwk", json.dumps(public))


def credence_signs(key, alg, *options):
    done = run("sign", "--key", key, "--alg", alg, "--exp", "1h", "--claim", "text=ä€😀", "--claim", "n:=[1,null]", *options)
    if done.returncode != 0:
        raise AssertionError(done.err)
    return done.out.strip()


def credence_verifies(key, alg, token, *options):
    """The claims, or the error code."""
    done = run("verify", "--key", key, "--alg", alg, "--allow-missing-exp", "--json", *options, stdin=token.encode())
    return json.loads(done.out) if done.returncode == 0 else json.loads(done.err)["error"]


def other_signature(token):
    """The token with one bit of its signature changed."""
    text, _, signature = token.rpartition(".")
    changed = bytearray(unb64(signature))
    changed[len(changed) // 2] ^= 1
    return f"{text}.{b64(bytes(changed))}"
