// SPDX-License-Identifier: MIT
// The libraries in C and C++ that do the same job, each a file and a program. README.md says how each is driven.
#pragma once

#include <string>
#include <utility>

#include "support/files.hpp"

#include <benchmark/benchmark.h>

namespace peers {

/// Registers the jobs of the library that this program is built for.
void add_jobs();

/// A file of the job's folder: every peer gets the same keys and tokens.
inline std::string job_file(const std::string& name) { return support::read_file(support::job_folder() / name); }

/// The text of the verification key of an algorithm: the secret, or the public key as PEM.
inline std::string job_key(const std::string& algorithm) {
    return job_file(algorithm + (algorithm == "HS256" ? ".secret" : ".public.pem"));
}

inline std::string job_token(const std::string& algorithm, const std::string& size) {
    return job_file(algorithm + "." + size + ".jwt");
}

/// Registers a job of a library. `prepare` is called outside the loop and returns the work. The result of the work
/// converts to bool: true if it succeeded.
template <class Prepare>
void add(const std::string& name, Prepare prepare) {
    benchmark::RegisterBenchmark(name.c_str(), [prepare = std::move(prepare)](benchmark::State& state) {
        auto work = prepare();
        for (auto _ : state) {
            auto result = work();
            if (!result) state.SkipWithError("refused");
            benchmark::DoNotOptimize(result);
        }
    });
}

}  // namespace peers
