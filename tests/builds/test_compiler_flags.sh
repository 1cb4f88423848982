#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles programs that use the library with a plain -I and other flags: all warnings as errors, without RTTI, without
# exceptions. Without an argument it tries every compiler of this machine.
# label: source all
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cp -r "$root/include" "$here/include"
failed=0
absent=""

# try WHAT COMPILER FLAG… FILE
try() {
    local what=$1 compiler=$2
    shift 2
    if ! command -v "$compiler" >/dev/null; then
        absent="$absent $compiler"
    elif "$compiler" -std=c++20 -I "$here/include" -fsyntax-only "$@" >"$here/errors" 2>&1; then
        echo "good: $what, $compiler"
    else
        echo "FAILED: $what, $compiler"
        head -n 30 "$here/errors"
        failed=1
    fi
}

whole=$root/examples/quick_start.cpp
plain=$root/tests/builds/without_exceptions.cpp
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror)
# Warnings of -Weverything that are switched off: those about C++20 itself, pointers, padding, virtual functions and static
# objects in headers. A switch without `default` is intended: -Wswitch then names a missing value. The comma is in the example.
everything=(-Weverything -Werror -Wno-c++98-compat -Wno-c++98-compat-pedantic -Wno-c++98-compat-local-type-template-args
    -Wno-pre-c++14-compat -Wno-pre-c++17-compat -Wno-pre-c++20-compat -Wno-pre-c++20-compat-pedantic -Wno-c++20-compat
    -Wno-padded -Wno-weak-vtables -Wno-switch-default -Wno-switch-enum -Wno-ctad-maybe-unsupported
    -Wno-exit-time-destructors -Wno-used-but-marked-unused -Wno-unsafe-buffer-usage
    -Wno-unsafe-buffer-usage-in-container -Wno-comma)

for compiler in g++ clang++-19; do
    try "no warning in a program with a plain -I" "$compiler" "${warnings[@]}" "$whole"
    try "the whole library without RTTI" "$compiler" -fno-rtti "${warnings[@]}" "$whole"
    try "the whole library without exceptions and RTTI" "$compiler" -fno-exceptions -fno-rtti "${warnings[@]}" "$plain"
    try "with the standard library's own checks" "$compiler" -D_GLIBCXX_DEBUG "${warnings[@]}" "$whole"
done
try "-Weverything but for a list" clang++-19 "${everything[@]}" "$whole"
if [ -e /usr/include/gnu/stubs-32.h ] || [ -e /usr/include/x86_64-linux-gnu/gnu/stubs-32.h ]; then
    # Compiled and not linked: OpenSSL's headers here are those of the 64-bit library.
    try "for a machine of 32 bits" g++ -m32 -isystem /usr/include/x86_64-linux-gnu "${warnings[@]}" "$whole"
else
    absent="$absent g++-multilib"
fi
[ $failed -eq 0 ] || exit 1
[ -z "$absent" ] || {
    echo "the rest is good; for all of it install$absent"
    exit 77
}
