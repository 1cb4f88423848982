// SPDX-License-Identifier: MIT
// The names of the algorithms, and calls by such a name.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/with_algorithm.hpp>

#include <string>
#include <vector>

namespace credence::command {

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
