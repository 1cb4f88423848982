#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copies the pages of docs/ to a folder from which MkDocs builds the site: stage.py FOLDER. Files of the repository that a
# page links to, such as SECURITY.md or an example, are copied to project/, and the link is changed to the copy.
import pathlib
import posixpath
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"(\]\()([^)#\s]+)((?:#[^)\s]*)?\))")
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def staged(name):
    """The path of a repository file in the site."""
    return name.removeprefix("docs/") if name.startswith("docs/") else "project/" + name


def main():
    target = pathlib.Path(sys.argv[1])
    waiting = sorted(path.relative_to(ROOT).as_posix() for pattern in ("**/*.md", "**/*.svg")
                     for path in (ROOT / "docs").glob(pattern))
    done = set()
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        done.add(name)
        copy = target / staged(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith(".md"):
            shutil.copyfile(ROOT / name, copy)
            continue

        def moved(match):
            link = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2]))
            if re.match(r"[a-z]+:", match[2]) or not (ROOT / link).is_file():
                return match[0]  # on another site, made by Doxygen, or dead: MkDocs reports dead links
            waiting.append(link)
            return match[1] + posixpath.relpath(staged(link), posixpath.dirname(staged(name))) + match[3]

        text, parts, end = (ROOT / name).read_text(encoding="utf-8"), [], 0
        for code in BLOCK.finditer(text):
            parts += [LINK.sub(moved, text[end:code.start()]), code[0]]
            end = code.end()
        copy.write_text("".join(parts) + LINK.sub(moved, text[end:]), encoding="utf-8")


main()
