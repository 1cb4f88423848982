#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The page on the command: each line of its recipes works as written, it lists exactly the command's opt-outs, and its table of
# commands is the one of `credence --help`.
# packages: libcli11-dev curl
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/command.md").read_text(encoding="utf-8")
BINARY = pathlib.Path(os.environ.get("CREDENCE_BIN", "build/dev/bin")).resolve() / "credence"

if not BINARY.exists():
    print(f"{BINARY} is not there: the tools are not built")
    sys.exit(77)


def told_by(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stdout


class Issuer:
    """Publishes keys.json of a folder as an issuer does."""

    def __init__(self, folder):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                is_document = self.path == "/.well-known/openid-configuration"
                document = json.dumps({"issuer": issuer.url, "jwks_uri": issuer.url + "/set"}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(document if is_document else (folder / "keys.json").read_bytes())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Command(unittest.TestCase):
    def test_each_recipe_works(self):
        recipes = re.search(r"^## Recipes$.*?^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]
        lines = [line for line in recipes.splitlines() if line and not line.startswith("#")]
        self.assertGreater(len(lines), 8)
        with tempfile.TemporaryDirectory() as name, Issuer(pathlib.Path(name)) as issuer:
            folder = pathlib.Path(name)
            variables = {"PATH": f"{BINARY.parent}:{os.environ['PATH']}", "JWT_SECRET": "0123456789abcdef0123456789abcdef",
                         "URL": issuer.url + "/api"}
            # The recipes use an issuer on this machine.
            run = lambda line: subprocess.run(["sh", "-c", line.replace("https://id.example", issuer.url)], cwd=folder,
                                              env=variables, capture_output=True, text=True, timeout=60,
                                              stdin=subprocess.DEVNULL)
            # Files that the recipes assume: a second key, and a key set with a token of its issuer.
            run("credence keygen EdDSA --pub other.pub --out other.pem")
            for line in lines:
                if "keys.json" in line and not (folder / "keys.json").exists():
                    run("credence jwk --kid auto key.pub other.pub > keys.json")
                    run("credence sign --key key.pem --iss https://id.example --sub 42 --aud api --exp 15m > token")
                done = run(line)
                self.assertEqual(done.returncode, 0, (line, done.stdout, done.stderr))

    def test_the_opt_outs_are_those_of_the_command(self):
        section = re.search(r"^## Opt-outs$(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)[1]
        names = re.search(r"loosens one rule:(.*?);", section, re.DOTALL)[1]
        source = (ROOT / "tools/opt_outs.cpp").read_text(encoding="utf-8")
        self.assertEqual(sorted(re.findall(r"`(\w+)`", names)), sorted(re.findall(r'^    \{"(\w+)",', source, re.MULTILINE)))
        help_text = told_by("verify", "--help")
        for option in re.findall(r"`(--[\w-]+)`", section):
            self.assertIn(option, help_text)

    def test_the_table_has_each_command(self):
        table = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
        listed = re.search(r"^Subcommands:$\n(.*?)(?=^\S|\Z)", told_by("--help"), re.MULTILINE | re.DOTALL | re.IGNORECASE)[1]
        commands = set(re.findall(r"^  (\w+) ", listed, re.MULTILINE))
        self.assertGreaterEqual(len(commands), 7)
        self.assertEqual(table, commands)


if __name__ == "__main__":
    unittest.main()
