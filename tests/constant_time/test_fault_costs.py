#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# A decryption that fails costs the same number of instructions for each fault: in the wrapped key or in the tag, in the first
# byte or in the last. valgrind's callgrind counts them, so a busy machine makes no difference. RFC 7516 §11.5
#
# On P-256 OpenSSL blinds with random numbers, so the count varies by a thousandth. A failing AES-GCM of OpenSSL takes a few
# instructions less. The limits allow both. For the other kinds they allow a few instructions in millions.
# packages: valgrind
# label: all
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUNDS = 3


def count_all():
    """The instructions of one refusal, by kind of key and by fault."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, "fault_costs")
        flags = ["-std=c++20", "-O2", "-I", ROOT / "include", "-I", ROOT / "tests"]
        source = ROOT / "tests/constant_time/fault_costs.cpp"
        subprocess.run([os.environ.get("CXX", "c++"), *flags, source, "-o", program, "-lcrypto"], check=True)
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program, str(ROUNDS)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        counts = {}
        for path in pathlib.Path(folder).glob("out.*"):
            text = path.read_text(encoding="utf-8")
            name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            total = re.search(r"^summary: (\d+)$", text, re.MULTILINE)
            if name and total:
                kind, fault = name[1].rsplit(": ", 1)
                counts.setdefault(kind, {})[fault] = int(total[1]) / ROUNDS
        return counts


def limit(kind, count):
    """The number of instructions by which the faults of a kind may differ."""
    if "P-256" in kind:
        return count * 0.005
    return 8 if "GCMKW" in kind else count * 1e-6 + 1


COUNTS = count_all()


class FaultCosts(unittest.TestCase):
    def test_a_difference_is_detected(self):
        early = COUNTS["compare that stops early"]
        self.assertGreater(early["last byte"], 5 * early["first byte"])

    def test_every_fault_costs_the_same(self):
        kinds = {kind: faults for kind, faults in COUNTS.items() if "compare" not in kind}
        self.assertEqual(len(kinds), 14)
        for kind, faults in sorted(kinds.items()):
            with self.subTest(kind):
                self.assertEqual(len(faults), 2 if kind.startswith("dir") or kind.startswith("ECDH-ES on") else 4)
                low, high = min(faults.values()), max(faults.values())
                print(f"{kind}: {high:,.0f} instructions, the faults differ by {high - low:,.0f}", file=sys.stderr)
                self.assertLessEqual(high - low, limit(kind, high), faults)


if __name__ == "__main__":
    unittest.main()
