# SPDX-License-Identifier: MIT
# Starts an example server in a folder of its own, at a free port, sends it requests, and stops it. For the tests in this
# folder.
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import raw_http

BIN = pathlib.Path(os.environ.get("CREDENCE_BIN", "build/dev/bin"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


def eventually(condition, seconds=20, what="the condition"):
    """Waits until a condition is true that another process causes. Returns its value."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        select.select([], [], [], 0.02)


def build_says(text):
    """Whether the configuration of the tested build has this text."""
    cache = BIN.parent / "CMakeCache.txt"
    return cache.exists() and text in cache.read_text()


def must_be_built(name):
    """Skips the whole test if a program is missing, before any process is started."""
    if not (BIN / name).exists():
        print(f"{name} is not built")
        sys.exit(77)


class Server:
    """An example server: `with Server("account", JWT_SECRET=…) as server: … server.port …`. SIGTERM must
    end it with status 0. The leak checker of the sanitizers needs a normal exit, too."""

    def __init__(self, name, *arguments, folder=None, **variables):
        must_be_built(name)
        self.command = [str((BIN / name).resolve()), "--port", "0", *arguments]
        self.owns_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix=f"credence-{name}-"))
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
                if key in os.environ}
        self.variables = kept | variables
        self.log_path = self.folder / "log"
        self.process = None
        self.port = 0

    def start(self):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.variables, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline().decode()
        found = re.search(r":(\d+)\s*$", line)
        if not found:
            self.process.wait(20)
            raise AssertionError(f"the server did not start: {line}{self.log_text()}")
        self.port = int(found[1])
        return self

    def stop(self):
        """Sends SIGTERM, and returns the exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.process.stdout.close()
        self.process = None
        return status

    def kill(self):
        """Kills it, as a power cut would end the process."""
        self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()
        self.process = None

    def log_text(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log(self):
        return [json.loads(line) for line in self.log_text().splitlines()]

    def __enter__(self):
        return self.start()

    def __exit__(self, kind=None, *_):
        status = 0 if self.process is None else self.stop()
        said = self.log_text()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        assert kind or status == 0, f"ended by SIGTERM with status {status}: {said[-4000:]}"

    def connect(self):
        return raw_http.Connection(self.port)

    def raw(self, data):
        with self.connect() as connection:
            connection.send(data)
            return connection.read_answer()

    def ask(self, method, path, fields=(), body=None):
        """One request on a connection of its own."""
        return raw_http.ask(self.port, method, path, fields, body)

    def get(self, path, *fields):
        return self.ask("GET", path, fields)

    def post(self, path, body, *fields):
        """The body is a text, or a value that is sent as JSON."""
        return self.ask("POST", path, ["Content-Type: application/json", *fields],
                        body if isinstance(body, str) else json.dumps(body))


def run(name, *arguments, folder, **variables):
    """Runs a program to its end. Returns exit status, stdout and stderr."""
    kept = {"PATH": os.environ["PATH"]}
    done = subprocess.run([str((BIN / name).resolve()), *arguments], cwd=folder, env=kept | variables,
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def run_all(tests):
    """Runs the functions of a module whose names begin with test_."""
    for name, test in list(tests.items()):
        if name.startswith("test_"):
            print(name, flush=True)
            test()
