#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The rules of the house that a machine can check: layers, sizes, licences, names. `check.py RULE [ROOT]` prints a line
# for each thing that breaks the rule; `check.py --list` names the rules. A rule is a function below.
# label: source
import fnmatch
import pathlib
import re
import subprocess
import sys

# A header includes headers of its own or a lower layer, and there is no cycle. A new header gets its place here; a name
# with a * stands for all that begin so.
LAYERS = """
0 version error algorithm detail/bind detail/callable detail/base64url_*
1 result header registered_claims verified detail/kept_header detail/base64url detail/json_string detail/name_table
2 detail/secret detail/openssl detail/ecdsa_form detail/reflect detail/compact
2 detail/json_reader detail/json_writer detail/json_number detail/json_dom
3 claims detail/mapping detail/json_struct detail/claims_writer detail/jose_header
3 detail/signature detail/hmac detail/key_material*
4 keys validation detail/payload detail/rules
5 jwk key_set rotating_keys
6 token verifier verifiers unverified access_token cache revocation refresh refresh_memory
6 detail/refresh_token detail/pipeline detail/header_memory detail/issuer detail/token_identity
7 rejection scope cookie bearer testing http_traits detail/token68 detail/credentials detail/proof detail/guard
7 detail/attack*
8 http/httplib http/beast http/pistache
9 credence
"""
MAY_NAME_EVP = ["detail/openssl", "detail/signature", "detail/key_material", "detail/hmac"]
MAY_ASK_THE_COMPILER = {  # how often
    "detail/reflect": 1,         # for a compiler's own name
    "detail/base64url_simd": 2,  # for a processor's own instructions
}
OUTSIDE_THE_UMBRELLA = ["credence", "unverified", "testing"]
STAY_LIGHT = ["verified", "rejection", "bearer"]  # neither OpenSSL nor nlohmann/json, however indirectly
WITHOUT_UNIT_TEST = ["credence"]  # its content is tested here, by `umbrella`
MOST_LINES = 400

ROOT = pathlib.Path(__file__).resolve().parents[2]


def headers():
    folder = ROOT / "include/credence"
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.hpp"))}


def includes(path):
    """The credence headers that a header includes, by name, and its other includes, as they are written."""
    own, others = [], []
    for written in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE):
        match = re.fullmatch(r"credence/(.+)\.hpp", written)
        (own if match else others).append(match[1] if match else written)
    return own, others


def reached(name):
    """Everything that a header includes, directly or not."""
    known, own, others, waiting = headers(), set(), set(), [name]
    while waiting:
        current = waiting.pop()
        if current in own or current not in known:
            continue
        own.add(current)
        direct, foreign = includes(known[current])
        others.update(foreign)
        waiting += direct
    return own - {name}, others


def files():
    """What git follows, or everything outside build/ where there is no repository."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z"],
                            cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*")
            if path.is_file() and path.relative_to(ROOT).parts[0] not in ("build", ".git")]


def sources():
    """The files that people write as code: C++, CMake, Python and shell."""
    for path in files():
        suffixes = (".hpp", ".cpp", ".cmake", ".py", ".sh", ".in", ".js", ".css", ".html", ".sql", ".conf")
        if path.suffix in suffixes or path.name == "CMakeLists.txt":
            yield path
        elif not path.suffix:
            with path.open("rb") as file:
                if file.read(2) == b"#!":
                    yield path


def short(path):
    return path.relative_to(ROOT).as_posix()


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def rule_layers():
    rows = [row.split() for row in LAYERS.strip().splitlines()]
    layer = {name: int(number) for name in headers() for number, *patterns in rows
             if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}
    for name, path in headers().items():
        if name not in layer:
            yield f"{name}.hpp has no layer yet: give it one in tests/layout/check.py"
            continue
        for other in includes(path)[0]:
            if layer.get(other, -1) > layer[name]:
                yield f"{name}.hpp (layer {layer[name]}) includes {other}.hpp (layer {layer[other]})"
            if other not in headers():
                yield f"{name}.hpp includes {other}.hpp, which does not exist"
        if name in {inner for other in includes(path)[0] for inner in reached(other)[0] | {other}}:
            yield f"{name}.hpp includes itself in a circle"


def rule_size():
    for name, path in headers().items():
        if len(lines_of(path)) > MOST_LINES:
            yield f"{name}.hpp has {len(lines_of(path))} lines; {MOST_LINES} are the most"
        table = False  # what clang-format is told to leave alone may be wide
        for number, line in enumerate(lines_of(path), 1):
            table = table and "clang-format on" not in line or "clang-format off" in line
            if len(line) > 120 and not table:
                yield f"{name}.hpp:{number} has {len(line)} columns; 120 are the most"


def rule_first_lines():
    for path in sources():
        first = [line for line in lines_of(path)[:4] if not line.startswith(("#!", "<!DOCTYPE"))]
        if not first or not re.search(r"SPDX-License-Identifier: MIT( ?(\*/|-->))?$", first[0]):
            yield f"{short(path)}: the first line is no SPDX-License-Identifier: MIT"
        elif len(first) < 2 or not re.match(r"\s*(//|#|/?\*|<!--|--|@)", first[1]) or first[1].startswith("#include"):
            yield f"{short(path)}: no sentence of purpose after the licence"


def rule_umbrella():
    due = {name for name in headers() if "/" not in name} - set(OUTSIDE_THE_UMBRELLA)
    if "credence" not in headers():
        yield "credence.hpp does not exist"
        return
    there = set(includes(headers()["credence"])[0])
    yield from (f"credence.hpp does not include {name}.hpp" for name in sorted(due - there))
    yield from (f"credence.hpp includes {name}.hpp, which is to stay outside" for name in sorted(there - due))
    behind = reached("credence")[0]
    yield from (f"credence.hpp includes {name}.hpp indirectly" for name in sorted(behind)
                if name in OUTSIDE_THE_UMBRELLA or name.startswith("http/"))


def rule_openssl_names():
    for name, path in headers().items():
        if not name.startswith(tuple(MAY_NAME_EVP)) and re.search(r"\bEVP_", path.read_text()):
            yield f"{name}.hpp names EVP_; only {', '.join(MAY_NAME_EVP)} may"


def rule_light_headers():
    for name in STAY_LIGHT:
        if name not in headers():
            yield f"{name}.hpp does not exist"
        yield from (f"{name}.hpp includes <{other}>, directly or not" for other in sorted(reached(name)[1])
                    if other.startswith(("openssl/", "nlohmann/")))


def rule_no_conditionals():
    for name, path in headers().items():
        text = path.read_text()
        conditionals = re.findall(r"^\s*#\s*(?:if|ifdef|ifndef)\b.*", text, re.MULTILINE)
        if len(conditionals) > MAY_ASK_THE_COMPILER.get(name, 0):
            yield f"{name}.hpp: {conditionals[-1].strip()}: a header means the same for everyone"
        if "#pragma once" not in text:
            yield f"{name}.hpp has no #pragma once"
        if name != "version" and re.search(r"^\s*#\s*define\b", text, re.MULTILINE):
            yield f"{name}.hpp defines a macro; only version.hpp may"


def rule_unit_tests_mirror_headers():
    tests = {path.relative_to(ROOT / "tests/unit").with_suffix("").as_posix()
             for path in (ROOT / "tests/unit").rglob("*.cpp")}
    yield from (f"tests/unit/{name}.cpp tests no header of that name" for name in sorted(tests - set(headers())))
    yield from (f"{name}.hpp has no tests/unit/{name}.cpp" for name in headers()
                if name not in tests and name not in WITHOUT_UNIT_TEST and not name.startswith("detail/"))


def rule_min_max():
    """Windows' headers define min and max as macros; in parentheses the names are safe."""
    for name, path in headers().items():
        for number, line in enumerate(lines_of(path), 1):
            if re.search(r"::(min|max)\s*\(", line.split("//")[0]):
                yield f"{name}.hpp:{number}: write (std::min)(…), with parentheses around the name"


def rule_names():
    for path in files():
        parts = pathlib.PurePath(short(path)).parts
        if any(re.fullmatch(r"utils?|helpers?|common|misc|manager", part.split(".")[0]) for part in parts):
            yield f"{short(path)}: a name that says nothing"
        if "declarations" in parts:  # stand-ins for other libraries' headers, which are called what those are called
            continue
        if path.suffix in (".hpp", ".cpp", ".py", ".cmake") and not re.fullmatch(r"[a-z0-9_.]+", path.name):
            yield f"{short(path)}: file names are in snake_case"


def rule_readme_code():
    """Each C++ block of the documents stands, line for line, in a file that the tests compile."""
    compiled = []
    for folder in ("examples", "tests", "benchmarks"):
        compiled += [[line.strip() for line in lines_of(path)] for path in sorted((ROOT / folder).rglob("*.cpp"))]
    for path in sorted(ROOT.glob("*.md")):
        for block in re.findall(r"^```cpp\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            wanted = [line.strip() for line in block.splitlines()]
            if not any(wanted == lines[start:start + len(wanted)] for lines in compiled for start in range(len(lines))):
                yield f"{path.name}: no compiled file has the block that begins with: {wanted[0]}"


def rule_readme_sentences():
    """Each sentence of the compiler that the README quotes stands in a header, word for word."""
    headers = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "include").rglob("*.hpp")))
    said = re.sub(r'"\s*"', "", headers)
    for block in re.findall(r"^```text\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for sentence in re.findall(r"^    (credence: .*(?:\n    .+)*)", block, re.MULTILINE):
            if re.sub(r"\s+", " ", sentence) not in said:
                yield f"README.md: no header says: {sentence}"


def rule_text():
    for path in sources():
        for number, line in enumerate(lines_of(path), 1):
            if line.rstrip() != line:
                yield f"{short(path)}:{number}: space at the end of the line"
            if "\t" in line:
                yield f"{short(path)}:{number}: a tab"


def main():
    global ROOT
    rules = {name[5:]: rule for name, rule in globals().items() if name.startswith("rule_")}
    if sys.argv[1:] == ["--list"]:
        print("\n".join(rules))
        return 0
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in rules:
        sys.exit(f"usage: check.py RULE [ROOT], where RULE is one of: {' '.join(rules)}")
    if len(sys.argv) == 3:
        ROOT = pathlib.Path(sys.argv[2]).resolve()
    found = list(rules[sys.argv[1]]())
    for line in found:
        print(line)
    return 1 if found else 0


sys.exit(main())
