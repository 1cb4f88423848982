#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles all headers of the library after the macros of other platforms: no macro may expand in the library's code. The
# headers that the library itself includes come first, because the standard library and nlohmann/json do not compile with all
# of these macros. The stacks, stores and transports are a second unit, for g++: those whose libraries are installed, except
# gRPC, which uses some of the names, and RESTinio, which needs another Asio.
# label: source all
set -u

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
headers=$(cd "$root/include" && find credence -name '*.hpp' | grep -vE '/(stacks|transports)/|/(sqlite|postgresql|redis)_' | sort)
libpq=$(pkg-config --cflags libpq 2>/dev/null)
failed=0 missing=""

# The headers that the given ones include, without the library's own.
foreign_of() { (cd "$root/include" && grep -hoE '^#include <[^>]+>' "$@" | grep -v '<credence' | sort -u); }

# The program that includes the given headers after the macros.
program_of() {
    # shellcheck disable=SC2086  # a list of headers
    foreign_of "$@" $headers
    sed -n 's/^#define \(\w*\).*/#undef \1/p' "$root/tests/builds/foreign_macros.hpp"  # resolv.h defines DELETE, too
    echo "#include \"$root/tests/builds/foreign_macros.hpp\""
    printf '#include <%s>\n' "$@"
}

# compiles COMPILER HEADER…
compiles() {
    local compiler=$1
    shift
    # shellcheck disable=SC2086  # flags
    program_of "$@" | LC_ALL=C "$compiler" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I "$root/include" $libpq \
        -DCPPHTTPLIB_OPENSSL_SUPPORT -x c++ -
}

# Whether everything that a header includes is installed.
has_libraries() {
    # shellcheck disable=SC2086  # flags
    foreign_of "$1" | sed 's/#include \(.*\)/#if !__has_include(\1)\n#error\n#endif/' |
        g++ -std=c++20 $libpq -fsyntax-only -x c++ - 2>/dev/null
}

plugs=()
for header in $(cd "$root/include" && find credence/stacks credence/transports credence/stores -name '*.hpp' | sort); do
    [[ $header =~ /(grpc|restinio)\.hpp$ ]] || ! has_libraries "$header" || plugs+=("$header")
done
[ ${#plugs[@]} -ge 3 ] || { echo "no plugs were found"; exit 1; }
compiles g++ "${plugs[@]}" || failed=1
for compiler in g++ clang++-19; do
    command -v "$compiler" >/dev/null || { missing=$compiler; continue; }
    # shellcheck disable=SC2086  # a list of headers
    compiles "$compiler" $headers || failed=1
done
[ -z "$missing" ] || [ $failed -ne 0 ] || { echo "install $missing"; exit 77; }
exit $failed
