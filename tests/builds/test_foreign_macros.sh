#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All headers of the library in one file, behind the macros of other platforms: none of them expands in the library's code.
# What the library itself includes comes first, for the standard library and nlohmann/json do not survive all of these.
# label: source
set -u

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
headers=$(cd "$root/include" && find credence -name '*.hpp' | grep -vE '/(stacks|transports)/|/(sqlite|postgresql|redis)_' | sort)
# shellcheck disable=SC2086  # a list of headers
foreign=$(cd "$root/include" && grep -hoE '^#include <[^>]+>' $headers | grep -v '<credence' | sort -u)
failed=0 missing=""
for compiler in g++ clang++-19; do
    command -v "$compiler" >/dev/null || { missing=$compiler; continue; }
    {
        echo "$foreign"
        echo "#include \"$root/tests/builds/foreign_macros.hpp\""
        for header in $headers; do echo "#include <$header>"; done
    } | LC_ALL=C "$compiler" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I "$root/include" -x c++ - || failed=1
done
[ -z "$missing" ] || [ $failed -ne 0 ] || { echo "install $missing"; exit 77; }
exit $failed
