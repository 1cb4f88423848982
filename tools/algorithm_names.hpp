// SPDX-License-Identifier: MIT
// The one place where the name of an algorithm, known only at run time, becomes a type.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::command {

template <class Use, class... Algs>
auto with_algorithm_of(detail::AlgorithmList<Algs...>, std::string_view name, Use&& use) {
    using Answer = decltype(use.template operator()<HS256>());
    std::optional<Answer> answer;
    const auto try_one = [&]<class Alg>() {
        if (name == Alg::name) answer.emplace(use.template operator()<Alg>());
    };
    (try_one.template operator()<Algs>(), ...);
    return answer ? *std::move(answer) : Answer{Errc::unsupported_algorithm};
}

/// Calls `use.operator()<Alg>()`, which gives a `Result`, for the algorithm of this name; `unsupported_algorithm` when
/// there is none.
template <class Use>
auto with_algorithm(std::string_view name, Use&& use) {
    return with_algorithm_of(detail::KnownAlgorithms{}, name, std::forward<Use>(use));
}

template <class... Algs>
std::vector<std::string> names_of(detail::AlgorithmList<Algs...>) {
    return {std::string{Algs::name}...};
}

/// The names of all algorithms.
inline std::vector<std::string> algorithm_names() { return names_of(detail::KnownAlgorithms{}); }

/// Names in a row, to be put into a sentence.
inline std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

}  // namespace credence::command
