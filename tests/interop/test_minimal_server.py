#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The smallest example server accepts tokens of PyJWT and golang-jwt, and both accept the tokens that it issues.
# packages: libcpp-httplib-dev libcli11-dev python3-jwt jwt
# label: all
import json
import pathlib
import subprocess
import sys
import time
import unittest

import jwt
from both_directions import SECRET, Folder, other_signature

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "servers"))

from running import Server  # noqa: E402

FOLDER = Folder()
SECRET_FILE = FOLDER.write("secret", SECRET)


def golang(*arguments):
    done = subprocess.run(["jwt", "-alg", "HS256", "-key", SECRET_FILE, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    return done.stdout.decode().strip() if done.returncode == 0 else None


class MinimalServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("minimal", JWT_SECRET=SECRET.decode()).start()

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    def status(self, token):
        return self.server.ask("GET", "/protected", [("Authorization", f"Bearer {token}")]).status

    def generated(self):
        return self.server.ask("GET", "/generate", [("Accept", "application/json")]).json()["access_token"]

    def test_the_server_accepts_their_tokens(self):
        claims = {"sub": "somebody", "exp": int(time.time()) + 600}
        theirs = (jwt.encode(claims, SECRET, algorithm="HS256"), golang("-sign", FOLDER.write("claims", json.dumps(claims))))
        for token in theirs:
            self.assertEqual(self.status(token), 200)
            self.assertEqual(self.status(other_signature(token)), 401)
        self.assertEqual(self.status(jwt.encode({**claims, "exp": 1}, SECRET, algorithm="HS256")), 401)

    def test_they_accept_the_servers_tokens(self):
        token = self.generated()
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_aud": False})
        read = golang("-verify", FOLDER.write("token", token), "-compact")
        self.assertIsNotNone(read)
        self.assertEqual(json.loads(read), claims)
        self.assertIsNone(golang("-verify", FOLDER.write("token", other_signature(token)), "-compact"))
        with self.assertRaises(jwt.InvalidSignatureError):
            jwt.decode(other_signature(token), SECRET, algorithms=["HS256"])


if __name__ == "__main__":
    unittest.main()
