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


def eventually(condition, seconds=20, what="what was waited for"):
    """Waits for a condition that another process brings about; gives what it gives."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about in {seconds} s")
        select.select([], [], [], 0.02)


def build_says(text):
    """Whether the build that is tested was configured so."""
    cache = BIN.parent / "CMakeCache.txt"
    return cache.exists() and text in cache.read_text()


def must_be_built(name):
    """Skips the whole test when a program is not there: before anything is started that would stay."""
    if not (BIN / name).exists():
        print(f"{name} is not built")
        sys.exit(77)


class Server:
    """An example server: `with Server("account", JWT_SECRET=…) as server: … server.port …`. It must end by SIGTERM with
    status 0, which is also what the leak checker of the sanitizers wants."""

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
        """Asks it to end, and gives its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.process.stdout.close()
        self.process = None
        return status

    def kill(self):
        """Ends it as a power cut would, as far as the process goes."""
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
        """The body is a text, or anything that is JSON."""
        return self.ask("POST", path, ["Content-Type: application/json", *fields],
                        body if isinstance(body, str) else json.dumps(body))


def run(name, *arguments, folder, **variables):
    """Runs a program to its end: exit status, what it said, what it complained about."""
    kept = {"PATH": os.environ["PATH"]}
    done = subprocess.run([str((BIN / name).resolve()), *arguments], cwd=folder, env=kept | variables,
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def run_all(tests):
    """Runs the functions of a module that begin with test_, each by name."""
    for name, test in list(tests.items()):
        if name.startswith("test_"):
            print(name, flush=True)
            test()
