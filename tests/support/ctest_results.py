# SPDX-License-Identifier: MIT
# Turns ctest's JUnit file into the lines that tests/run counts: one "passed N", and one line for each test that failed
# or was skipped, by name. The last line of a skipped test is its reason. A test that passed, but says "left out: …" of a
# part of it, is named, too. The output of failed tests goes to stderr.
import sys
import xml.etree.ElementTree

passed = 0
for case in xml.etree.ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
    name = case.get("name").replace("\n", " ")
    said = (case.findtext("system-out") or "").strip().splitlines()
    skipped = case.find("skipped")
    if case.get("status") == "run":
        passed += 1
        for part in dict.fromkeys(line for line in said if line.startswith("left out: ")):
            print("skipped 1", name + ":", part.removeprefix("left out: "))
    # Only the status 77 is a skip: ctest also reports a program that it cannot find as "skipped".
    elif skipped is not None and skipped.get("message") == "SKIP_RETURN_CODE=77" and said:
        print("skipped 1", name + ":", said[-1])
    else:
        print("failed 1", name)
        print(f"-- {name}", *said[-20:], sep="\n", file=sys.stderr)
if passed:
    print("passed", passed)
