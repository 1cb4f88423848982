#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# examples/run in a tree with made-up examples: the program that it starts, how it passes on arguments, exit status and
# signals, and its messages for wrong arguments.
# label: source
set -eu

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
tree="$here/a tree"
mkdir -p "$tree/examples/minimal" "$here/elsewhere"
cp -r "$root"/{include,cmake,CMakeLists.txt} "$tree"
cp "$root"/examples/{run,CMakeLists.txt} "$tree/examples"
cat >"$tree/examples/minimal/main.cpp" <<'END'
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
int main(int count, char** words) {
    for (int i = 1; i < count; ++i) std::printf("[%s]", words[i]);
    std::puts("");
    std::fflush(stdout);
    std::signal(SIGTERM, [](int) { std::_Exit(9); });
    if (count > 1 && std::string_view{words[1]} == "wait") std::this_thread::sleep_for(std::chrono::seconds{60});
    return 3;
}
END
printf 'int main() {}\n' >"$tree/examples/small.cpp"
cd "$here/elsewhere"
faults=0

run() { status=0 && "$tree/examples/run" "$@" >"$here/out" 2>"$here/err" || status=$?; }
demand() { "${@:2}" || { echo "$1: status $status"; cat "$here/out" "$here/err"; faults=1; }; }

run minimal 'a b' --port 0 ''
demand 'the exit status is the server'\''s' [ "$status" = 3 ]
demand 'the arguments go to the server' [ "$(cat "$here/out")" = '[a b][--port][0][]' ]
run
demand 'minimal is the default while there is no account' [ "$status" = 3 ]
demand 'a second start builds nothing and says nothing' [ ! -s "$here/err" ]
run small
demand 'a small program' [ "$status" = 0 ]

"$tree/examples/run" minimal wait >"$here/out" &
for _ in $(seq 100); do
    [ ! -s "$here/out" ] || break
    sleep 0.1
done
demand 'what it prints is not held back' [ "$(cat "$here/out")" = '[wait]' ]
kill -TERM $!
status=0 && wait $! || status=$?
demand 'a signal reaches the server' [ "$status" = 9 ]

run nonsense
demand 'no such example: exit 1' [ "$status" = 1 ]
demand 'no such example: one line that names the others' \
    [ "$(cat "$here/err")" = "examples/run: there is no example 'nonsense'; there are: minimal small " ]
run --help
demand '--help' [ "$status" = 0 ]
echo 'int main() { return missing; }' >"$tree/examples/small.cpp"
run small
demand 'an example that does not compile: exit 1' [ "$status" = 1 ]
demand 'and the compiler'\''s words' grep -q "'missing'\|‘missing’" "$here/err"
mkdir "$tree/examples/account"
echo 'int main() { return 4; }' >"$tree/examples/account/main.cpp"
run
demand 'account is the default once it is there' [ "$status" = 4 ]
mv "$tree" "$here/moved" && tree=$here/moved
run minimal
demand 'a tree that was moved' [ "$status" = 3 ]
exit $faults
