// SPDX-License-Identifier: MIT
// The command line of an example server, and the line on stderr for a mistake in it.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// An error that the operator must fix. Its text is one line.
class StartError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One option: `--name VALUE`, or `--name` alone where `value` is empty.
struct Option {
    std::string name;
    std::string value;
    std::string help;
};

/// The options that were given. Those that every server has, `--port` and `--help`, are always known.
class Options {
public:
    /// \param purpose  a description of the program, for `--help`.
    Options(std::string purpose, std::vector<Option> known) : purpose_(std::move(purpose)), known_(std::move(known)) {
        known_.push_back({"--port", "N", "where to listen; 0 is any free port, and is printed"});
        known_.push_back({"--help", "", "say this, and end"});
    }

    /// \throws StartError for an unknown option, or one without its value.
    void read(int count, char** arguments) {
        for (int at = 1; at < count; ++at) {
            const std::string word = arguments[at];
            const auto option =
                std::find_if(known_.begin(), known_.end(), [&](const auto& one) { return one.name == word; });
            // Not repeated: it might be a secret that was typed in the wrong place.
            if (option == known_.end())
                throw StartError{"argument " + std::to_string(at) + " is not an option of this program, see --help"};
            const bool takes_value = !option->value.empty();
            if (takes_value && ++at == count) throw StartError{word + " needs a value: " + option->value};
            given_[word] = takes_value ? arguments[at] : "";
        }
    }

    [[nodiscard]] bool has(const std::string& name) const { return given_.contains(name); }

    [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = {}) const {
        const auto found = given_.find(name);
        return found == given_.end() ? otherwise : found->second;
    }

    /// \throws StartError if it is not a number in the range.
    [[nodiscard]] long long number(const std::string& name, long long otherwise, long long most) const {
        if (!has(name)) return otherwise;
        const std::string written = text(name);
        long long value = -1;
        const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
        if (error != std::errc{} || end != written.data() + written.size() || value < 0 || value > most)
            throw StartError{name + " needs a number from 0 to " + std::to_string(most)};
        return value;
    }

    /// A time that is given in seconds, whole or with decimals, such as `30` or `0.5`; to the millisecond.
    /// \throws StartError if it is not a number of seconds from 0 to a year.
    [[nodiscard]] std::chrono::milliseconds seconds(const std::string& name,
                                                    std::chrono::milliseconds otherwise) const {
        if (!has(name)) return otherwise;
        constexpr double year = 365.0 * 24 * 3600;
        const std::string written = text(name);
        double value = -1;
        const auto [end, error] =
            std::from_chars(written.data(), written.data() + written.size(), value, std::chars_format::fixed);
        if (error != std::errc{} || end != written.data() + written.size() || !(value >= 0 && value <= year))
            throw StartError{name + " needs a number of seconds, such as 30 or 0.5"};
        return std::chrono::milliseconds{std::llround(value * 1000)};
    }

    [[nodiscard]] int port(int otherwise) const { return static_cast<int>(number("--port", otherwise, 65535)); }

    [[nodiscard]] std::string help() const {
        std::string text = purpose_ + "\n\n";
        for (const Option& option : known_) {
            std::string left = "  " + option.name + " " + option.value;
            left.resize((std::max)(left.size() + 1, std::size_t{20}), ' ');
            text.append(left).append(option.help).append("\n");
        }
        return text;
    }

private:
    std::string purpose_;
    std::vector<Option> known_;
    std::map<std::string, std::string> given_ = {};
};

/// A variable of the environment; empty when it is not set.
[[nodiscard]] inline std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

/// The message for an unusable JWT_SECRET. \param why  the library's reason, which quotes nothing of the secret.
[[noreturn]] inline void refuse_secret(std::string_view why) {
    throw StartError{"JWT_SECRET is not usable: " + std::string{why} +
                     "; set a random one, such as the output of openssl rand -hex 32"};
}

/// Reads the options and runs the program. A mistake in them ends it with one line on stderr and status 1.
template <class Run>
int run_program(Options options, int count, char** arguments, const Run& run) {
    try {
        options.read(count, arguments);
        if (options.has("--help")) {
            std::cout << options.help();
        } else {
            run(options);
        }
        return 0;
    } catch (const std::exception& error) {
        const std::string_view path = count > 0 ? arguments[0] : "server";
        std::cerr << path.substr(path.rfind('/') + 1) << ": " << error.what() << "\n";
        return 1;
    }
}

}  // namespace support
