// SPDX-License-Identifier: MIT
// Lines from standard input, of any bytes and any length, each as soon as it has come.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace credence::command {

/// Reads a file descriptor line by line.
class LineReader {
public:
    /// A longer line is read to its end and forgotten.
    static constexpr std::size_t longest_line = 64 * 1024 * 1024;

    explicit LineReader(int descriptor) noexcept : descriptor_(descriptor) {}

    /// Moves to the next line. \return false at the end of the input. Text after the last line feed is a line too.
    [[nodiscard]] bool next();

    /// The line, without its line feed.
    [[nodiscard]] std::string_view line() const noexcept { return line_; }
    /// Whether the line was longer than it may be; `line()` is then its beginning.
    [[nodiscard]] bool is_too_long() const noexcept { return is_too_long_; }

    /// The `errno` with which reading ended; 0 when there was nothing more to read.
    [[nodiscard]] int fault() const noexcept { return fault_; }

private:
    [[nodiscard]] bool fill();
    void keep(std::string_view part);

    int descriptor_;
    std::string line_;
    bool is_too_long_ = false;
    int fault_ = 0;
    std::array<char, 64 * 1024> buffer_{};
    std::string_view unread_;
};

}  // namespace credence::command
