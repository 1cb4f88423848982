// SPDX-License-Identifier: MIT
// The opt-outs by name.
#include "opt_outs.hpp"

#include <algorithm>
#include <array>

namespace credence::command {

namespace {

struct OptOut {
    std::string_view name;
    void (*apply)(Rules& rules, KeyText& key);
};

constexpr std::array<OptOut, 7> all_opt_outs{{
    {"null_members", [](Rules& rules, KeyText&) { rules.allow_null_members = true; }},
    {"numeric_subject", [](Rules& rules, KeyText&) { rules.allow_numeric_subject = true; }},
    {"padding", [](Rules& rules, KeyText&) { rules.allow_padding = true; }},
    {"duplicate_members", [](Rules& rules, KeyText&) { rules.allow_duplicate_members = true; }},
    {"future_iat", [](Rules& rules, KeyText&) { rules.allow_future_iat = true; }},
    {"bearer_use", [](Rules& rules, KeyText&) { rules.allow_bearer_use = true; }},
    {"short_secret", [](Rules&, KeyText& key) { key.allow_short_secret = true; }},
}};

}  // namespace

std::vector<std::string> opt_out_names() {
    std::vector<std::string> names;
    for (const OptOut& opt_out : all_opt_outs) names.emplace_back(opt_out.name);
    return names;
}

bool allow_by_name(std::string_view name, Rules& rules, KeyText& key) {
    const auto* const found = std::find_if(all_opt_outs.begin(), all_opt_outs.end(),
                                           [&](const OptOut& opt_out) { return opt_out.name == name; });
    if (found == all_opt_outs.end()) return false;
    found->apply(rules, key);
    return true;
}

}  // namespace credence::command
