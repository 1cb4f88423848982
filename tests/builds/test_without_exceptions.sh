#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A program without exceptions and RTTI verifies tokens, and `value()` of an error ends it with std::terminate.
# label: source all
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
g++ -std=c++20 -fno-exceptions -fno-rtti -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I "$root/include" \
    "$root/tests/builds/without_exceptions.cpp" -lcrypto -o "$here/program"
"$here/program" || { echo "it ended with $?"; exit 1; }
ulimit -c 0
ended=0
"$here/program" value 2>"$here/said" || ended=$?
[ "$ended" -eq 134 ] || { echo "value() of an error: ended with $ended, not by an abort"; exit 1; }
