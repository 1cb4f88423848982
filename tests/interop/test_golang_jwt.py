#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The command `jwt` of golang-jwt and credence read each other's tokens, in each algorithm that `jwt` supports.
# packages: libcli11-dev jwt
# label: all
import json
import subprocess
import unittest

from both_directions import Folder, KeyFiles, credence_signs, credence_verifies, other_signature

FILES = KeyFiles()
FOLDER = Folder()
ALGORITHMS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "EdDSA"]
CLAIMS = {"sub": "ä€😀", "n": [1, None], "exp": 4102444800}


def golang(*arguments):
    return subprocess.run(["jwt", *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)


class GolangJwt(unittest.TestCase):
    def test_both_directions(self):
        claims = FOLDER.write("claims", json.dumps(CLAIMS))
        for alg in ALGORITHMS:
            with self.subTest(alg):
                private, public = FILES.pem(alg)
                done = golang("-alg", alg, "-key", private, "-sign", claims)
                self.assertEqual(done.returncode, 0, done.stderr)
                theirs = done.stdout.decode().strip()
                self.assertEqual(credence_verifies(public, alg, theirs), CLAIMS)
                self.assertEqual(credence_verifies(public, alg, other_signature(theirs)), "invalid_signature")
                ours = credence_signs(private, alg)
                read = golang("-alg", alg, "-key", public, "-verify", FOLDER.write("token", ours), "-compact")
                self.assertEqual(read.returncode, 0, read.stderr)
                self.assertEqual(json.loads(read.stdout)["text"], "ä€😀")
                refused = golang("-alg", alg, "-key", public, "-verify", FOLDER.write("token", other_signature(ours)))
                self.assertNotEqual(refused.returncode, 0)


if __name__ == "__main__":
    unittest.main()
