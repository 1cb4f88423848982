#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Breaks each rule of check.py in a small tree. The rule must report the broken tree, and must not report the sound one.
# label: source
import pathlib
import subprocess
import sys
import tempfile

CHECK = pathlib.Path(__file__).with_name("check.py")
FIRST = "// SPDX-License-Identifier: MIT\n// Purpose.\n#pragma once\n"
HEAD = FIRST + "#include <credence/version.hpp>\n"
LIGHT = ("clock", "error", "jwt/verified", "jwt/granted", "http/rejection", "http/bearer")
UMBRELLA = FIRST + "".join(f"#include <credence/{name}.hpp>\n" for name in ("clock", "error", "http", "jwt", "result", "version"))
VERSION = FIRST + '#define CREDENCE_VERSION "1.2.3"\n#define CREDENCE_VERSION_NUMBER 10203\n'
SOUND = {
    "README.md": "# credence\n\n```cpp\nint low = 1;\n\nint high = 2;\n```\n",
    "examples/first.cpp": HEAD + "int main() {\n    int low = 1;\n\n    int high = 2;\n}\n",
    "include/credence/credence.hpp": UMBRELLA,
    "include/credence/result.hpp": HEAD + "int low = (std::min)(1, 2);\nint from_evp_pkey(EVP_PKEY* key);\n"
                                   "concept Verified = detail::is_verified<int>;\nclass Verified {\npublic:\n"
                                   "    [[nodiscard]] int size() const { return detail::size_of(*this); }\n"
                                   "private:\n    static Verified from_raw(detail::Raw* raw);\n};\n",
    "modules/credence.cppm": FIRST + "using credence::Verified;\n",
    "docs/opt_outs.md": "# Opt-outs\n\n## `allow_padding`\n",
    "include/credence/jwt/validation.hpp": HEAD + "bool allow_padding = false;\n",
    "tests/unit/jwt/validation.cpp": HEAD,
    "CHANGELOG.md": "# Changelog\n\n## 1.2.3, not released yet\n\n## 1.2.2, 2020-01-01\n",
    "include/credence/version.hpp": VERSION,
    "tests/package/consumer/CMakeLists.txt": "# SPDX-License-Identifier: MIT\n# Purpose.\nfind_package(credence 1.2 REQUIRED)\n",
    "tests/unit/version.cpp": HEAD,
    "include/credence/clock.hpp": HEAD,
    "include/credence/error.hpp": HEAD,
    "include/credence/http.hpp": FIRST + "#include <credence/http/bearer.hpp>\n#include <credence/http/rejection.hpp>\n",
    "include/credence/jwt.hpp": FIRST + "#include <credence/jwt/granted.hpp>\n#include <credence/jwt/validation.hpp>\n"
                               "#include <credence/jwt/verified.hpp>\n",
    "include/credence/jwt/granted.hpp": HEAD + "#include <credence/jwt/verified.hpp>\n",
    "include/credence/jwt/verified.hpp": HEAD + "#include <string>\n#include <utility>  // a reason\n#include <vector>\nstd::vector<int> list;\n",
    "include/credence/http/rejection.hpp": HEAD + "#include <credence/result.hpp>\n",
    "include/credence/http/bearer.hpp": HEAD + "#include <credence/http/rejection.hpp>\n",
    "tests/unit/result.cpp": HEAD,
    **{f"tests/unit/{name}.cpp": HEAD for name in LIGHT},
}

# The rule, the file to write and its content. The rest of the tree is sound.
BROKEN = [
    ("wings", "include/credence/jwt/verified.hpp", HEAD + "#include <credence/http/bearer.hpp>\n"),
    ("wings", "include/credence/jwt/verified.hpp", HEAD + "#include <credence/nowhere.hpp>\n"),
    ("wings", "include/credence/jwt/verified.hpp", HEAD + "#include <credence/jwt/verified.hpp>\n"),
    ("wings", "include/credence/http/bearer.hpp", HEAD + "#include <credence/jwt.hpp>\n"),
    ("wings", "include/credence/cellar/verified.hpp", HEAD),
    ("size", "include/credence/result.hpp", HEAD + "\n" * 400),
    ("size", "include/credence/result.hpp", HEAD + "// " + "x" * 120 + "\n"),
    ("first_lines", "include/credence/result.hpp", "#pragma once\n"),
    ("first_lines", "include/credence/result.hpp", "// SPDX-License-Identifier: MIT Purpose,\n// on two lines.\n"),
    ("first_lines", "tests/tool.py", "# SPDX-License-Identifier: MIT\nimport sys\n"),
    ("doors", "include/credence/http/cookie.hpp", HEAD),
    ("doors", "include/credence/jwt.hpp", FIRST + "#include <credence/jwt/verified.hpp>\n"),
    ("doors", "include/credence/credence.hpp", UMBRELLA + "#include <credence/testing.hpp>\n"),
    ("openssl_names", "include/credence/result.hpp", HEAD + "int size = EVP_PKEY_size(key);\n"),
    ("openssl_names", "include/credence/result.hpp", HEAD + "void keep(EVP_PKEY_CTX* context);\n"),
    ("openssl_names", "include/credence/result.hpp", HEAD + "void keep(EVP_MD* digest);\n"),
    ("light_headers", "include/credence/result.hpp", HEAD + "#include <nlohmann/json.hpp>\n"),
    ("no_conditionals", "include/credence/result.hpp", HEAD + "#ifdef _WIN32\n#endif\n"),
    ("no_conditionals", "include/credence/result.hpp", HEAD + "#define CREDENCE_MAX 1\n"),
    ("unused_includes", "include/credence/result.hpp", HEAD + "#include <vector>\n"),
    ("unused_includes", "tests/unit/result.cpp", HEAD + "#include <optional>\nint one = 1;  // std::optional\n"),
    ("unit_tests_mirror_headers", "include/credence/keys/algorithm.hpp", HEAD),
    ("unit_tests_mirror_headers", "tests/unit/key.cpp", HEAD),
    ("min_max", "include/credence/result.hpp", HEAD + "int low = std::min(1, 2);\n"),
    ("private_names", "include/credence/result.hpp", HEAD + "int detail_key();\n"),
    ("private_names", "include/credence/jwt/verified.hpp", HEAD + "int x = key.detail_key();\n"),
    ("public_names", "include/credence/claims/detail/bind.hpp", HEAD + "namespace credence {\n\nstruct Claim {\n};\n\n}  // namespace credence\n"),
    ("public_names", "include/credence/claims/detail/bind.hpp", HEAD + "namespace credence {\n\ninline constexpr int most = 1;\n\n}  // namespace credence\n"),
    ("public_signatures", "include/credence/result.hpp", HEAD + "template <detail::Text Value>\n"),
    ("public_signatures", "include/credence/result.hpp", HEAD + "template <class Value = detail::None>\n"),
    ("public_signatures", "include/credence/result.hpp", HEAD + "[[nodiscard]] detail::Key find(int id);\n"),
    ("public_signatures", "include/credence/result.hpp", HEAD + "struct Key {\n    static Key from_raw(detail::Raw* raw);\n};\n"),
    ("public_signatures", "include/credence/result.hpp", HEAD + "struct Key {\n    static constexpr detail::Kind kind{};\n};\n"),
    ("names", "tests/support/utils.hpp", HEAD),
    ("language_version", "include/credence/result.hpp", FIRST),
    ("exceptions", "include/credence/result.hpp", HEAD + "void fail() { throw 1; }\n"),
    ("module", "include/credence/jwt/granted.hpp", HEAD + "class Granted {};\n"),
    ("opt_outs", "docs/opt_outs.md", "# Opt-outs\n"),
    ("opt_outs", "docs/opt_outs.md", "# Opt-outs\n\n## `allow_padding`\n\n## `allow_all`\n"),
    ("scripts", "tests/tool.py", "#!/usr/bin/python3\n# SPDX-License-Identifier: MIT\n# Purpose.\n"),
    ("names", "tests/CamelCase.cpp", HEAD),
    ("readme_code", "README.md", "```cpp\nint low = 1;\nint high = 2;\n```\n"),
    ("readme_sentences", "README.md", "```text\nint x = no;\n    credence: say\n    yes\n```\n"),
    ("readme_sentences", "docs/why/design.md", "```text\nint x = no;\n    credence: say\n    yes\n```\n"),
    ("version", "CHANGELOG.md", "# Changelog\n\n## 1.2.4, not released yet\n"),
    ("version", "tests/package/consumer/CMakeLists.txt", "# find_package(credence 1.1 REQUIRED)\n"),
    ("version", "include/credence/version.hpp", VERSION.replace("10203", "10204")),
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
        print(f"{rule} is not tested here")
for rule, name, content in BROKEN:
    run = check(rule, {**SOUND, name: content})
    if run.returncode != 1 or not run.stdout.strip() or run.stderr:
        faults += 1
        print(f"{rule} overlooks what is wrong in {name}: {content!r} {run.stderr}")
sys.exit(1 if faults else 0)
