#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The documentation site: it builds, has no dead internal link, fetches nothing from another host, can be searched and fits a
# narrow screen in a real browser, and each C++ block of its pages compiles.
#
# How a block is compiled: <credence/credence.hpp> is included, std::chrono_literals is in use, and the block's own includes
# come first. A block that begins with a declaration (struct, using, a function, ...) stands at namespace scope, and later
# blocks of its page may use its names; any other block is the body of a function. A comment <!-- given ... --> holds
# declarations that a page assumes and does not show. If the sections of a page include stacks that cannot be in one unit,
# each stack has a unit; a block that includes no stack is compiled in all of them.
# packages: chromium chromium-driver mkdocs doxygen python3-pygments libcpp-httplib-dev libboost-dev libpistache-dev libpoco-dev librestinio-dev libasio-dev libgrpc++-dev libcurl4-openssl-dev libsqlite3-dev libhiredis-dev
# label: source all
import contextlib
import functools
import html.parser
import http.server
import os
import pathlib
import posixpath
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/servers"))
import webdriver  # noqa: E402
SITE = ROOT / "build/docs/site"
PART = re.compile(r"^```cpp\n(?P<block>.*?)^```|^<!-- given\n(?P<given>.*?)^-->", re.MULTILINE | re.DOTALL)
DECLARATION = re.compile(r"(struct|class|enum|template|namespace|using|static|inline|int main)\b"
                         r"|(?!if|for|while|switch|const auto|auto)[\w:<>, \"&*]+ \w+\([^()]*\) \{$")
UNITS = [r"restinio/", r"credence/(stacks|transports)/", r""]  # RESTinio's Asio and Boost's Asio conflict in one unit


class Page(html.parser.HTMLParser):
    """The links of a page, the files that it loads, and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.places = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        for name in ("src", "href"):
            if tag in ("img", "script", "link", "iframe", "source") and attributes.get(name) \
                    and attributes.get("rel") != "canonical":
                self.loads.append(attributes[name])


def pages():
    """The pages of the site, without Doxygen's, by their address in the site."""
    return {path.relative_to(SITE).as_posix(): Page(path) for path in sorted(SITE.rglob("*.html"))
            if not path.relative_to(SITE).as_posix().startswith("reference/headers/") and path.name != "404.html"}


def sections(text):
    """The parts of a page that begin with a heading of the second level, each with the line it begins at."""
    starts = [0, *(match.start() for match in re.finditer(r"^## ", text, re.MULTILINE)), len(text)]
    return [(text[start:end], text.count("\n", 0, start)) for start, end in zip(starts, starts[1:])]


def includes_of(text):
    return [line for part in PART.finditer(text)
            for line in re.findall(r"^#include .*$", part["block"] or part["given"], re.MULTILINE)]


def unit_of(text):
    return next(unit for unit in UNITS if re.search(unit, "\n".join(includes_of(text))))


def units(sources):
    """The C++ of all blocks of the given pages: one text for RESTinio, one for other HTTP stacks, and one for the rest."""
    texts = dict.fromkeys(UNITS, "")
    for number, (name, text) in enumerate(sources.items()):
        for unit in {unit_of(section) for section, _ in sections(text)} - {UNITS[-1]} or {UNITS[-1]}:
            includes, body = ["#include <credence/credence.hpp>"], ""
            for count, (section, above) in enumerate(sections(text)):
                if unit_of(section) not in (unit, UNITS[-1]):
                    continue
                includes += includes_of(section)
                for place, part in enumerate(PART.finditer(section)):
                    code = part["block"] if part["block"] is not None else part["given"]
                    line = above + section.count("\n", 0, part.start()) + 2
                    code = re.sub(r"^#include .*$", "", code, flags=re.MULTILINE)
                    code = f'#line {line} "{name}"\n{code}'
                    first = next((text for text in code.splitlines()[1:] if text.strip() and not text.startswith("//")), "")
                    declares = part["given"] is not None or DECLARATION.match(first)
                    body += code if declares else f"[[maybe_unused]] static void block_{count}_{place}() {{\n{code}}}\n"
            heads = "\n".join(dict.fromkeys(includes))
            texts[unit] += f"{heads}\nnamespace page_{number} {{\nusing namespace std::chrono_literals;\n{body}}}\n"
    return [text for text in texts.values() if text]


def compile_errors(sources):
    found = ""
    with tempfile.TemporaryDirectory() as folder:
        for text in units(sources):
            file = pathlib.Path(folder) / "blocks.cpp"
            file.write_text(text, encoding="utf-8")
            done = subprocess.run([os.environ.get("DOCS_CXX", "g++"), "-std=c++20", "-fsyntax-only", "-I",
                                   ROOT / "include", "-isystem", ROOT / "tests/declarations", file], capture_output=True, text=True, timeout=550)
            found += done.stderr if done.returncode else ""
    return found


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a server of a folder, on a free port of the loopback."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([ROOT / "docs/run", "--build"], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_no_internal_link_is_dead(self):
        there = pages()
        self.assertIn("index.html", there)
        dead = []
        for name, page in there.items():
            for link in page.links + page.loads:
                url = urllib.parse.urlparse(link)
                if url.scheme or url.netloc:
                    continue
                path = urllib.parse.unquote(url.path)
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
                if (SITE / target).is_dir():
                    target = posixpath.join(target, "index.html")
                if not (SITE / target).is_file():
                    dead.append(f"{name}: {link}")
                elif url.fragment and target in there and url.fragment not in there[target].places:
                    dead.append(f"{name}: {link}: no such place")
        self.assertEqual(dead, [])

    def test_nothing_is_fetched_from_another_host(self):
        foreign = [f"{name}: {link}" for name, page in pages().items() for link in page.loads
                   if urllib.parse.urlparse(link).netloc]
        for path in SITE.rglob("*.css"):
            foreign += re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\s]*", path.read_text(encoding="utf-8"))
        self.assertEqual(foreign, [])

    def test_no_page_is_wider_than_a_narrow_screen_or_a_usual_one(self):
        wide = []
        with served(SITE) as address, webdriver.Driver() as driver:
            browser = driver.browser()
            for width in (360, 1100, 1280):
                browser.resize(width, 800)
                for name in pages():
                    browser.go(address + name)
                    needed = browser.run("return document.documentElement.scrollWidth")
                    wide += [f"{name}: {needed} of {width}"] if needed > width else []
        self.assertEqual(wide, [])

    def test_the_search_finds_pages_by_their_words(self):
        with served(SITE) as address, webdriver.Driver() as driver:
            browser = driver.browser()
            browser.go(address + "search.html?q=DPoP")
            browser.wait_for("#mkdocs-search-results", "Check DPoP proofs")
            browser.go(address + "search.html?q=quetzalcoatl")
            browser.wait_for("#mkdocs-search-results", "No results found")

    def test_the_reference_has_classes_functions_and_headers(self):
        def has(page, *names):
            text = (SITE / "reference/headers" / page).read_text(encoding="utf-8")
            self.assertEqual([name for name in names if f">{name}" not in text], [], page)

        has("annotated.html", "Verifier", "KeySet", "Verified", "CurlTransport", "Validation")
        has("namespacemembers_func.html", "encode()", "decode()", "verifier_for()", "require_bearer()", "protect()")
        has("files.html", "verifier.hpp", "key_set.hpp", "httplib.hpp")
        self.assertNotIn("Pipeline", (SITE / "reference/headers/annotated.html").read_text(encoding="utf-8"))

    def test_the_links_of_the_reference_are_not_dead(self):
        folder = SITE / "reference/headers"
        dead = [f"{path.name}: {link}" for path in folder.glob("*.html") for link in Page(path).links
                if not urllib.parse.urlparse(link).scheme and link.split("#")[0]
                and not link.startswith("javascript") and not (folder / link.split("#")[0]).is_file()]
        self.assertEqual(dead, [])


class Blocks(unittest.TestCase):
    def test_each_block_compiles(self):
        sources = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
                   for path in sorted((ROOT / "docs").rglob("*.md"))}
        self.assertGreater(sum(len(PART.findall(text)) for text in sources.values()), 5)
        self.assertEqual(compile_errors(sources), "")

    def test_a_wrong_block_is_found_by_its_line(self):
        page = "# A page\n\n```cpp\nconst auto keys = credence::Keys<credence::HS256>::generated();\n```\n"
        self.assertIn("a.md:4:", compile_errors({"a.md": page}))

    def test_a_section_of_each_stack_is_in_the_unit_of_its_stack(self):
        section = "## One\n\n```cpp\n#include <{}>\n\nint {} = given;\n```\n\n"
        page = "# A page\n\n<!-- given\ninline int given = 0;\n-->\n\n"
        page += section.format("restinio/all.hpp", "one") + section.format("credence/stacks/poco.hpp", "other")
        apart = units({"a.md": page})
        self.assertEqual([("int one" in unit, "int other" in unit) for unit in apart], [(True, False), (False, True)])
        self.assertEqual([unit.count("inline int given") for unit in apart], [1, 1])
        self.assertEqual([re.findall(r"#line (\d+)", unit) for unit in apart], [["4", "10"], ["4", "18"]])


if __name__ == "__main__":
    unittest.main()
