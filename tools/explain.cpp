// SPDX-License-Identifier: MIT
// credence explain: verifies step by step, and shows the expected value, the found value, and advice for each step.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "steps.hpp"
#include "terminal.hpp"
#include "verification.hpp"
#include "verify_token.hpp"

namespace credence::command {

namespace {

/// The result as lines for people.
std::string lines_of(const std::vector<Step>& steps, bool is_on_terminal) {
    constexpr std::size_t width = 11;
    std::string text;
    const auto detail_line = [&](std::string_view label, const std::string& what) {
        if (!what.empty()) text.append(2 + width, ' ').append(label).append(printable(what)).append("\n");
    };
    for (const Step& step : steps) {
        const bool good = step.outcome == Step::Outcome::good;
        const bool bad = step.outcome == Step::Outcome::bad;
        const Colour colour = good ? Colour::good : bad ? Colour::bad : Colour::dim;
        text.append(coloured(colour, good ? "✔" : bad ? "✘" : "-", is_on_terminal)).append(" ").append(step.name);
        text.append(width - step.name.size(), ' ');
        text.append(printable(step.error ? message(*step.error) : good ? step.found : "not reached")).append("\n");
        if (!bad) continue;
        detail_line("expected: ", step.expected);
        detail_line("found:    ", step.found);
        detail_line("to do:    ", step.advice);
    }
    return text;
}

std::string json_of(const Step& step) {
    ObjectText object;
    object.add_text("step", step.name);
    object.add("ok", step.outcome == Step::Outcome::good  ? "true"
                     : step.outcome == Step::Outcome::bad ? "false"
                                                          : "null");
    if (step.error) object.add_text("error", to_string(step.error->code));
    if (step.error && !step.error->reason.empty()) object.add_text("reason", step.error->reason);
    const auto add = [&](std::string_view name, const std::string& text) {
        if (!text.empty()) object.add_text(name, text);
    };
    add("expected", step.expected);
    add("found", step.found);
    add("advice", step.advice);
    return object.text();
}

std::string json_of(const std::vector<Step>& steps) {
    std::string list;
    for (const Step& step : steps) list.append(list.empty() ? "[" : ",").append(json_of(step));
    return list + "]";
}

}  // namespace

void run_explain(const VerifyArguments& arguments) {
    const Verification read = read_verification(arguments);
    const auto verified =
        verify_token(read.token, LazyKey{read.key.text, read.algorithms}, read.rules, read.arguments.scopes);
    const std::vector<Step> steps = steps_of(read.token, {read.key, read.algorithms, read.arguments, read.rules});
    if (!verified) {
        // Nothing is written to standard output when a token is refused, not even the reason.
        throw refusal(verified.error())
            .with_steps(arguments.json ? json_of(steps) : lines_of(steps, remarks_are_on_terminal()));
    }
    write_result(arguments.json ? shown_json(ObjectText{}.add("ok", "true").add("steps", json_of(steps)).text())
                                : lines_of(steps, result_is_on_terminal()));
}

}  // namespace credence::command
