// SPDX-License-Identifier: MIT
// How a command ends when it does not succeed: a status for the shell, a code for machines, a sentence for people.
#pragma once

#include <credence/error.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace credence::command {

/// The exit status of the command.
enum class Status : std::uint8_t { done = 0, refused = 1, usage = 2, unreadable = 3, internal = 4 };

/// Thrown by a command that cannot go on; `main` prints it, and nothing else is printed.
class Failure : public std::exception {
public:
    Failure(Status status, std::string code, std::string message, std::string claim = {}, std::string_view reason = {})
        : status_(status),
          code_(std::move(code)),
          message_(std::move(message)),
          claim_(std::move(claim)),
          reason_(reason) {}

    [[nodiscard]] Status status() const noexcept { return status_; }
    /// The name of an `Errc`, or one of the command's own: `usage`, `unreadable`, `internal`.
    [[nodiscard]] const std::string& code() const noexcept { return code_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& claim() const noexcept { return claim_; }
    /// `Error::reason`; static text, or empty.
    [[nodiscard]] std::string_view reason() const noexcept { return reason_; }
    /// Further output: text for people, or for `--json` a JSON value.
    [[nodiscard]] const std::string& steps() const noexcept { return steps_; }
    [[nodiscard]] Failure with_steps(std::string steps) && {
        steps_ = std::move(steps);
        return std::move(*this);
    }

    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    Status status_;
    std::string code_;
    std::string message_;
    std::string claim_;
    std::string_view reason_;
    std::string steps_ = {};
};

/// The arguments make no sense.
[[noreturn]] inline void fail_usage(std::string message) { throw Failure{Status::usage, "usage", std::move(message)}; }

/// A file, an environment variable or a key in one could not be read, or a file not be written.
[[noreturn]] inline void fail_unreadable(std::string message, Errc code) {
    throw Failure{Status::unreadable, std::string{to_string(code)}, std::move(message)};
}
[[noreturn]] inline void fail_unreadable(std::string message) {
    throw Failure{Status::unreadable, "unreadable", std::move(message)};
}

/// Whether a refusal names its claim. A claim that is absent is always named, also one whose name is empty.
[[nodiscard]] inline bool names_claim(std::string_view code, std::string_view claim) {
    return !claim.empty() || code == to_string(Errc::missing_claim);
}

/// The library refused the token or the claims.
[[nodiscard]] inline Failure refusal(const Error& error) {
    return {Status::refused, std::string{to_string(error.code)}, message(error), error.claim, error.reason};
}
[[noreturn]] inline void fail_refused(const Error& error) { throw refusal(error); }

}  // namespace credence::command
