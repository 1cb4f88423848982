#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a program with clang's standard library, which reads floating-point numbers in another way, and with g++'s library in
# the mode that checks each iterator and index.
# packages: clang-19 libc++-19-dev libc++abi-19-dev
# label: source all
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
for compiler in "clang++-19 -stdlib=libc++" "g++ -D_GLIBCXX_DEBUG -D_GLIBCXX_DEBUG_PEDANTIC"; do
    # shellcheck disable=SC2086  # a compiler and its flags
    $compiler -std=c++20 "${warnings[@]}" -I "$root/include" "$root/tests/builds/numbers.cpp" -lcrypto -o "$here/program"
    "$here/program" || { echo "$compiler: it ended with $?"; exit 1; }
done
