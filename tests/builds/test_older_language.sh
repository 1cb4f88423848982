#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A program that is compiled as C++17 gets exactly one error, with the library's message, whichever header of the library it
# includes first.
# label: source all
set -u

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
failed=0 missing=""
# The adapters begin with another library's headers, which may need C++20 themselves.
headers=$(cd "$root/include" && find credence -name '*.hpp' | grep -vE '/(stacks|transports|stores|detail)/' | sort)
for compiler in g++ clang++-19; do
    command -v "$compiler" >/dev/null || { missing=$compiler; continue; }
    # After a missing file clang goes on for seconds, without another error. Its preprocessor alone is sufficient.
    case $compiler in *clang*) only=-E ;; *) only=-fsyntax-only ;; esac
    for header in $headers; do
        said=$(echo "#include <$header>" | LC_ALL=C "$compiler" -std=c++17 -I "$root/include" $only \
            -fdiagnostics-color=never -x c++ - 2>&1 >/dev/null)
        first=$(grep -m 1 -E '(error|warning):' <<<"$said")
        count=$(grep -cE '(error|warning):' <<<"$said")
        # The second error is the missing file, which stops the compiler.
        if [[ $first != *"credence needs C++20"* || $count -ne 2 ]]; then
            echo "$compiler, <$header>: $count errors, the first: $first"
            failed=1
        fi
    done
done
[ -z "$missing" ] || [ $failed -ne 0 ] || { echo "install $missing"; exit 77; }
exit $failed
