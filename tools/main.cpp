// SPDX-License-Identifier: MIT
// credence: a developer's command. Its answers are those of the library.
#include <algorithm>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "terminal.hpp"

#include <CLI/CLI.hpp>

namespace {

using credence::command::Failure;
using credence::command::ObjectText;
using credence::command::Status;

/// Tells a failure on standard error. `name`: the command that failed.
int tell(const Failure& failure, bool as_json) {
    if (as_json) {
        ObjectText text;
        text.add("ok", "false").add_text("error", failure.code());
        if (credence::command::names_claim(failure.code(), failure.claim())) text.add_text("claim", failure.claim());
        text.add_text("message", failure.message());
        if (!failure.reason().empty()) text.add_text("reason", failure.reason());
        if (!failure.steps().empty()) text.add("steps", failure.steps());
        std::cerr << text.text() << '\n';
    } else {
        std::cerr << failure.steps();
        const bool is_library = failure.status() == Status::refused || failure.status() == Status::internal;
        credence::command::remark("credence: " + (is_library ? failure.code() + ": " : std::string{}) +
                                  failure.message());
    }
    return static_cast<int>(failure.status());
}

/// CLI11's message for an error in the number of values, in plain words. No option takes two values at once.
std::string plain_words(const std::string& message) {
    const std::string option = message.substr(0, message.find(": "));
    if (message.ends_with(" missing")) return option + " needs a value";
    if (message.starts_with(option + ": At Most 1 ")) return option + " is given more than once; give it once";
    return message;
}

/// The message of CLI11, in one line.
Failure usage_failure(const CLI::App& app, const CLI::ParseError& error, const std::string& first) {
    const auto commands = app.get_subcommands();
    std::string message = plain_words(error.what());
    if (commands.empty()) {
        const std::string kind = first.starts_with('-') ? "option" : "command";
        message = first.empty() ? "" : "there is no " + kind + " '" + first + "'; ";
        message += "use one of sign, verify, decode, explain, encrypt, decrypt, keygen, jwk, keys and dpop";
    }
    std::replace(message.begin(), message.end(), '\n', ' ');
    const std::string command = commands.empty() ? "" : " " + commands.front()->get_name();
    return {Status::usage, "usage", message + "; see credence" + command + " --help"};
}

int run(int count, char** arguments, bool as_json) {
    const auto app = credence::command::make_command_line();
    try {
        app->parse(count, arguments);
        return static_cast<int>(Status::done);
    } catch (const CLI::Success& help) {
        std::ostringstream text;
        const int status = app->exit(help, text, text);
        credence::command::write_result(text.str());
        return status;
    } catch (const CLI::ParseError& error) {
        return tell(usage_failure(*app, error, count > 1 ? arguments[1] : ""), as_json);
    }
}

}  // namespace

int main(int count, char** arguments) {
    credence::command::occupy_closed_streams();
    const std::vector<std::string_view> words(arguments, arguments + count);
    const bool as_json = std::find(words.begin(), words.end(), "--json") != words.end();
    try {
        return run(count, arguments, as_json);
    } catch (const Failure& failure) {
        return tell(failure, as_json);
    } catch (const std::exception& error) {
        return tell({Status::internal, "internal", error.what()}, as_json);
    }
}
