#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The scripts that are run by hand: each tells its usage, and refuses wrong arguments with one line before it does anything, also
# if it is started through a symbolic link from a folder with a space in its name.
# label: source
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir "$here/a folder"
cd "$here/a folder"

# tells SCRIPT WORDS…: --help prints the words, and exits with 0.
tells() {
    ln -sf "$root/$1" link
    local text
    text=$(./link --help 2>"$here/errors") || { echo "$1 --help fails: $(cat "$here/errors")"; exit 1; }
    [[ $text == *"${*:2}"* ]] || { echo "$1 --help lacks '${*:2}': $text"; exit 1; }
}

# refuses WORDS SCRIPT ARGUMENT…: exits with another status than 0, and prints one line, with the words, on standard error.
refuses() {
    ln -sf "$root/$2" link
    local status=0 fault=""
    ./link "${@:3}" >"$here/output" 2>"$here/errors" || status=$?
    [ "$status" -ne 0 ] || fault="exits with 0"
    [ ! -s "$here/output" ] || fault="prints to standard output"
    [ "$(wc -l <"$here/errors")" -eq 1 ] || fault="does not print one line"
    grep -qF -e "$1" "$here/errors" || fault="does not say '$1'"
    [ -z "$fault" ] || { echo "${*:2} $fault: $(cat "$here/output" "$here/errors")"; exit 1; }
}

tells benchmarks/compile_time "[--quick]"
tells docs/run "docs/run --build"
tells packaging/single_header "--with HEADER"
tells tests/fuzz/run "where TARGET is one of: authorization base64url"
tells tests/mutations/run "tests/mutations/run [NAME-PART | --check]"

refuses "there is no option '--slow'" benchmarks/compile_time --slow
refuses "unknown argument '--slow'" docs/run --slow
refuses "docs/run: --port needs a number" docs/run --port
refuses "docs/run: --port needs a number" docs/run --port x
refuses "there is no header no.hpp" packaging/single_header --with no.hpp
refuses "cannot write $here/no/one.hpp: No such file" packaging/single_header "$here/no/one.hpp"
refuses "'x' is not a number of seconds" tests/fuzz/run x
refuses "there is no target 'x'" tests/fuzz/run 1 x
refuses "see tests/mutations/run --help" tests/mutations/run --slow
refuses "see tests/mutations/run --help" tests/mutations/run one two
refuses "no mutant has 'no such name'" tests/mutations/run "no such name"
