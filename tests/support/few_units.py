#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Writes one translation unit of several tests: few_units.py UNIT FILE… The unit begins with all #include lines of the
# files. Then it includes each file in a namespace of its own, because two files may use one name for different things. The
# compiler reads and instantiates the common headers once for the unit, not once for each file.
import pathlib
import sys

from includes import included

unit, *files = (pathlib.Path(name) for name in sys.argv[1:])
lines = list(dict.fromkeys(line for file in files for line in included(file)))
lines += (f'namespace test_of_{file.parent.name}_{file.stem} {{\n#include "{file}"\n}}' for file in files)
unit.parent.mkdir(parents=True, exist_ok=True)
unit.write_text("\n".join(lines) + "\n", encoding="utf-8")
