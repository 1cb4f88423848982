# SPDX-License-Identifier: MIT
# The #include lines of a source, for the scripts that make one translation unit of several.
import re


def included(file):
    """The #include lines of a file, valid in any folder."""
    for line in re.findall(r"^#include .*$", file.read_text(encoding="utf-8"), re.M):
        name = re.match(r'#include "(.+)"', line)
        near = file.parent / name[1] if name else None
        yield f'#include "{near.resolve()}"' if near and near.exists() else line
