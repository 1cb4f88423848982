#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Runs the commands in the READMEs of the example servers unchanged: each line that starts a server starts one, and each curl
# request gets the described answer.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev libboost-dev curl openssl
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

from account_client import SECRET
from running import BIN, ROOT, Server

TOKEN = r"[\w-]+\.[\w-]+\.[\w-]+"
JWKS = ('{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","alg":"EdDSA",'
        '"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}')


def blocks(name):
    """The blocks of commands in a README."""
    text = (ROOT / "examples" / name / "README.md").read_text()
    return re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


class Readmes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}

    def sh(self, text):
        done = subprocess.run(["sh", "-euc", text], cwd=self.folder, env=self.variables, capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, (text, done.stderr))
        return done.stdout

    def curl(self, name, address, **variables):
        """The output of each block of requests. curl connects to the test's port, without a change of the lines."""
        with Server(name, **variables) as server:
            (self.folder / ".curlrc").write_text(f'connect-to = "{address}:127.0.0.1:{server.port}"\n')
            return [self.sh(block) for block in blocks(name) if block.startswith(("curl ", "export ", "TOKEN="))]

    def assert_each(self, said, expected):
        self.assertEqual(len(said), len(expected), said)
        for answer, pattern in zip(said, expected):
            self.assertRegex(answer, f"(?s)^{pattern}$")

    def test_login(self):
        token = rf'\{{"access_token":"{TOKEN}","token_type":"Bearer","expires_in":300\}}'
        self.assert_each(self.curl("login", "localhost:3000"),
                         [r"Welcome to the public area :\)", token, token, "Welcome to the protected area, foo!",
                          r'\{"error":"Invalid token"\}'])

    def test_account(self):
        (said,) = self.curl("account", "localhost:8000", JWT_SECRET=SECRET)
        user = r'\{"data":\{"user":\{"createdAt":[^}]*"ada@example.com"[^}]*\}\},"status":"success"\}'
        self.assert_each([said], [user + rf'\{{"status":"success","token":"{TOKEN}"\}}' + user + r'\{"status":"success"\}'])

    def test_todos(self):
        (said,) = self.curl("todos", "localhost:3000")
        self.assertEqual(said, '{"id":1,"text":"read RFC 6750"}[{"id":1,"text":"read RFC 6750"}]')

    def test_minimal(self):
        (said,) = self.curl("minimal", "127.0.0.1:3000")
        self.assertRegex(said, rf"^Generated JWT: {TOKEN}HTTP/1.1 200 OK")
        self.assertIn("This is a protected route!", said)
        self.assertRegex(said, rf'"access_token":"{TOKEN}"')
        self.assertIn('"status":401', said)  # the refresh token in the README is three dots

    def test_every_line_that_starts_a_server_starts_one(self):
        # A replacement for examples/run, which would build each program first: it starts the built program at a free port.
        (self.folder / "examples").mkdir()
        stub = self.folder / "examples/run"
        stub.write_text(f'#!/bin/sh\nname=${{1:-account}}\n[ $# -eq 0 ] || shift\ncase $1 in migrate) ;; *) set -- "$@" --port 0 ;; '
                        f'esac\nexec "{BIN.resolve()}/$name" "$@"\n')
        stub.chmod(0o755)
        (self.folder / "keys.json").write_text(JWKS)
        self.sh("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out private.pem")
        started = 0
        for readme in sorted(ROOT.glob("examples/*/README.md")):
            for line in "".join(blocks(readme.parent.name)).splitlines():
                if not re.match(r"(JWT_SECRET=\S+( \S+ \S+\))? )?examples/run", line) or "redis://" in line or "&" in line:
                    continue
                if not (BIN / readme.parent.name).exists():
                    print(f"skipped, because it is not built: {line}")
                    continue
                with self.subTest(line):
                    self.start(line)
                    started += 1
        self.assertGreater(started, 10)

    def start(self, line):
        process = subprocess.Popen(["sh", "-c", line], cwd=self.folder, env=self.variables, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            said = process.stdout.readline()
            if "migrate" not in line:
                self.assertIn("http://127.0.0.1:", said)
                os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=30)
            # If the shell did not exec the server, the signal ends the shell, too.
            self.assertIn(process.returncode, (0, -signal.SIGTERM) if "migrate" not in line else (0,), line)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()


if __name__ == "__main__":
    unittest.main()
