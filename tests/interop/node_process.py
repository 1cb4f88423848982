# SPDX-License-Identifier: MIT
# Runs node programs for the tests in this folder. Their npm packages come from tests/interop/install, from the folder that
# CREDENCE_NODE names, or from NODE_PATH.
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def folder_of_packages(*names):
    """The folder of the npm packages; skips the test if they are missing."""
    places = [os.environ.get("CREDENCE_NODE", ""), *os.environ.get("NODE_PATH", "").split(os.pathsep), str(ROOT / "build/node")]
    for place in filter(None, places if shutil.which("node") else []):
        for modules in (pathlib.Path(place), pathlib.Path(place, "node_modules")):
            if all((modules / name / "package.json").exists() for name in names):
                return str(modules.parent)
    print(f"node with the npm packages {', '.join(names)} is missing; tests/interop/install installs them")
    sys.exit(77)


class NodeProcess:
    """A script of this folder. It reads one JSON request a line, writes one answer a line, and ends at the end of its input."""

    def __init__(self, script, *packages, arguments=()):
        command = ["node", ROOT / "tests/interop" / script, folder_of_packages(*packages), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.said = self.answer()  # its first line: it is ready
        self.issuer = self.said["issuer"]

    def answer(self):
        """The next line that is JSON. A package may print other lines before it."""
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return json.loads(line)
        raise AssertionError("node has ended")

    def ask(self, what, **members):
        self.process.stdin.write(json.dumps({"do": what, **members}) + "\n")
        self.process.stdin.flush()
        answer = self.answer()
        assert "failed" not in answer, answer["failed"]
        return answer

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
