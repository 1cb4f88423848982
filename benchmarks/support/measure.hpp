// SPDX-License-Identifier: MIT
// Registers a piece of work with Google Benchmark: timed, or, with --count, counted.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "support/allocations.hpp"
#include "support/instructions.hpp"

#include <benchmark/benchmark.h>

namespace support {

/// Whether the program was started with --count. Then allocations inside OpenSSL and instructions are reported too, and
/// the times are meaningless.
inline bool is_counting = false;

/// Counts the allocations and instructions of one run, after other runs have done what is done only once.
template <class Work>
void count(benchmark::State& state, Work& work) {
    const auto once = [&work] { benchmark::DoNotOptimize(static_cast<bool>(work())); };
    for (int warm_up = 0; warm_up < 3; ++warm_up) once();
    const std::size_t before = openssl_allocations();
    once();
    state.counters["openssl_allocations"] = static_cast<double>(openssl_allocations() - before);
    const std::optional<long> instructions = instructions_of(once);
    if (instructions) state.counters["instructions"] = static_cast<double>(*instructions);
}

/// Runs `work` as often as Google Benchmark asks for. Its result converts to bool: true if it succeeded.
template <class Work>
void measure_times(benchmark::State& state, Work&& work) {
    const std::size_t before = allocations();
    for (auto _ : state) {
        auto result = work();
        if (!result) state.SkipWithError("refused");
        benchmark::DoNotOptimize(result);
    }
    state.counters["allocations"] =
        benchmark::Counter(static_cast<double>(allocations() - before), benchmark::Counter::kAvgIterations);
}

/// The same. With --count it also reports allocations inside OpenSSL and instructions.
template <class Work>
void measure(benchmark::State& state, Work&& work) {
    if (is_counting) count(state, work);
    measure_times(state, work);
}

/// Registers a benchmark. `prepare` is called outside the loop, and returns the work.
template <class Prepare>
void add(const std::string& name, Prepare prepare) {
    benchmark::RegisterBenchmark(
        name.c_str(), [prepare = std::move(prepare)](benchmark::State& state) { measure(state, prepare()); });
}

/// Registers a benchmark whose work has threads of its own. Its instructions are not counted, because counting runs in
/// a child process, which has no such threads.
template <class Prepare>
void add_with_threads(const std::string& name, Prepare prepare) {
    benchmark::RegisterBenchmark(
        name.c_str(), [prepare = std::move(prepare)](benchmark::State& state) { measure_times(state, prepare()); });
}

}  // namespace support
