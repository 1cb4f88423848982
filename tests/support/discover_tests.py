#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Lists the test cases of a Catch2 program and writes an add_test for each, to a file that ctest includes:
# discover_tests.py PROGRAM OUTPUT [EMULATOR…]. Catch2's own script fails for names with a semicolon.
import pathlib
import re
import subprocess
import sys

program, output, *emulator = sys.argv[1:]
command = [*emulator, program]
name = pathlib.Path(program).name
for question in (["--list-test-names-only"], ["--list-tests", "--verbosity", "quiet"]):  # version 2, version 3
    answer = subprocess.run([*command, *question], capture_output=True, text=True)
    if "already defined" in answer.stderr:
        sys.exit(f"{name}: {answer.stderr}")
    if answer.stdout.strip():
        break
cases = [line for line in answer.stdout.splitlines() if line.strip()]
if not cases:
    sys.exit(f"{name} lists no test cases: {answer.stderr}")
if len(set(cases)) != len(cases):
    sys.exit(f"{name} has two test cases of one name")
# Version 2 passes if no test has the given name, unless --warn says otherwise. Version 3 fails by default.
strict = "--warn NoTests" if question == ["--list-test-names-only"] else ""

with open(output, "w", encoding="utf-8") as file:
    for case in cases:
        title = f"[==[{name}/{case}]==]"
        pattern = re.sub(r'([\\,\[\]*"~])', r"\\\1", case)
        words = " ".join(f"[==[{word}]==]" for word in [*command, pattern])
        file.write(f"add_test({title} {words} {strict})\n")
        file.write(f"set_tests_properties({title} PROPERTIES TIMEOUT 300)\n")
