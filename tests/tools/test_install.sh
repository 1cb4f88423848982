#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The installed command: it runs, its manual page has no errors, and its completion works. The Debian package does not have it.
# packages: libcli11-dev
set -eu

build=$(dirname "${CREDENCE_BIN:-build/dev/bin}")
[ -x "$build/bin/credence" ] || { echo "the tools are not built"; exit 77; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cmake --install "$build" --prefix "$here" >"$here/log" || { cat "$here/log"; exit 1; }

"$here/bin/credence" --version
# The package is for every architecture, and depends on no library of the command.
component=$(sed -n 's,^set(CPACK_INSTALL_CMAKE_PROJECTS ".*;credence;\(.*\);/")$,\1,p' "$build/CPackConfig.cmake")
cmake --install "$build" --prefix "$here/package" --component "$component" >"$here/log"
[ -e "$here/package/include/credence/credence.hpp" ] || { echo "the package lacks the library"; exit 1; }
[ ! -e "$here/package/bin" ] || { echo "the package has the command"; exit 1; }
page=$here/share/man/man1/credence.1
if command -v man >/dev/null && command -v groff >/dev/null; then
    faults=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)
    [ -z "$faults" ] || { echo "$faults"; exit 1; }
fi

# The manual page has each command in its synopsis, and every option of the command's help.
for command in sign verify decode explain encrypt decrypt keygen jwk keys dpop; do
    sed -n '/^.SH SYNOPSIS/,/^.SH DESCRIPTION/p' "$page" | grep -qw "^.B credence $command" ||
        { echo "the manual's synopsis lacks $command"; exit 1; }
    for option in $("$here/bin/credence" $command --help | grep -oE '(^|[ ,])--[a-z0-9-]+' | tr -d ' ,' | sort -u); do
        [ "$option" = --help ] || sed 's,[\],,g' "$page" | grep -qF -e "$option" ||
            { echo "the manual does not tell $option of $command"; exit 1; }
    done
done

# completes WORD… WANTED: the last word is among the answers to the words before it.
completes() {
    local wanted=${*: -1}
    COMP_WORDS=(credence "${@:1:$#-1}")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _credence
    [[ " ${COMPREPLY[*]} " == *" $wanted "* ]] || { echo "${COMP_WORDS[*]}: ${COMPREPLY[*]}"; exit 1; }
}
PATH=$here/bin:$PATH
# shellcheck disable=SC1091  # it is only there now
. "$here/share/bash-completion/completions/credence"
completes ver verify
completes verify --le --leeway
completes verify --alg RS RS512
completes keygen Ed Ed448
completes verify --iss --issuer
completes keygen ES256 --format j jwk
completes sign --key env:HOM env:HOME
completes sign --key env : HOM HOME  # as bash splits the words
completes sign --key = env : HOM HOME
completes sign --key env : HOME
completes verify --alg = RS RS512
completes keygen ES256 --format = secret
completes decode --allow --allow-padding
cd "$here"
completes decode bi bin
