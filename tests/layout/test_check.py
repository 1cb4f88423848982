#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Breaks each rule of check.py once, in a small tree of its own, and demands that the rule notices, and that it is
# content with the same tree unbroken.
# label: source
import pathlib
import subprocess
import sys
import tempfile

CHECK = pathlib.Path(__file__).with_name("check.py")
HEAD = "// SPDX-License-Identifier: MIT\n// Purpose.\n#pragma once\n"
LIGHT = ("verified", "rejection", "bearer")
UMBRELLA = HEAD + "".join(f"#include <credence/{name}.hpp>\n" for name in ("result", *LIGHT))
SOUND = {
    "README.md": "# credence\n\n```cpp\nint low = 1;\n\nint high = 2;\n```\n",
    "examples/first.cpp": HEAD + "int main() {\n    int low = 1;\n\n    int high = 2;\n}\n",
    "include/credence/credence.hpp": UMBRELLA,
    "include/credence/result.hpp": HEAD + "int low = (std::min)(1, 2);\n",
    "include/credence/verified.hpp": HEAD + "#include <string>\n",
    "include/credence/rejection.hpp": HEAD + "#include <credence/result.hpp>\n",
    "include/credence/bearer.hpp": HEAD + "#include <credence/rejection.hpp>\n",
    "tests/unit/result.cpp": HEAD,
    **{f"tests/unit/{name}.cpp": HEAD for name in LIGHT},
}

# The rule, the file to write and its content: nothing else is wrong with the tree.
BROKEN = [
    ("layers", "include/credence/result.hpp", HEAD + "#include <credence/bearer.hpp>\n"),
    ("layers", "include/credence/unheard_of.hpp", HEAD),
    ("layers", "include/credence/verified.hpp", HEAD + "#include <credence/verified.hpp>\n"),
    ("size", "include/credence/result.hpp", HEAD + "\n" * 400),
    ("size", "include/credence/result.hpp", HEAD + "// " + "x" * 120 + "\n"),
    ("first_lines", "include/credence/result.hpp", "#pragma once\n"),
    ("first_lines", "include/credence/result.hpp", "// SPDX-License-Identifier: MIT Purpose,\n// on two lines.\n"),
    ("first_lines", "tests/tool.py", "# SPDX-License-Identifier: MIT\nimport sys\n"),
    ("umbrella", "include/credence/claims.hpp", HEAD),
    ("umbrella", "include/credence/credence.hpp", UMBRELLA + "#include <credence/testing.hpp>\n"),
    ("openssl_names", "include/credence/keys.hpp", HEAD + "int size = EVP_PKEY_size(key);\n"),
    ("light_headers", "include/credence/result.hpp", HEAD + "#include <nlohmann/json.hpp>\n"),
    ("no_conditionals", "include/credence/result.hpp", HEAD + "#ifdef _WIN32\n#endif\n"),
    ("no_conditionals", "include/credence/result.hpp", HEAD + "#define CREDENCE_MAX 1\n"),
    ("unit_tests_mirror_headers", "include/credence/keys.hpp", HEAD),
    ("unit_tests_mirror_headers", "tests/unit/key.cpp", HEAD),
    ("min_max", "include/credence/result.hpp", HEAD + "int low = std::min(1, 2);\n"),
    ("names", "tests/support/utils.hpp", HEAD),
    ("names", "tests/CamelCase.cpp", HEAD),
    ("readme_code", "README.md", "```cpp\nint low = 1;\nint high = 2;\n```\n"),
    ("readme_sentences", "README.md", "```text\nint x = no;\n    credence: say\n    yes\n```\n"),
    ("text", "include/credence/result.hpp", HEAD + "int low; \n"),
]


def check(rule, files):
    with tempfile.TemporaryDirectory() as root:
        for name, content in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return subprocess.run([CHECK, rule, root], capture_output=True, text=True)


faults = 0
rules = subprocess.run([CHECK, "--list"], capture_output=True, text=True, check=True).stdout.split()
for rule in rules:
    run = check(rule, SOUND)
    if run.returncode != 0:
        faults += 1
        print(f"{rule} complains about a sound tree: {run.stdout}{run.stderr}")
    if rule not in [broken[0] for broken in BROKEN]:
        faults += 1
        print(f"{rule} is not tried here")
for rule, name, content in BROKEN:
    run = check(rule, {**SOUND, name: content})
    if run.returncode != 1 or not run.stdout.strip() or run.stderr:
        faults += 1
        print(f"{rule} overlooks what is wrong in {name}: {content!r} {run.stderr}")
sys.exit(1 if faults else 0)
