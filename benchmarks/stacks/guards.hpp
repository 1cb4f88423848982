// SPDX-License-Identifier: MIT
// The guard of one stack: a program that measures `protect` beside the verification of the same token.
#pragma once

#include <credence/jwt/verifier.hpp>

#include <string>

#include "support/claims.hpp"
#include "support/job.hpp"

#include <benchmark/benchmark.h>

namespace guards {

using Proof = credence::Verified<support::Small>;

/// The handler behind the route: without a guard, with one, or with one that lets everybody in.
enum class Form { plain, guarded, optional };

/// The verifier of a server in operation: it has seen a good token.
inline auto verifier() {
    auto made =
        credence::verifier_for<support::Small>(support::keys<credence::HS256>(), {.audience = credence::any_audience});
    static_cast<void>(made.verify(support::token<credence::HS256>(support::Small::payload)).value());
    return made;
}

inline std::string field(bool is_good) {
    std::string token = support::token<credence::HS256>(support::Small::payload);
    if (!is_good) token[token.size() - 8] = token[token.size() - 8] == 'A' ? 'B' : 'A';
    return "Bearer " + token;
}

/// Measures a call. The call returns whether the status was the expected one.
template <class Call>
void add(const std::string& name, Call call) {
    benchmark::RegisterBenchmark(name.c_str(), [call](benchmark::State& state) mutable {
        for (auto _ : state) {
            if (!call()) state.SkipWithError("another status");
        }
    });
}

/// Measures the jobs of a stack, beside the verification alone and beside a handler without a guard.
///
/// \param call  `call(field, status, form)` returns a function. That runs the handler with a new response and a request
///              with this `Authorization`, and returns whether the answer had that status.
template <class Call>
void add_all(const std::string& stack, const Call& call) {
    add("protect/" + stack + "/verify",
        [verifier = verifier(), token = support::token<credence::HS256>(support::Small::payload)] {
            return verifier.verify(token).has_value();
        });
    add("protect/" + stack + "/plain", call(field(true), 200, Form::plain));
    add("protect/" + stack + "/200", call(field(true), 200, Form::guarded));
    add("protect/" + stack + "/optional", call(field(true), 200, Form::optional));
    add("protect/" + stack + "/401", call(field(false), 401, Form::guarded));
}

inline int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}

}  // namespace guards
