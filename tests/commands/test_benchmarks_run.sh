#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# benchmarks/run and its report: their messages for wrong arguments, and the ratios, goals and table that are computed from times.
# label: source
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
faults=0
run() { status=0 && "$@" >"$here/out" 2>"$here/err" || status=$?; }
demand() { "${@:2}" || { echo "$1: status $status"; cat "$here/out" "$here/err"; faults=1; }; }

for command in run compile_time growth; do
    run "$root/benchmarks/$command" --help
    demand "$command --help: exit 0" [ "$status" = 0 ]
    demand "$command --help names itself" grep -q "^usage: .*benchmarks/$command" "$here/out"
    run "$root/benchmarks/$command" --fast
    demand "$command with a wrong option: exit 1" [ "$status" = 1 ]
    demand "$command with a wrong option says which" grep -q "benchmarks/$command: there is no option '--fast'" "$here/err"
    demand "$command with a wrong option does nothing" [ ! -s "$here/out" ]
done
run "$root/benchmarks/run" --quick --fast
demand 'a wrong option after a right one' [ "$status" = 1 ]
# wrong WORDS ARGUMENTS…: benchmarks/run must refuse the arguments with these words, before it does anything.
wrong() {
    run "$root/benchmarks/run" "${@:2}"
    demand "benchmarks/run ${*:2}: exit 1" [ "$status" = 1 ]
    demand "benchmarks/run ${*:2}: why" grep -q "^benchmarks/run: $1" "$here/err"
    demand "benchmarks/run ${*:2}: nothing is done" [ "$(wc -l <"$here/err")" = 1 ]
}
wrong "'hostile' and 'search' cannot be combined" hostile search
wrong "'ten' is not a number of steps" search ten
wrong "'0' is not a number of steps" search 0
wrong "there is no option '100'" hostile 100
wrong "'hostile' has no --quick" hostile --quick
wrong "'search' has no --json" --json search
CXX=no-such-compiler wrong "there is no compiler 'no-such-compiler'" hostile
CXX=cc wrong "'compilers' takes g++ and clang++-19" compilers
CREDENCE_HOSTILE=$here/none wrong 'cannot read CREDENCE_HOSTILE' hostile
CXX=no-such-compiler run "$root/benchmarks/compile_time"
demand 'compile_time without the compiler: why' grep -q "there is no compiler 'no-such-compiler'" "$here/err"
CXX=no-such-compiler run "$root/benchmarks/growth"
demand 'growth without a build: exit 1' [ "$status" = 1 ]
demand 'growth without a build: what to do' grep -q 'run CXX=no-such-compiler benchmarks/run --quick first' "$here/err"
run "$root/benchmarks/growth" /bin/false
demand 'growth of a program that fails: why' grep -q '/bin/false ended with 1' "$here/err"

# The report, with fake programs.
mkdir -p "$here/build/bin"
echo 'CMAKE_CXX_COMPILER:STRING=/bin/true' >"$here/build/CMakeCache.txt"
cat >"$here/build/bin/credence_benchmarks" <<'END'
#!/usr/bin/python3
import json, sys
options = " ".join(sys.argv[1:])
jobs = {"verify/HS256/small": 300, "floor/HS256/small": 200, "sign/HS256/small": 400, "verify/RS256/small": 10300,
        "floor/verify/RS256/small": 10000, "verify_again/RS256/small": 22, "verify/HS256/small/from_json": 600}
rows = [{"name": job, "cpu_time": time} for job, time in jobs.items()]
if "--count" in options:
    rows = [{"name": "verify/HS256/small", "allocations": 2, "openssl_allocations": 3, "instructions": 4299}]
elif "hostile/" in options and "issuers" not in options:
    rows = [{"name": f"hostile/{job}", "cpu_time": time} for job, time in (("one/a", 5150), ("two/a", 20600), ("two/b", 30900))]
    rows.append({"name": "verify/RS256/small", "cpu_time": 10300})
elif "threads" in options:
    rows = [{"name": f"threads/key/real_time/threads:{n}", "items_per_second": 1e6 * n} for n in (1, 2)]
elif "storm" in options:
    rows = [{"name": "storm/unknown_kids", "cpu_time": 1, "p99_storm": 2200, "p99_neighbour": 2000, "p99_ratio": 9}]
print(json.dumps({"benchmarks": rows}))
END
cat >"$here/build/bin/benchmark_jsonwebtoken" <<'END'
#!/bin/sh
echo '{"benchmarks": [{"name": "jsonwebtoken:verify/HS256/small", "cpu_time": 1440}]}'
END
cat >"$here/build/bin/benchmark_cjose" <<'END'
#!/bin/sh
echo 'the token is refused' >&2
exit 3
END
chmod +x "$here"/build/bin/*
report() { run /usr/bin/python3 -B "$root/benchmarks/report.py" "$here/build" "$@"; }
# line START WORDS…: whether a line of the output has all these words after its start.
# shellcheck disable=SC2317  # called through demand
line() {
    local found
    found=$(grep -F -- "$1" "$here/out") || return 1
    for word in "${@:2}"; do [[ $found == *"$word"* ]] || return 1; done
}

report
demand 'a report: exit 0' [ "$status" = 0 ]
demand 'credence, as times the floor' line '| credence ' '300 ns (1.50)' '10.3 µs (1.03)'
demand 'a peer, as times credence' line '| jsonwebtoken' '1.44 µs (4.80)'
demand 'a peer that fails is left out, by name' line 'cjose is left out' 'ended with 3: the token is refused'
demand 'a peer that was not built is left out, by name' line 'rhonabwy is left out: it was not built here'
demand 'a goal that is met, its aim missed' line 'verify small, typed: times as fast as jsonwebtoken' \
    '4.800' '4.5 met' '5 MISSED'
demand 'a goal that is a limit' line 'verify small, typed: times the floor' '1.500' '1.6 met' '1.4 MISSED'
demand 'a goal that is missed' line "verify small, typed: allocations, OpenSSL's too" '5' '4 MISSED'
demand 'an aim that is met' line 'verify small, typed: instructions' '4,299' '5000 met' '4300 met'
demand 'a goal that could not be measured' line 'sign small, to_json: times the floor' 'not measured' '3 ?'
demand 'two threads' line 'two threads on one key' '2.000' '1.9 met' '2 met'
demand 'a storm' line 'p99 in a storm of unknown kids' '1.100' '1.2 met' '1.05 MISSED'
demand 'the cache' line 'verify again through the cache' '468' '450 met' '500 MISSED'

report --quick --json
demand '--quick --json: exit 0' [ "$status" = 0 ]
demand '--json is JSON with all there is' /usr/bin/python3 - "$here/out" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["jobs"]["verify/HS256/small"]["nanoseconds"] == 300
assert report["jobs"]["verify/HS256/small"]["instructions"] == 4299
assert not any(":" in job for job in report["jobs"]), "--quick asks no peer"
assert {goal["at_least_met"] for goal in report["goals"]} == {True, False, None}
END

report --hostile
demand '--hostile: exit 0' [ "$status" = 0 ]
demand 'the most expensive refusal' line '  hostile/two/b' '3.000'
demand 'a goal of refusals that is missed' line 'the most expensive refusal, two issuers' '3.000' '2 MISSED'
demand 'a goal of refusals that is met' line 'the most expensive refusal, one verifier' '0.500' '2 met' '1 met'
demand 'nothing else is judged' [ "$(grep -c ' times ' "$here/out")" = 3 ]

# Two compilers: fake programs, of which the second is slower.
mkdir -p "$here/other/bin"
printf '#!/bin/sh\necho "clang version 19"\n' >"$here/clang"
printf 'CMAKE_CXX_COMPILER:STRING=%s\n' "$here/clang" >"$here/other/CMakeCache.txt"
sed 's/"verify.HS256.small": 300,/"verify\/HS256\/small": 345,/; s/4299/5001/' "$here/build/bin/credence_benchmarks" \
    >"$here/other/bin/credence_benchmarks"
chmod +x "$here/clang" "$here/other/bin/credence_benchmarks"
run /usr/bin/python3 -B "$root/benchmarks/compilers.py" "$here/build" "$here/other"
demand 'compilers: exit 0' [ "$status" = 0 ]
demand 'compilers: both times, their ratio, the instructions of both' line 'verify/HS256/small ' '300 ns' '345 ns' '1.150' '4,299' '5,001'
demand 'compilers: the goals of both' line 'verify small, typed: instructions' 'met' 'MISSED'
demand 'compilers: no goal that was not measured' [ "$(grep -c 'jsonwebtoken' "$here/out")" = 0 ]

printf '#!/bin/sh\necho "no such key" >&2\nexit 1\n' >"$here/build/bin/credence_benchmarks"
report
demand 'benchmarks that fail: exit 1' [ "$status" = 1 ]
demand 'benchmarks that fail: why' grep -q 'benchmarks/run: credence_benchmarks ended with 1: no such key' "$here/err"
exit $faults
