#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A program that uses the library in a static destructor, after OpenSSL has cleaned up, gets errors and does not crash.
# label: source all
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"${CXX:-g++}" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I "$root/include" \
    "$root/tests/builds/static_destructor.cpp" -lcrypto -o "$here/program"
ulimit -c 0
"$here/program" || { echo "it ended with $?"; exit 1; }
