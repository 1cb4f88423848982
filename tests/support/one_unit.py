#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Makes one translation unit of the tools and one of the examples: one_unit.py BUILD_FOLDER. CMake must have configured the
# folder. With these units clang-tidy reads the common headers once, not once for each file. The units, and a
# compile_commands.json for them, are written to BUILD_FOLDER/one_unit.
import json
import pathlib
import re
import shlex
import sys

from includes import included


def unit_of(files):
    """A file with a `main` is put into a namespace of its own, below what it includes."""
    for number, file in enumerate(files):
        text = file.read_text(encoding="utf-8")
        if re.search(r"^int main\(", text, re.M):
            yield from included(file)
            yield f'namespace program_{number} {{\n#include "{file}"\n}}'
        else:
            yield f'#include "{file}"'


def options_of(commands):
    """The include folders and the definitions of all the files."""
    for command in commands:
        words = iter(shlex.split(command["command"]))
        for word in words:
            if word in ("-I", "-isystem", "-D"):
                yield word + next(words)
            elif word.startswith(("-I", "-isystem", "-D")):
                yield word


build = pathlib.Path(sys.argv[1])
source = pathlib.Path(__file__).resolve().parents[2]
folder = build / "one_unit"
folder.mkdir(exist_ok=True)
commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
units = []
for name in ("tools", "examples"):
    parts = [command for command in commands if (source / name) in pathlib.Path(command["file"]).parents]
    files = dict.fromkeys(pathlib.Path(part["file"]) for part in parts)
    unit = folder / f"{name}.cpp"
    unit.write_text("\n".join(unit_of(files)) + "\n", encoding="utf-8")
    # -Wno-return-type: `main` has been renamed to an ordinary function.
    options = ["clang++", "-std=c++20", "-Wno-return-type", *dict.fromkeys(options_of(parts))]
    units.append({"directory": str(folder), "file": str(unit), "command": shlex.join([*options, "-c", str(unit)])})
(folder / "compile_commands.json").write_text(json.dumps(units), encoding="utf-8")
