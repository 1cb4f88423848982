#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/packages on made-up machines: which packages it installs, how, and its message if it may not install.
# label: source
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir "$here/cmake" "$here/bin"
cp "$root/cmake/packages" "$here/cmake"
cat >"$here/cmake/packages.txt" <<'END'
# sets        package   sign
build         alpha     command:alpha-command
build,tests   beta
tests         gamma     header:no/such/header.hpp
END

fake() { (echo '#!/bin/sh' && cat) >"$here/bin/$1" && chmod +x "$here/bin/$1"; }
# The machine's packages are the lines of the file `installed`. The fake apt-get records its arguments, and adds lines.
fake dpkg-query <<'END'
for name; do :; done
grep -qx "$name" "$MACHINE/installed" && printf installed
END
fake apt-get <<'END'
echo "$@" >>"$MACHINE/calls"
case $* in *update*) exit 0 ;; esac
[ ! -e "$MACHINE/broken" ] || { rm "$MACHINE/broken"; echo "E: Unable to locate package" >&2; exit 100; }
for name; do echo "$name"; done >>"$MACHINE/installed"
END
fake id <<'END'
cat "$MACHINE/id"
END
fake sudo <<'END'
[ -e "$MACHINE/may_sudo" ] || exit 1
[ "$1" != -n ] || shift
echo "sudo" >>"$MACHINE/calls"
exec "$@"
END
export MACHINE=$here
export PATH=$here/bin:$PATH
faults=0

# machine INSTALLED…: makes a new fake machine, where the user is root.
machine() {
    printf '%s\n' "$@" >"$here/installed"
    : >"$here/calls"
    echo 0 >"$here/id"
    rm -f "$here"/{may_sudo,broken}
}
# shellcheck disable=SC2317  # this and those below are called by `demand`
packages() { "$here/cmake/packages" "$@" >"$here/out" 2>"$here/err" </dev/null; }
# shellcheck disable=SC2317
refused() { ! packages "$@"; }
# shellcheck disable=SC2317
said() { grep -qF -- "$2" "$here/$1"; }
# shellcheck disable=SC2317
silent() { [ ! -s "$here/$1" ]; }
demand() { "${@:2}" || { echo "$1"; head "$here"/{out,err,calls}; faults=1; }; }

machine alpha beta gamma
demand 'nothing is missing' packages install build tests
demand 'nothing missing, so apt is not called' silent calls
demand 'nothing missing, so nothing is said' silent err
demand 'the list of the missing ones' packages missing build tests
demand 'the list is empty' [ "$(cat "$here/out")" = "" ]

machine beta
fake alpha-command </dev/null
demand 'a command is a sign' packages missing build
demand 'alpha counts as there' [ "$(cat "$here/out")" = "" ]
rm "$here/bin/alpha-command"

machine beta
demand 'as root' packages install build tests
demand 'the missing ones are installed at once' said calls 'install --no-install-recommends alpha gamma'
demand 'what is there is not' [ "$(grep -c beta "$here/calls")" = 0 ]
demand 'one line says so' [ "$(wc -l <"$here/err")" = 1 ]
demand 'with one call' [ "$(wc -l <"$here/calls")" = 1 ]

machine beta && touch "$here/broken"
demand 'the lists are old' packages install build
verbs=$(cut -d ' ' -f 5 "$here/calls" | tr '\n' ' ')
demand 'so they are fetched, and it is tried again' [ "$verbs" = 'install update install ' ]

machine beta && echo 1000 >"$here/id" && touch "$here/may_sudo"
demand 'with sudo' packages install build
demand 'through sudo' said calls sudo
demand 'installed' said calls 'install --no-install-recommends alpha'

machine beta && echo 1000 >"$here/id"
demand 'without the right' refused install build
demand 'apt is not called' silent calls
demand 'the line to type is printed' said err 'apt-get install -y --no-install-recommends alpha'
demand 'in one line' [ "$(wc -l <"$here/err")" = 1 ]

machine alpha
demand 'a name that nobody knows' refused install build delta
demand 'is named' said err "lists no 'delta'"
demand 'and nothing is installed' silent calls
demand 'usage' refused frobnicate
exit $faults
