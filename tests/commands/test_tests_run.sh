#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tests/run with made-up steps: its counts, its output, and when it fails.
# label: source
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir -p "$here/cmake" "$here/tests"
cp "$root/tests/run" "$here/tests"
cp "$root/cmake/packages" "$here/cmake"
cat >"$here/cmake/packages.txt" <<'END'
build,tests,all  bash    command:bash
other            no-such-package
END
faults=0

# step NAME LINES…: adds a step; standard input has the rest of its head and its commands.
step() { (echo '#!/usr/bin/env bash' && echo '# SPDX' && cat) >"$here/tests/steps/$1" && chmod +x "$here/tests/steps/$1"; }
afresh() { rm -rf "$here/tests/steps" && mkdir "$here/tests/steps"; }
run() { status=0 && "$here/tests/run" "$@" >"$here/out" 2>&1 || status=$?; }
# demand STATUS LAST-LINE TITLE
demand() {
    if [ "$status" != "$1" ] || [ "$(tail -n 1 "$here/out")" != "$2" ]; then
        echo "$3: status $status"
        cat "$here/out"
        faults=1
    fi
}
demand_text() { grep -qF -- "$1" "$here/out" || { echo "nothing says: $1"; cat "$here/out"; faults=1; }; }

good() { step "$1" <<<$'# good\necho passed 2 >>"$CREDENCE_RESULTS"'; }
afresh
good 10_good
run
demand 0 '2 passed, 0 failed' 'one good step'
step 20_bad <<<$'# bad\necho failed 1 the roof leaks >>"$CREDENCE_RESULTS"'
run
demand 1 '2 passed, 1 failed' 'a failure'
demand_text 'failed: the roof leaks'
run good
demand 0 '2 passed, 0 failed' 'one step by name'

afresh
good 10_good
step 20_crash <<<$'# crashes after a success\necho passed 3 >>"$CREDENCE_RESULTS"\nexit 7'
run
demand 1 '5 passed, 1 failed' 'a step that ends badly'
demand_text 'crash ended with exit status 7'

afresh
good 10_good
step 20_silent <<<'# silent'
run
demand 1 '2 passed, 1 failed' 'a step that reports nothing'

afresh
good 10_good
step 20_lacking <<<$'# lacking\n# packages: no-such-package\necho passed 1 >>"$CREDENCE_RESULTS"'
step 30_part <<<$'# part\necho skipped 1 a part: install something >>"$CREDENCE_RESULTS"'
run
demand 0 '2 passed, 0 failed, 2 skipped' 'skipped for want of a package'
demand_text 'lacking: skipped, install no-such-package'
demand_text 'skipped: a part: install something'

afresh
step 20_part <<<$'# part\necho skipped 1 a part >>"$CREDENCE_RESULTS"'
run
demand 1 '0 passed, 0 failed, 1 skipped' 'nothing passed'

afresh
good 10_good
step 20_long <<<$'# long\n# only: --all\necho passed 40 >>"$CREDENCE_RESULTS"'
run
demand 0 '2 passed, 0 failed' 'what is only for --all'
demand_text 'left for tests/run --all: long'
run --all
demand 0 '42 passed, 0 failed' '--all'
run long
demand 0 '40 passed, 0 failed' 'a long one by name'

run nonsense
demand 1 "tests/run: there is no step 'nonsense'; there are: good long " 'a step that is none'
run --help
[ "$status" = 0 ] || { echo '--help fails'; faults=1; }
exit $faults
