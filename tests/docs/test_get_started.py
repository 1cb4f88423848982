#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The page Get started can be followed line by line: its pieces for cpp-httplib, put together as its first sentences say, build with
# the page's command and nothing else, and the server greets the owner of the token that it prints.
# packages: libcpp-httplib-dev curl
# label: source all
import os
import pathlib
import pty
import re
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/get_started.md").read_text(encoding="utf-8")


def blocks(language):
    """The blocks of the page, without those of the other stacks."""
    page = re.sub(r"^### Boost\.Beast$.*?(?=^## )", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def program(port):
    """Includes, then types, then main, in which the server listens last."""
    code = blocks("cpp")
    includes = re.findall(r"^#include .*\n", "".join(code), re.MULTILINE)
    types, *rest = (re.sub(r"^#include .*\n", "", block, flags=re.MULTILINE) for block in code)
    body = "".join(rest)
    listening = re.search(r"^server\.listen\(.*\n", body, re.MULTILINE)[0]
    body = body.replace(listening, "") + listening.replace("8080", str(port))
    return "".join(dict.fromkeys(includes)) + types + "int main() {\n" + body + "}\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class GetStarted(unittest.TestCase):
    def test_the_server_greets_the_owner_of_the_token(self):
        shell = "".join(blocks("sh"))
        build = re.search(r"^g\+\+ .*$", shell, re.MULTILINE)[0]
        asking = re.search(r"^curl -H .*?(?= +#)", shell, re.MULTILINE)[0]
        port = free_port()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "server.cpp").write_text(program(port), encoding="utf-8")
            (folder / "include").symlink_to(ROOT / "include")
            done = subprocess.run(["sh", "-c", build], cwd=folder, capture_output=True, text=True, timeout=550)
            self.assertEqual(done.returncode, 0, done.stderr)
            screen, terminal = pty.openpty()
            server = subprocess.Popen([folder / "server"], stdout=terminal, env={**os.environ, "JWT_SECRET": "s" * 32})
            try:
                token = os.read(screen, 4096).decode().strip()
                self.assertEqual(self.answer(asking.replace("8080", str(port)), token), "hello 42, admin")
            finally:
                server.kill()
                server.wait()
                os.close(screen)
                os.close(terminal)

    def answer(self, asking, token):
        """What the server says, once it listens."""
        for _ in range(50):
            done = subprocess.run(["sh", "-c", asking], env={**os.environ, "TOKEN": token}, capture_output=True, text=True, timeout=60)
            if done.returncode == 0:
                return done.stdout
            time.sleep(0.1)
        self.fail(done.stderr)


if __name__ == "__main__":
    unittest.main()
