#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Error codes of two shared libraries with hidden visibility, and of the program that loads them, are equal: linked, and
# loaded with dlopen so that they share no symbol; compiled by the same compiler and by two.
# label: source all
set -eu

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
flags=(-std=c++20 -Wall -Wextra -Werror -I "$root/include")
compilers=() missing=""
for compiler in g++ clang++-19; do
    if command -v "$compiler" >/dev/null; then compilers+=("$compiler"); else missing=$compiler; fi
done
for compiler in "${compilers[@]}"; do
    "$compiler" "${flags[@]}" -fvisibility=hidden -fvisibility-inlines-hidden -fPIC -shared \
        "$root/tests/builds/hidden_library.cpp" -o "$here/$compiler.so"
    cp "$here/$compiler.so" "$here/$compiler-copy.so"
done
for compiler in "${compilers[@]}"; do
    "$compiler" "${flags[@]}" -fvisibility=hidden "$root/tests/builds/hidden_program.cpp" -ldl -o "$here/program"
    for one in "${compilers[@]}"; do
        for other in "${compilers[@]}"; do
            "$here/program" "$here/$one.so" "$here/$other-copy.so" ||
                { echo "FAILED ($?): a program of $compiler, libraries of $one and $other"; exit 1; }
        done
    done
done
[ -z "$missing" ] || { echo "install $missing"; exit 77; }
