# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Functions that the steps of tests/run share: they report results, build a preset and run its tests. Sourced by bash.
set -eu

passed() { echo "passed $*" >>"$CREDENCE_RESULTS"; }
failed() { echo "failed $*" >>"$CREDENCE_RESULTS"; }
skipped() { echo "skipped $*" >>"$CREDENCE_RESULTS"; }

# Everything is compiled in few units, because the included headers take most of the time.
export CREDENCE_UNITS="-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12 -DCREDENCE_TESTS_IN_FEW_UNITS=ON"

# build_preset PRESET [OPTION…]: configures and builds a preset in its own folder under the tests' build folder. It builds the
# targets that CREDENCE_TARGETS names, or all.
build_preset() {
    local preset=$1
    shift
    # shellcheck disable=SC2086  # a list of options
    cmake --preset "$preset" -B "$CREDENCE_BUILD/$preset" -DCREDENCE_BUILD_TESTS=ON -DCMAKE_CXX_FLAGS_DEBUG=-g1 \
        $CREDENCE_UNITS "$@"
    # -k 0: the build goes on after an error, and the programs that compile are tested.
    # shellcheck disable=SC2086  # a list of targets
    cmake --build "$CREDENCE_BUILD/$preset" -j "${CREDENCE_JOBS:-$(nproc)}" --target ${CREDENCE_TARGETS:-all} -- -k 0 ||
        failed 1 "$preset does not build"
}

# The tests of token parsing, and all tests of the core if the step is named; `dev` and `asan` always run all of them. Several
# steps share this build with g++ in C++23. -O1 shows nearly all problems that -O3 shows, in two thirds of the time; the step
# `release` has -O3.
export CREDENCE_CORE_TESTS="unit_detail unit_jwt conformance"
[ -z "${CREDENCE_NAMED:-}" ] ||
    CREDENCE_CORE_TESTS="$CREDENCE_CORE_TESTS unit unit_claims unit_http unit_keys unit_opaque"
build_release_tests() {
    # g++ 12 warns of an overlap in "text" + std::to_string(…) where there is none: GCC bug 105651. With precompiled headers it
    # also warns of code in the standard library.
    CREDENCE_TARGETS="$CREDENCE_CORE_TESTS memory" CXXFLAGS="-Wno-restrict ${CXXFLAGS:-}" build_preset release \
        -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_STANDARD=23 "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG" \
        -DCREDENCE_BUILD_EXAMPLES=OFF -DCREDENCE_BUILD_TOOLS=OFF -DCREDENCE_BUILD_FAULT_TESTS=OFF \
        -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON
}

# run_ctest PRESET [OPTION…]: runs the tests of a built preset and reports each. Only `dev` runs the tests labelled `source`.
# Tests labelled `all` need --all. Tests labelled `named` need --all and the name of their step. `dev` reports the tests that it
# leaves out as skipped.
run_ctest() {
    local preset=$1 folder=$CREDENCE_BUILD/$1 longer="all|named" left_out
    shift
    if [ -n "$CREDENCE_ALL" ]; then
        longer=named
        [ "${CREDENCE_NAMED:-}" != yes ] || longer=none
    fi
    left_out=$(ctest --test-dir "$folder" -N -L "^($longer)\$" "$@" | sed -n 's/^Total Tests: //p')
    [ "$preset" != dev ] || [ "${left_out:-0}" -eq 0 ] ||
        skipped "$left_out" "long tests of headers, packages and builds: tests/run --all${CREDENCE_ALL:+ $preset}"
    [ "$preset" = dev ] || longer="$longer|source"
    # One job more than there are processors, because tests of servers wait most of the time.
    ctest --test-dir "$folder" -j "${CREDENCE_JOBS:-$(($(nproc) + 1))}" --output-on-failure --output-junit "$folder/junit.xml" \
        --label-exclude "^($longer)\$" "$@" || true
    /usr/bin/python3 tests/support/ctest_results.py "$folder/junit.xml" >>"$CREDENCE_RESULTS"
}

# run_program PRESET PROGRAM [COMMAND…]: runs a test program of a built preset, under COMMAND if it is given, and reports its
# test cases. The program is stopped after 15 minutes, or after CREDENCE_PROGRAM_SECONDS.
run_program() {
    local program=$2 path=$CREDENCE_BUILD/$1/bin/$2 status=0 said
    shift 2
    said=$(timeout "${CREDENCE_PROGRAM_SECONDS:-900}" "$@" "$path" '~[slow-on-purpose]' 2>&1) || status=$?
    echo "$said"
    if [ "$status" -eq 0 ]; then
        passed "$(sed -n 's/^All tests passed (.* in \([0-9]*\) test case.*/\1/p' <<<"$said" | grep . || echo 0)"
    else
        failed 1 "$program, which ended with exit status $status"
    fi
}

# bare_debian NUMBER CODENAME: runs the README's two commands on a bare system, if the step is named. It takes half an hour.
bare_debian() {
    if [ "${CREDENCE_NAMED:-}" != yes ]; then
        skipped 1 "the README's commands on a bare Debian $1 take half an hour: tests/run debian$1"
    elif tests/bare_system/follow_readme "$2" "$CREDENCE_BUILD/bare_system"; then
        passed 1
    else
        failed 1 "the README's commands on a bare Debian $1"
    fi
}

# foreign_processor ARCHITECTURE TRIPLET [EMULATOR]: tests the core on another processor, if the step is named. clang compiles it
# with Debian 12's packages for that processor. qemu runs it, or this processor if no emulator is given.
foreign_processor() {
    local system program emulator programs="$CREDENCE_CORE_TESTS unit_jwe"
    if [ "${CREDENCE_NAMED:-}" != yes ]; then
        skipped 1 "the core on $1 takes a quarter of an hour: tests/run $1"
        return
    fi
    cmake/packages install platforms
    export CREDENCE_BUILD=$CREDENCE_BUILD/$1
    system=$CREDENCE_BUILD/system
    tests/platforms/make_system "$1" "$system"
    emulator=("$system/lib/ld-linux.so.2" --library-path "$system/lib/$2:$system/usr/lib/$2")
    [ $# -lt 3 ] || emulator=("$3" -L "$system")
    # PKG_CONFIG_LIBDIR: pkg-config must find no library of this machine.
    CREDENCE_TARGETS=$programs PKG_CONFIG_LIBDIR=$system/none build_preset clang \
        -DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$1" "-DCMAKE_CXX_COMPILER_TARGET=$2" \
        "-DCMAKE_SYSROOT=$system" -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
        -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY \
        -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-19 "-DCMAKE_CROSSCOMPILING_EMULATOR=$(IFS=';' && echo "${emulator[*]}")" \
        -DCREDENCE_BUILD_EXAMPLES=OFF -DCREDENCE_BUILD_TOOLS=OFF -DCREDENCE_BUILD_FAULT_TESTS=OFF
    for program in $programs; do CREDENCE_PROGRAM_SECONDS=3600 run_program clang "$program" "${emulator[@]}"; done
}
