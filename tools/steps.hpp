// SPDX-License-Identifier: MIT
// The steps of a verification. The library checks each separately, so that a token's second error is reported, too.
#pragma once

#include <credence/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "key_file.hpp"
#include "token_input.hpp"

namespace credence::command {

/// One step, and its description.
struct Step {
    enum class Outcome : std::uint8_t { good, bad, not_reached };

    std::string_view name;
    Outcome outcome = Outcome::not_reached;
    std::optional<Error> error = {};
    std::string expected = {};
    std::string found = {};
    std::string advice = {};
};

/// The key and the rules that a token is checked with.
struct StepInput {
    const LoadedKey& key;
    const std::vector<std::string>& algorithms;
    const RuleArguments& arguments;
    const Rules& rules;
};

/// All steps, in the order of the output.
[[nodiscard]] std::vector<Step> steps_of(std::string_view token, const StepInput& input);

/// Advice for the user about an error.
[[nodiscard]] std::string_view advice_for(const Error& error) noexcept;

}  // namespace credence::command
