#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The rules of the house that a machine can check: layers, sizes, licences, names. `check.py RULE [ROOT]` prints a line
# for each thing that breaks the rule; `check.py --list` names the rules. A rule is a function below.
# label: source
import fnmatch
import os
import pathlib
import re
import subprocess
import sys

# The floors of the library. A header includes headers of its own wing or of a lower floor; wings on one floor do not
# include each other. A wing is a folder; the words and the doors are the headers that lie beside the folders.
WORDS = ["version", "exceptions", "error", "result", "clock", "bytes"]
FLOORS = [WORDS, ["detail"], ["keys", "claims"], ["jwt"], ["http", "opaque", "jwe", "remote"],
          ["stacks", "stores", "transports"], ["testing"]]
# Other wings do not include a wing's detail/. These pairs are the exceptions.
MAY_USE_DETAIL = {
    ("jwt", "claims"): "one pass reads a payload into the claims type and into what the library checks",
    ("jwt", "keys"): "a prepared key signs and verifies",
    ("jwe", "keys"): "keys for encryption are read and checked as those for signing are",
    ("jwe", "claims"): "claims are encrypted as the text that encode would sign",
    ("jwe", "jwt"): "the header of an encrypted token is read by the rules of a signed one",
    ("opaque", "jwt"): "the claims of a session or an API key become the same proof as a token's",
    ("opaque", "keys"): "a refresh token's successor is sealed with HMAC",
    ("http", "keys"): "a nonce for DPoP is signed with a prepared key, and the keys of proofs are cached as such",
    ("transports", "http"): "the awaiting guard gives the same answers as the other guard",
    ("transports", "remote"): "both parse hosts, and make a client's errors safe for a log, in the same way",
    ("remote", "jwt"): "the issuer that a token names chooses its keys before anything is verified",
    ("testing", "keys"): "the attacks are signed with keys of their own",
    ("testing", "jwt"): "the attacks take a good token apart",
    ("unverified", "jwt"): "it reads headers as the verifier does",
}
MAY_NAME_EVP = ["detail/openssl/", "keys/detail/", "jwe/detail/"]
MAY_ASK_THE_COMPILER = {  # how often
    "version": 1,                         # whether it compiles C++20
    "exceptions": 1,                      # whether it compiles with exceptions
    "claims/detail/reflect": 1,           # for a compiler's own name
    "detail/encoding/base64url_simd": 2,  # for a processor's own instructions
    "detail/json/character_masks": 1,     # the same
    "jwt/detail/payload": 1,              # for clang's attribute that inlines, which changes no meaning
    "jwt/detail/rules": 1,                # the same
    "transports/httplib": 1,              # whether cpp-httplib was built with TLS, which https needs
}
UMBRELLA = [*WORDS, "keys", "claims", "jwt", "http"]  # credence.hpp includes exactly these
# These include neither OpenSSL nor nlohmann/json, however indirectly.
STAY_LIGHT = ["clock", "error", "result", "jwt/verified", "jwt/granted", "http/rejection", "http/bearer"]
WITHOUT_UNIT_TEST = {
    "credence": "its content, and that of the doors, is tested here, by `doors`",
    "http/detail/bearer_proof": "tests/unit/http/bearer.cpp, and tests/compile_fail for each of its compile errors",
    "http/detail/client_certificate": "tests/unit/http/mtls.cpp sends every form of certificate",
    "http/detail/confirmation_members": "tests/unit/http/dpop.cpp and mtls.cpp send every kind of cnf",
    "http/detail/dpop_check": "tests/unit/http/dpop.cpp breaks each rule of a proof",
    "http/detail/dpop_claims": "tests/unit/http/dpop.cpp makes proofs and reads them",
    "http/detail/proof_keys": "tests/unit/http/dpop.cpp sends keys of every kind, known and new",
    "http/detail/token_kinds": "tests/unit/http/first_of.cpp and dpop.cpp have verifiers choose",
    "jwe/detail/chosen_bytes": "tests/unit/jwe/decrypt.cpp damages the bytes that it chooses",
    "jwe/detail/decryption_table": "tests/unit/jwe/decryption_key_set.cpp looks up in it",
    "jwe/detail/exported_encryption_key": "tests/unit/jwe/encryption_key_export.cpp exports every kind of key",
    "jwe/detail/fetched": "every test of tests/unit/jwe encrypts with the algorithms that it fetches",
    "jwe/detail/jwe_token": "tests/unit/jwe/encrypt.cpp and decrypt.cpp test the tokens that it writes and reads",
    "jwe/detail/management_key": "tests/unit/jwe/decrypt.cpp runs every algorithm",
    "jwe/detail/management_key_import": "tests/unit/jwe/encryption_keys.cpp makes every kind of key",
    "jwe/detail/rsa_oaep": "tests/unit/jwe/decrypt.cpp damages the keys that it seals",
    "jwe/detail/wiped_text": "tests/unit/jwe/encrypt.cpp and sealed_cookie.cpp encrypt claims through it",
    "jwt/detail/stored_claims": "tests/unit/opaque/sessions.cpp writes, reads and damages stored claims",
    "keys/skipped_key": "tests/unit/keys/key_set.cpp reads the entries that a set skips",
    "opaque/detail/any_api_key_store": "tests/unit/opaque/api_keys.cpp asks every function of it",
    "opaque/detail/any_session_store": "tests/unit/opaque/sessions.cpp asks every function of it",
    "opaque/detail/api_key_text": "tests/unit/opaque/api_keys.cpp changes every character of a key",
    "opaque/detail/label_text": "tests/unit/opaque/sessions.cpp gives labels of every kind",
    "opaque/detail/login_families": "tests/unit/opaque/logins.cpp starts and ends logins, and counts their uses",
    "remote/detail/deferral": "tests/unit/transports/async_verifier.cpp and blocking_calls.cpp defer work of every kind",
    "remote/detail/introspection_access": "tests/unit/remote/client_authentication.cpp and introspection_verifier.cpp",
    "stores/detail/sharded_records": "tests/unit/stores/memory_store.cpp runs the contract of stores on it",
    "stores/detail/postgresql_connection": "tests/unit/stores/postgresql_store.cpp runs every statement on it",
    "stores/detail/redis_connection": "tests/unit/stores/redis_store.cpp runs every command on it",
    "stores/detail/redis_records": "tests/unit/stores/redis_store.cpp writes, reads and damages every record",
    "stores/detail/redis_scripts": "tests/unit/stores/redis_store.cpp runs every script",
    "stores/detail/postgresql_schema": "tests/unit/stores/postgresql_store.cpp opens new and newer tables",
    "stores/detail/sqlite_connection": "tests/unit/stores/sqlite_store.cpp runs every statement on it",
    "stores/detail/sqlite_schema": "tests/unit/stores/sqlite_store.cpp opens new, old, newer and damaged files",
    "transports/detail/async_fetcher": "tests/unit/transports/asio.cpp has it follow a scripted issuer",
    "transports/detail/async_guard": "tests/unit/transports/asio.cpp guards coroutines with it",
    "transports/detail/await_deferral": "tests/unit/transports/asio.cpp, async_verifier.cpp and blocking_calls.cpp await",
    "transports/detail/blocking_call": "tests/unit/transports/blocking_calls.cpp makes calls that end in every way",
    "transports/detail/kept_context": "tests/unit/transports/blocking_calls.cpp verifies requests with it",
    "transports/detail/certificate_fault": "tests/remote shows it certificates of other hosts",
    "transports/detail/beast_fetch": "tests/unit/transports/beast.cpp and tests/remote run it against real servers",
    "transports/detail/socket_watchdog": "tests/unit/transports/httplib.cpp and tests/remote run it against real servers",
    "testing/attack": "tests/unit/testing.cpp reads the rules and names of attacks",
    "testing/detail/attack_token": "tests/unit/testing.cpp runs every attack",
    "testing/detail/attacks_forged": "tests/unit/testing.cpp runs every attack",
    "testing/detail/attacks_signed": "tests/unit/testing.cpp runs every attack",
}
MOST_LINES = 400
# The names of standard headers, to find includes that are not needed. Not listed are headers with many names, and those that
# code needs without naming them: <string> for +, <new>, <initializer_list>, <compare>.
STANDARD_NAMES = {
    "array": r"array|to_array|std::get|tuple_\w+",
    "atomic": r"atomic\w*|memory_order\w*",
    "charconv": r"(from|to)_chars\w*|chars_format",
    "chrono": r"chrono\w*|literals",
    "cstddef": r"size_t|ptrdiff_t|byte|nullptr_t|max_align_t|to_integer|offsetof",
    "cstdint": r"u?int\w+_t|U?INT\w+|SIZE_MAX|PTRDIFF_\w+",
    "limits": r"numeric_limits",
    "map": r"(multi)?map",
    "mutex": r"\w*mutex|\w*lock\w*|once_flag|call_once",
    "optional": r"\w*optional\w*|nullopt\w*",
    "set": r"(multi)?set",
    "span": r"span|dynamic_extent|as_(writable_)?bytes",
    "stdexcept": r"\w+_error|invalid_argument|out_of_range",
    "string_view": r"\w*string_view\w*|literals",
    "thread": r"j?thread|this_thread",
    "unordered_map": r"unordered_(multi)?map",
    "unordered_set": r"unordered_(multi)?set",
    "utility": r"move\w*|forward\w*|swap|exchange|\w*pair|declval|as_const|in_place\w*|piecewise_\w+|\w+_sequence\w*|cmp_\w+"
               r"|in_range|to_underlying|unreachable|std::get|tuple_\w+",
    "variant": r"variant\w*|visit|std::get\w*|holds_alternative|monostate|bad_variant_access",
    "vector": r"vector",
}

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
    """The files that git tracks; without a repository, everything outside build/."""
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


def wing(name):
    """The folder that a header belongs to. The words share one wing; a door or another header at the top is a wing by itself."""
    top = name.split("/")[0]
    return "words" if top in WORDS else top


def is_door(name):
    return "/" not in name and any(other.startswith(name + "/") for other in headers())


def floor(name):
    if "/" not in name and name not in WORDS:
        return len(FLOORS) + (name == "credence")  # a door, `unverified`; above them the umbrella
    return next((number for number, wings in enumerate(FLOORS) if name.split("/")[0] in wings), None)


def rule_wings():
    for name, path in headers().items():
        if floor(name) is None:
            yield f"{name}.hpp lies in a folder that is no wing: give it a floor in tests/layout/check.py"
            continue
        for other in includes(path)[0]:
            if other not in headers():
                yield f"{name}.hpp includes {other}.hpp, which does not exist"
            elif wing(name) != wing(other) and floor(other) is not None and floor(other) >= floor(name):
                yield f"{name}.hpp includes {other}.hpp, which is not on a lower floor"
            elif wing(name) != wing(other) and "/detail/" in other and (wing(name), wing(other)) not in MAY_USE_DETAIL:
                yield f"{name}.hpp includes {other}.hpp, another wing's detail"
            if is_door(other) and name != "credence":
                yield f"{name}.hpp includes the door {other}.hpp: include the header that it needs"
        if name in {inner for other in includes(path)[0] for inner in reached(other)[0] | {other}}:
            yield f"{name}.hpp includes itself in a circle"


def rule_size():
    for name, path in headers().items():
        if len(lines_of(path)) > MOST_LINES:
            yield f"{name}.hpp has {len(lines_of(path))} lines; {MOST_LINES} are the most"
        table = False  # lines between "clang-format off" and "on" may be longer
        for number, line in enumerate(lines_of(path), 1):
            table = table and "clang-format on" not in line or "clang-format off" in line
            if len(line) > 120 and not table:
                yield f"{name}.hpp:{number} has {len(line)} columns; 120 are the most"


def rule_first_lines():
    for path in sources():
        first = [line for line in lines_of(path)[:4] if not line.startswith(("#!", "<!DOCTYPE"))]
        if not first or not re.search(r"SPDX-License-Identifier: MIT( ?(\*/|-->))?$", first[0]):
            yield f"{short(path)}: the first line is not SPDX-License-Identifier: MIT"
        elif len(first) < 2 or not re.match(r"\s*(//|#|/?\*|<!--|--|@)", first[1]) or first[1].startswith("#include"):
            yield f"{short(path)}: no sentence of purpose after the licence"


def rule_doors():
    """A door includes each public header of its wing and nothing else; the umbrella includes words and doors."""
    if "credence" not in headers():
        yield "credence.hpp does not exist"
        return
    due = {name: {other for other in headers() if other.startswith(name + "/") and "/detail/" not in other}
           for name in headers() if is_door(name) and name != "testing"}
    due["credence"] = {name for name in UMBRELLA if name in headers()}
    for name, wanted in due.items():
        there = set(includes(headers()[name])[0])
        yield from (f"{name}.hpp does not include {other}.hpp" for other in sorted(wanted - there))
        yield from (f"{name}.hpp includes {other}.hpp, which it must not include" for other in sorted(there - wanted))


def rule_openssl_names():
    """The EVP functions are called in a few folders only; the type EVP_PKEY is part of `from_evp_pkey`."""
    for name, path in headers().items():
        if not name.startswith(tuple(MAY_NAME_EVP)) and re.search(r"\bEVP_(?!PKEY\b)", path.read_text()):
            yield f"{name}.hpp names EVP_; only {', '.join(MAY_NAME_EVP)} may, but for the type EVP_PKEY"


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


def rule_language_version():
    """Every header includes version.hpp first: a compiler with an older C++ stops at its message."""
    yield from (f"{name}.hpp includes no header of the library: include <credence/version.hpp> first"
                for name, path in headers().items() if not includes(path)[0] and name != "version")


def rule_exceptions():
    """Only exceptions.hpp has the keywords that do not compile without exceptions."""
    for name, path in headers().items():
        for number, line in enumerate(lines_of(path), 1):
            code = re.sub(r'"(\\.|[^"])*"', "", line.split("//")[0])
            if name != "exceptions" and re.search(r"\b(try|catch|throw)\b", code):
                yield f"{name}.hpp:{number} throws or catches; use the functions of exceptions.hpp"


def rule_unused_includes():
    """A file that includes a header of STANDARD_NAMES has one of its names. A comment beside the include is another reason."""
    for path in files():
        if path.suffix not in (".hpp", ".cpp"):
            continue
        text = path.read_text(encoding="utf-8")
        code = re.sub(r"^\s*#\s*include.*|(?<!\S)//.*", "", text, flags=re.MULTILINE)
        for name in re.findall(r"^#include <(\w+)>$", text, re.MULTILINE):
            if name in STANDARD_NAMES and not re.search(rf"\b({STANDARD_NAMES[name]})\b", code):
                yield f"{short(path)} includes <{name}> and has no name of it"


def rule_unit_tests_mirror_headers():
    tests = {path.relative_to(ROOT / "tests/unit").with_suffix("").as_posix()
             for path in (ROOT / "tests/unit").rglob("*.cpp")}
    yield from (f"tests/unit/{name}.cpp tests no header of that name" for name in sorted(tests - set(headers())))
    yield from (f"{name}.hpp has no tests/unit/{name}.cpp" for name in headers()
                if name not in tests and name not in WITHOUT_UNIT_TEST and not is_door(name))


def rule_private_names():
    """Public headers have no name that begins with detail_: users see public names, the library uses a friend."""
    for name, path in headers().items():
        for number, line in enumerate(lines_of(path), 1):
            if "/detail/" not in f"/{name}" and re.search(r"\bdetail_\w", line):
                yield f"{name}.hpp:{number}: a name that begins with detail_; make it private, with a friend in detail/"


def rule_public_names():
    """What users name is defined in a public header: those of detail/ define nothing outside the namespace detail. A
    type may be declared there, for a function that needs its name."""
    definition = re.compile(r"(?:struct|class|enum class|concept) \w+ (?!;)|inline |constexpr ")
    for name, path in headers().items():
        if "/detail/" not in f"/{name}":
            continue
        for block in re.findall(r"^namespace credence(?:::testing)? \{$(.*?)^\}", path.read_text(), re.MULTILINE | re.DOTALL):
            outside = re.sub(r"^namespace detail \{.*", "", block, flags=re.MULTILINE | re.DOTALL)
            yield from (f"{name}.hpp: '{line}' is for users: define it in a public header"
                        for line in outside.splitlines() if definition.match(line))


def rule_public_signatures():
    """Outside private: and detail/, no parameter and no return type is spelled detail::, as far as one line shows it.
    A concept or an alias may be defined by it, and a default argument or a function's body may use it."""
    signature = re.compile(r"(( {4})?template <.*"                                    # template parameters
                           r"|\[\[nodiscard\]\] [^{]*"                                # a function
                           r"| {4}(static|\[\[nodiscard\]\]) (?=.*\()[^{=]*"          # a member function
                           r"| {4}static constexpr )(?<!::)\bdetail::")              # a constant
    for name, path in headers().items():
        if "/detail/" in f"/{name}":
            continue
        text = re.sub(r"^private:.*?^};", lambda found: "\n" * found[0].count("\n"), path.read_text(),
                      flags=re.MULTILINE | re.DOTALL)
        yield from (f"{name}.hpp:{number}: a public signature that names detail::; give the type a public name"
                    for number, line in enumerate(text.splitlines(), 1) if signature.match(line))


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
            yield f"{short(path)}: a name without a meaning, such as helper or common"
        if "declarations" in parts:  # replacements for headers of other libraries, with the same names
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
    """Each sentence of the compiler that the README or a page of docs/ quotes stands in a header, word for word."""
    headers = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "include").rglob("*.hpp")))
    said = re.sub(r'"\s*"', "", headers)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for block in re.findall(r"^```text\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for sentence in re.findall(r"^    (credence: .*(?:\n    .+)*)", block, re.MULTILINE):
                if re.sub(r"\s+", " ", sentence) not in said:
                    yield f"{short(path)}: no header says: {sentence}"


def rule_version():
    """Each place that names the version agrees with version.hpp; packaging/vcpkg is compared in tests/package."""
    text = (ROOT / "include/credence/version.hpp").read_text()
    version = re.search(r'CREDENCE_VERSION "(\d+)\.(\d+)\.(\d+)"', text)
    number = re.search(r"CREDENCE_VERSION_NUMBER (\d+)", text)
    if not version or not number:
        yield "version.hpp does not define CREDENCE_VERSION and CREDENCE_VERSION_NUMBER"
        return
    major, minor, patch = map(int, version.groups())
    if int(number[1]) != major * 10000 + minor * 100 + patch:
        yield f"version.hpp: CREDENCE_VERSION_NUMBER is {number[1]} for {version[0]}"
    newest = re.search(r"^## (\S+?),", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    if not newest or newest[1] != f"{major}.{minor}.{patch}":
        yield f"CHANGELOG.md: the newest section is {newest and newest[1]}, the version is {major}.{minor}.{patch}"
    consumer = "tests/package/consumer/CMakeLists.txt"
    if f"find_package(credence {major}.{minor} REQUIRED)" not in (ROOT / consumer).read_text():
        yield f"{consumer} asks for another version than {major}.{minor}"


def rule_opt_outs():
    told = set(re.findall(r"^## .*?\b(allow_\w+)", (ROOT / "docs/opt_outs.md").read_text(), re.MULTILINE))
    there = set()
    for name in ("jwt/validation", "keys/keys", "keys/key_options", "http/http_traits", "stores/redis_store"):
        path = ROOT / f"include/credence/{name}.hpp"
        there |= set(re.findall(r"\b(allow_\w+)", path.read_text())) if path.exists() else set()
    yield from (f"docs/opt_outs.md: no section about {name}" for name in sorted(there - told))
    yield from (f"docs/opt_outs.md: there is no {name} in the library" for name in sorted(told - there))


def rule_module():
    """The module exports every type, concept and function that the umbrella header declares for users."""
    exported = set(re.findall(r"^using credence::(\w+);", (ROOT / "modules/credence.cppm").read_text(), re.MULTILINE))
    for name, path in headers().items():
        if "detail/" in name or name == "exceptions" or not (name in WORDS or name.split("/")[0] in UMBRELLA):
            continue
        text = re.sub(r"namespace detail \{.*?\}  // namespace detail", "", path.read_text(), flags=re.DOTALL)
        declared = re.findall(r"^(?:class|struct|concept|enum class) (\w+)\b(?!::)", text, re.MULTILINE)
        declared += re.findall(r"^(?:\[\[nodiscard\]\] )?(?:inline|constexpr|auto) .*?(?<![\w:])(\w+)\(", text, re.MULTILINE)
        yield from (f"modules/credence.cppm does not export {word} of {name}.hpp" for word in dict.fromkeys(declared)
                    if word not in exported)


def rule_scripts():
    for path in sources():
        if lines_of(path)[:1] and lines_of(path)[0].startswith("#!") and not os.access(path, os.X_OK):
            yield f"{short(path)}: a script that may not be run: chmod +x"


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
