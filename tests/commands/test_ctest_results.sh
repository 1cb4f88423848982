#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Results of ctest are counted correctly: passed, failed, skipped with its reason, not built, and an empty report.
# label: source
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export CREDENCE_BUILD=$here CREDENCE_RESULTS=$here/results CREDENCE_ALL="" CREDENCE_JOBS=1
cd "$root"
. tests/support/step.sh
faults=0

# demand RESULTS TITLE: with the tests on standard input.
demand() {
    mkdir -p "$here/made_up"
    cat >"$here/made_up/CTestTestfile.cmake"
    : >"$CREDENCE_RESULTS"
    run_ctest made_up >"$here/out" 2>&1
    [ "$(sort "$CREDENCE_RESULTS")" = "$1" ] || { echo "$2:"; cat "$CREDENCE_RESULTS" "$here/out"; faults=1; }
}

demand $'failed 1 bad\nfailed 1 lost\npassed 2\nskipped 1 lacking: install x' 'each kind' <<'END'
add_test(good true)
add_test([==[good; also]==] true)
add_test(bad false)
add_test(lost /no/such/program)
add_test(lacking sh -c "echo first; echo install x; exit 77")
set_tests_properties(lacking PROPERTIES SKIP_RETURN_CODE 77)
END
demand 'passed 1' 'what is for --all, and what looks only at the sources' <<'END'
add_test(good true)
add_test(long false)
set_tests_properties(long PROPERTIES LABELS all)
add_test(layout false)
set_tests_properties(layout PROPERTIES LABELS "source;other")
END
demand $'passed 1\nskipped 1 partly: what a terminal shows' 'a part that is left out' <<'END'
add_test(partly sh -c "echo left out: what a terminal shows")
END
demand '' 'no tests' </dev/null
exit $faults
