#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Each file of examples/recipes compiles against the declarations in this folder, and says that nothing else was tested.
# label: source all
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
faults=0
for file in "$root"/examples/recipes/*.cpp; do
    name=$(basename "$file")
    grep -q 'checked against declarations, not run' "$file" || { echo "$name does not say how it was checked"; faults=1; }
    for compiler in g++ clang++-19; do
        command -v "$compiler" >/dev/null || continue
        "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only \
            -I "$root/include" -isystem "$root/tests/recipes/declarations" "$file" ||
            { echo "$name does not compile with $compiler"; faults=1; }
    done
done
exit "$faults"
