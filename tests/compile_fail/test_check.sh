#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests the harness itself, with cases that it must refuse and one that it must accept.
# label: source
set -eu

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
faults=0

# try WANTED TITLE: the harness must answer WANTED (pass or fail) for the case on stdin.
try() {
    cat >"$folder/case.cpp"
    local answer=pass
    "$here/check" "${CXX:-g++}" "$folder/case.cpp" >"$folder/said" || answer=fail
    [ "$answer" = "$1" ] || { echo "$2: $answer"; cat "$folder/said"; faults=1; }
}

try pass 'the sentence in the first error' <<'END'
// expect: write it so
#ifdef CREDENCE_MUST_FAIL
template <class T> void f() { static_assert(sizeof(T) == 0, "credence: write it so"); }
int main() { f<int>(); }
#endif
END
try pass 'the sentence in the comment of a deleted function' <<'END'
// expect: only the library makes these
struct Proof {
    explicit Proof(int) = delete;  // credence: only the library makes these
};
#ifdef CREDENCE_MUST_FAIL
Proof proof{1};
#endif
END
try fail 'another sentence' <<'END'
// expect: write it so
#ifdef CREDENCE_MUST_FAIL
static_assert(sizeof(int) == 0, "credence: write it otherwise");
#endif
END
try fail 'an error before the sentence' <<'END'
// expect: write it so
#ifdef CREDENCE_MUST_FAIL
int x = nothing;
static_assert(sizeof(int) == 0, "credence: write it so");
#endif
END
try fail 'a sentence that is not of credence' <<'END'
// expect: write it so
#ifdef CREDENCE_MUST_FAIL
static_assert(sizeof(int) == 0, "write it so");
#endif
END
try fail 'no error' <<'END'
// expect: write it so
#ifdef CREDENCE_MUST_FAIL
#endif
END
try fail 'a twin that does not compile' <<'END'
// expect: write it so
static_assert(sizeof(int) == 0, "credence: write it so");
#ifdef CREDENCE_MUST_FAIL
#endif
END
exit $faults
