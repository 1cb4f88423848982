// SPDX-License-Identifier: MIT
// Files, environment variables and standard input.
#include "input.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace credence::command {

namespace {

constexpr std::string_view environment = "env:";

/// A file descriptor that is closed in the end, unless it is standard input.
class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ > STDERR_FILENO) ::close(number_);
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

std::string reason() { return std::generic_category().message(errno); }

/// Whether an argument is so clearly the name of a file that it may be shown even if there is no such file. Otherwise
/// it may be a secret, a key or a token that was typed in place of a name.
bool is_clearly_a_file(const std::string& argument) {
    constexpr std::size_t longest_name = 64;
    constexpr std::array<std::string_view, 12> endings{".pem", ".der", ".key", ".pub", ".crt",  ".cer",
                                                       ".p8",  ".jwk", ".jwt", ".txt", ".json", ".jwks"};
    const std::size_t slash = argument.rfind('/');
    const std::string_view name = std::string_view{argument}.substr(slash == std::string::npos ? 0 : slash + 1);
    if (name.size() > longest_name) return false;
    struct stat status{};
    if (slash == 0) return false;
    if (slash != std::string::npos) return ::stat(argument.substr(0, slash).c_str(), &status) == 0;
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Whether a name of an environment variable is written as they usually are, and so may be shown.
bool is_clearly_a_variable(std::string_view name) {
    constexpr std::size_t longest_name = 64;
    const auto is_usual = [](char character) { return (character >= 'A' && character <= 'Z') || character == '_'; };
    return !name.empty() && name.size() <= longest_name && is_usual(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char character) { return is_usual(character) || (character >= '0' && character <= '9'); });
}

constexpr std::string_view not_shown =
    "; its name is not shown, because it may be a secret: name a file, env:NAME or -";

/// Reads until the end, or one byte more than `most`. Outgrown buffers are wiped, because they may hold a key.
std::optional<detail::SecretBytes> read_all(int descriptor, std::size_t most) {
    detail::SecretBytes bytes{(std::min)(most, std::size_t{4096}) + 1};
    std::size_t size = 0;
    for (;;) {
        if (size == bytes.size() && size > most) break;
        if (size == bytes.size()) {
            detail::SecretBytes larger{(std::min)(most, 4 * size) + 1};
            std::memcpy(larger.data(), bytes.data(), size);
            bytes = std::move(larger);
        }
        const ssize_t count = ::read(descriptor, bytes.data() + size, bytes.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    bytes.shrink(size);
    return bytes;
}

}  // namespace

std::string Source::name() const {
    if (is_standard_input()) return "standard input";
    if (argument_.starts_with(environment)) return "environment variable " + argument_.substr(environment.size());
    return argument_;
}

detail::SecretBytes Source::read(std::size_t most) const {
    if (argument_.starts_with(environment)) {
        const char* value = std::getenv(argument_.c_str() + environment.size());
        if (value == nullptr && !is_clearly_a_variable(std::string_view{argument_}.substr(environment.size())))
            fail_unreadable("the environment variable is not set" + std::string{not_shown});
        if (value == nullptr) fail_unreadable(name() + " is not set");
        return detail::SecretBytes{detail::as_bytes(value)};
    }
    const Descriptor file{is_standard_input() ? STDIN_FILENO : ::open(argument_.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.number() < 0) {
        const bool is_there = errno != ENOENT && errno != ENAMETOOLONG && errno != ENOTDIR;
        const std::string why = reason();
        if (!is_there && !is_clearly_a_file(argument_))
            fail_unreadable("a file cannot be read: " + why + std::string{not_shown});
        fail_unreadable(name() + ": cannot be read: " + why);
    }
    struct stat status{};
    if (::fstat(file.number(), &status) == 0 && S_ISDIR(status.st_mode)) {
        fail_unreadable(name() + ": found a directory; expected a file");
    }
    auto bytes = read_all(file.number(), most);
    if (!bytes) fail_unreadable(name() + ": cannot be read: " + reason());
    if (bytes->size() > most) {
        fail_unreadable(name() + ": found more than the " + std::to_string(most) + " bytes that are read");
    }
    return *std::move(bytes);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n\v\f";
    const std::size_t begin = (std::min)(text.find_first_not_of(space), text.size());
    text.remove_prefix(begin);
    return text.empty() ? text : text.substr(0, text.find_last_not_of(space) + 1);
}

}  // namespace credence::command
