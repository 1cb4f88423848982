# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the steps of tests/run share: reporting, and building with a preset and running its tests. Sourced by bash.
set -eu

# The tests of the library itself, as ctest names them: all that a further compiler or sanitizer has to say of it. What
# goes over the examples, databases and browsers is run by `dev`, and by `asan` but for what is labelled `all`.
export CREDENCE_LIBRARY_TESTS='^(unit|unit_detail|unit_http|http|conformance|memory|fuzz)/'

passed() { echo "passed $*" >>"$CREDENCE_RESULTS"; }
failed() { echo "failed $*" >>"$CREDENCE_RESULTS"; }
skipped() { echo "skipped $*" >>"$CREDENCE_RESULTS"; }

# build_preset PRESET [OPTION…]: configures and builds a preset in its own folder under the tests' build folder: everything,
# or what CREDENCE_TARGETS names.
build_preset() {
    local preset=$1
    shift
    cmake --preset "$preset" -B "$CREDENCE_BUILD/$preset" -DCREDENCE_BUILD_TESTS=ON "$@"
    # On after an error, so that one file that does not compile leaves the other programs to be tested.
    # shellcheck disable=SC2086  # a list of targets
    cmake --build "$CREDENCE_BUILD/$preset" -j "${CREDENCE_JOBS:-$(nproc)}" --target ${CREDENCE_TARGETS:-all} -- -k 0 ||
        failed 1 "$preset does not build"
}

# The library's own tests with g++ in C++23 and with all its optimisation, for more than one step.
build_release_tests() {
    # g++ 12 sees an overlap in "text" + std::to_string(…) where there is none: GCC bug 105651. From precompiled headers it
    # would warn of more in the standard library.
    CXXFLAGS="-Wno-restrict ${CXXFLAGS:-}" build_preset release -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_STANDARD=23 \
        -DCREDENCE_BUILD_EXAMPLES=OFF -DCREDENCE_BUILD_TOOLS=OFF -DCREDENCE_BUILD_FAULT_TESTS=OFF \
        -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON
}

# run_ctest PRESET [OPTION…]: runs the tests of a built preset and reports each. What only looks at the sources is run by
# `dev` alone; what is labelled `all` needs --all.
run_ctest() {
    local folder=$CREDENCE_BUILD/$1 excluded="none"
    [ -n "$CREDENCE_ALL" ] || excluded="$excluded|all"
    [ "$1" = dev ] || excluded="$excluded|source"
    shift
    ctest --test-dir "$folder" -j "${CREDENCE_JOBS:-$(nproc)}" --output-on-failure --output-junit "$folder/junit.xml" \
        --label-exclude "^($excluded)\$" "$@" || true
    /usr/bin/python3 tests/support/ctest_results.py "$folder/junit.xml" >>"$CREDENCE_RESULTS"
}
