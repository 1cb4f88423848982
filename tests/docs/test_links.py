#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Links between the Markdown files of the tree, as a code host shows them: each names a file that is there, and a heading of it. The
# site makes anchors in a slightly different way, and its own test checks those.
# label: source
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = [path for path in sorted(ROOT.rglob("*.md")) if "build" not in path.relative_to(ROOT).parts and "node_modules" not in path.parts]
SITE_ONLY = "headers/index.html"  # the reference of the headers, which the site's build generates


def prose(path):
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """The anchors of a page's headings: the text in lower case, without punctuation, and a hyphen for each space."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-") for heading in headings}


def fault(path, link):
    """A sentence, or nothing if the link leads somewhere."""
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return f"{path.relative_to(ROOT)}: there is no {link}"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return f"{path.relative_to(ROOT)}: {name or path.name} has no heading for #{anchor}"
    return None


class Links(unittest.TestCase):
    def test_each_link_leads_somewhere(self):
        links = [(path, link) for path in FILES for link in re.findall(r"\]\(([^)\s]+)\)", prose(path))
                 if not re.match(r"\w+:", link) and link != SITE_ONLY]
        self.assertGreater(len(links), 100)
        self.assertEqual([text for path, link in links if (text := fault(path, link))], [])


if __name__ == "__main__":
    unittest.main()
