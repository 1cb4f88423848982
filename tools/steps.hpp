// SPDX-License-Identifier: MIT
// The steps of a verification, each judged by itself by the library, so that a token's second fault is seen too.
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

/// One step, and what to say about it.
struct Step {
    enum class Verdict : std::uint8_t { good, bad, not_reached };

    std::string_view name;
    Verdict verdict = Verdict::not_reached;
    std::optional<Error> error = {};
    std::string expected = {};
    std::string found = {};
    std::string advice = {};
};

/// What a token is to be judged by.
struct Judgement {
    const LoadedKey& key;
    const std::vector<std::string>& algorithms;
    const RuleArguments& arguments;
    const Rules& rules;
};

/// All steps, in the order in which they are told.
[[nodiscard]] std::vector<Step> steps_of(std::string_view token, const Judgement& judgement);

/// What somebody can do about an error.
[[nodiscard]] std::string_view advice_for(const Error& error) noexcept;

}  // namespace credence::command
