// SPDX-License-Identifier: MIT
// Reads files, environment variables and standard input, and names the one that cannot be read.
#pragma once

#include <credence/detail/openssl/secret_bytes.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace credence::command {

/// A source on the command line: a file, `env:NAME`, or `-` for standard input.
class Source {
public:
    explicit Source(std::string argument) : argument_(std::move(argument)) {}

    [[nodiscard]] bool is_standard_input() const noexcept { return argument_ == "-"; }

    /// The name for messages.
    [[nodiscard]] std::string name() const;

    /// Everything that is there, at most `most` bytes. Throws `Failure` when it cannot be read, is a directory, or is
    /// larger.
    [[nodiscard]] detail::SecretBytes read(std::size_t most) const;

private:
    std::string argument_;
};

/// Text without the white space around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace credence::command
