#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Completeness: each page of docs/ is in the site's menu and on its first page, examples/README.md has a row for each example, the
# page on defaults names each rule of Validation, and the page on the design each wing.
# label: source
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Pages(unittest.TestCase):
    def test_each_page_is_in_the_menu_and_on_the_first_page(self):
        menu = re.findall(r"^ +- [^:]+: (\S+\.md)$", (ROOT / "docs/site/mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
        pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
        self.assertGreater(len(pages), 10)
        self.assertEqual(sorted(menu), sorted(pages))
        first = (ROOT / "docs/index.md").read_text(encoding="utf-8")
        self.assertEqual([page for page in sorted(pages) if page != "index.md" and f"({page})" not in first], [])

    def test_each_example_has_a_row(self):
        rows = re.findall(r"^\| \[[^\]]*\]\(([^)]+)\)", (ROOT / "examples/README.md").read_text(encoding="utf-8"), re.MULTILINE)
        examples = [path.name for path in (ROOT / "examples").glob("*.cpp")]
        examples += [path.relative_to(ROOT / "examples").as_posix() for path in (ROOT / "examples").glob("*/README.md")]
        self.assertGreater(len(examples), 10)
        self.assertEqual(sorted(rows), sorted(examples))

    def test_each_stack_has_its_section(self):
        headers = sorted(path.name for path in (ROOT / "include/credence/stacks").glob("*.hpp"))
        self.assertGreater(len(headers), 5)
        page = (ROOT / "docs/guides/stacks.md").read_text(encoding="utf-8")
        self.assertEqual(sorted(re.findall(r"^\| \[.+\]\(#.+\) \| `stacks/(.+?)` \|", page, re.MULTILINE)), headers)
        sections = re.findall(r"^## .+?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        self.assertEqual([name for name in headers if not any(f"<credence/stacks/{name}>" in text for text in sections)], [])

    def test_each_wing_is_in_the_picture_and_in_the_table(self):
        wings = sorted(path.name for path in (ROOT / "include/credence").iterdir() if path.is_dir())
        self.assertGreater(len(wings), 8)
        picture = re.findall(r">([^<]+)</text>", (ROOT / "docs/why/wings.svg").read_text(encoding="utf-8"))
        self.assertEqual([wing for wing in wings if wing not in picture], [])
        table = re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|$", (ROOT / "docs/why/design.md").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(sorted(wing for wing, _ in table), [wing for wing in wings if wing != "detail"])
        self.assertEqual([header for _, header in table if not (ROOT / "include" / header).is_file()], [])

    def test_each_rule_is_among_the_defaults(self):
        header = (ROOT / "include/credence/jwt/validation.hpp").read_text(encoding="utf-8")
        rules = re.findall(r"^    [\w:<>]+ (\w+)(?: = .*|\{.*\});$", re.search(r"^struct Validation \{(.*?)^\};", header,
                                                                              re.MULTILINE | re.DOTALL)[1], re.MULTILINE)
        self.assertGreater(len(rules), 15)
        page = (ROOT / "docs/reference/defaults.md").read_text(encoding="utf-8")
        self.assertEqual([rule for rule in rules if not re.search(rf"`[^`]*\b{rule}\b", page)], [])


if __name__ == "__main__":
    unittest.main()
