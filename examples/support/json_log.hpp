// SPDX-License-Identifier: MIT
// Logs as JSON lines on stderr: one write per line, so that lines of several threads and processes never mix.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <string>
#include <string_view>

#include <unistd.h>

namespace support {

/// The id of the request that this thread is serving; empty outside of one. Every line of the log carries it.
inline std::string& request_id() {
    thread_local std::string id;
    return id;
}

/// One member of a line. Never put a token, a secret, a password or a client's unchecked text into one.
class LogField {
public:
    LogField(std::string_view name, std::string_view value) : name_(name), text_(value) {}
    LogField(std::string_view name, std::integral auto value)
        : name_(name), number_(static_cast<std::int64_t>(value)), is_number_(true) {}

    void write_to(std::string& line) const {
        line.append(",\"").append(name_).append("\":");
        if (is_number_) {
            line.append(std::to_string(number_));
        } else {
            line.push_back('"');
            for (const char byte : text_) write_byte(byte, line);
            line.push_back('"');
        }
    }

private:
    /// Characters other than printable ASCII could forge a line or control a terminal.
    static void write_byte(char byte, std::string& line) {
        if (byte == '"' || byte == '\\') line.push_back('\\');
        line.push_back(byte >= 0x20 && byte < 0x7f ? byte : '?');
    }

    std::string_view name_;
    std::string_view text_ = {};
    std::int64_t number_ = 0;
    bool is_number_ = false;
};

/// Writes `{"time":…,"level":…,"event":…,…}`.
inline void log(std::string_view level, std::string_view event, std::initializer_list<LogField> fields = {}) {
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(floor<std::chrono::seconds>(now));
    std::tm broken_down{};
    static_cast<void>(gmtime_r(&seconds, &broken_down));
    std::array<char, 32> time{};
    static_cast<void>(std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S", &broken_down));
    const std::string fraction = std::to_string(1000 + now.time_since_epoch().count() % 1000).substr(1);

    std::string line = std::string{R"({"time":")"} + time.data() + "." + fraction + R"(Z","level":")";
    line.append(level).append(R"(","event":")").append(event).push_back('"');
    if (!request_id().empty()) LogField{"request", request_id()}.write_to(line);
    for (const LogField& field : fields) field.write_to(line);
    line.append("}\n");
    // A log that cannot be written must not fail a request.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace support
