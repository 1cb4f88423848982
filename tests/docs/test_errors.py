#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The page on errors has a row for each code of error.hpp, in the header's order and under the header's groups, and no other. It
# names each error that a challenge may have.
# label: source
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "include/credence/error.hpp").read_text(encoding="utf-8")
REJECTION = (ROOT / "include/credence/http/rejection.hpp").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")


def codes_of_header():
    """Pairs of group and code."""
    body = re.search(r"enum class Errc[^{]*\{(.*?)\n\};", HEADER, re.DOTALL)[1]
    group, found = "", []
    for line in body.splitlines():
        if heading := re.fullmatch(r"\s*// (.+)", line):
            group = heading[1]
        elif code := re.match(r"\s*(\w+)\b[^,/]*,", line):
            found.append((group, code[1]))
    return found


def rows_of_page():
    """Pairs of heading and code, and the cells of each row."""
    heading, found = "", []
    for line in PAGE.splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif row := re.match(r"\| `(\w+)` \|(.*)\|$", line):
            found.append(((heading, row[1]), row[2].split(" | ")))
    return found


class Errors(unittest.TestCase):
    def test_each_code_has_one_row_and_there_are_no_others(self):
        self.assertGreater(len(codes_of_header()), 30)
        self.assertEqual([code for code, _ in rows_of_page()], codes_of_header())

    def test_each_row_says_what_the_code_means(self):
        self.assertEqual([code for code, cells in rows_of_page() if not cells[0].strip()], [])

    def test_each_error_of_a_challenge_is_named(self):
        errors = set(re.findall(r'return \{4\d\d, "(\w+)"', REJECTION))
        self.assertGreater(len(errors), 4)
        self.assertEqual([error for error in sorted(errors) if error not in PAGE], [])


if __name__ == "__main__":
    unittest.main()
