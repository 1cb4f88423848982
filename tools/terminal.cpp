// SPDX-License-Identifier: MIT
// Standard output and standard error, and whether they are terminals.
#include "terminal.hpp"

#include <cstdio>
#include <cstdlib>

#include "failure.hpp"
#include "json_text.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace credence::command {

namespace {

bool may_colour() {
    const char* refused = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return (refused == nullptr || *refused == '\0') && (terminal == nullptr || std::string_view{terminal} != "dumb");
}

std::string_view code_of(Colour colour) {
    switch (colour) {
        case Colour::good: return "\x1b[32m";
        case Colour::bad: return "\x1b[31m";
        case Colour::dim: return "\x1b[2m";
        case Colour::none: break;
    }
    return "";
}

}  // namespace

void occupy_closed_streams() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) != -1) continue;
        // Opened the other way around, so that reading or writing fails as on a closed stream.
        static_cast<void>(::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
}

void write_result(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw Failure{Status::internal, "internal", "cannot write to standard output"};
    }
}

void remark(std::string_view line, Colour colour) {
    const std::string text = coloured(colour, printable(line), remarks_are_on_terminal()) + '\n';
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

bool result_is_on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool remarks_are_on_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::string coloured(Colour colour, std::string_view text, bool is_on_terminal) {
    if (!is_on_terminal || colour == Colour::none || !may_colour()) return std::string{text};
    return std::string{code_of(colour)}.append(text).append("\x1b[0m");
}

std::string shown_json(std::string_view json) {
    return (result_is_on_terminal() ? indented(json) : one_line(json)) + '\n';
}

}  // namespace credence::command
