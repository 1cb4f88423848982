// SPDX-License-Identifier: MIT
// Reading and writing `.env`.
#include "env_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "settings.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace account {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool is_name(std::string_view text) {
    const auto fits = [](char byte) {
        return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
               byte == '_';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

/// Takes the first line from the text, or all lines of a quoted value.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    }

    [[nodiscard]] bool is_done() const { return rest_.empty(); }

    void read_into(Variables& variables) {
        ++number_;
        std::string_view line = trimmed(take(rest_.find('\n')));
        if (line.empty() || line.front() == '#') return;
        if (line.starts_with("export ")) line = trimmed(line.substr(7));
        const std::size_t equals = line.find('=');
        const std::string_view name = trimmed(line.substr(0, equals));
        if (equals == std::string_view::npos || !is_name(name)) complain();
        variables[std::string{name}] = value(trimmed(line.substr(equals + 1)));
    }

private:
    std::string value(std::string_view text) {
        if (!text.empty() && (text.front() == '"' || text.front() == '\'')) return quoted(text.front(), text.substr(1));
        return std::string{trimmed(text.substr(0, text.find(" #")))};
    }

    /// After the closing quote only a comment may follow: otherwise half of a secret would be used silently.
    std::string quoted(char quote, std::string_view text) {
        std::string inside;
        while (true) {
            if (text.empty()) {
                if (is_done()) complain();
                ++number_;
                inside.push_back('\n');
                text = take(rest_.find('\n'));
                continue;
            }
            const char byte = text.front();
            text.remove_prefix(1);
            if (byte == quote) {
                const std::string_view behind = trimmed(text);
                if (!behind.empty() && behind.front() != '#') complain();
                return inside;
            }
            if (quote == '"' && byte == '\\' && !text.empty()) {
                inside.append(meaning_of(text.front()));
                text.remove_prefix(1);
            } else {
                inside.push_back(byte);
            }
        }
    }

    static std::string meaning_of(char escaped) {
        if (escaped == 'n') return "\n";
        if (escaped == '"' || escaped == '\\') return {escaped};
        return {'\\', escaped};
    }

    std::string_view take(std::size_t end) {
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix((std::min)(line.size() + 1, rest_.size()));
        return line;
    }

    [[noreturn]] void complain() const {
        throw SettingsError{"line " + std::to_string(number_) + " of .env is not NAME=value"};
    }

    std::string_view rest_;
    int number_ = 0;
};

[[noreturn]] void complain_of(const std::string& path) {
    throw SettingsError{path + " cannot be written: " + std::generic_category().message(errno)};
}

void write_all(int file, const std::string& text, const std::string& path) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written >= 0 && written != static_cast<ssize_t>(text.size())) errno = ENOSPC;
    if (written != static_cast<ssize_t>(text.size())) complain_of(path);
}

/// A file with a temporary name, which is removed with the object; another name of the file stays. Only its owner may
/// read it.
class NewFile {
public:
    /// \param pattern  the pattern of its name. \param path  its final path, for error messages.
    NewFile(std::string pattern, std::string path)
        : name_(std::move(pattern)), path_(std::move(path)), file_(::mkostemp(name_.data(), O_CLOEXEC)) {
        if (file_ < 0) complain_of(path_);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        ::close(file_);
        ::unlink(name_.c_str());  // fails if it was renamed
    }

    void write(const std::string& text) const {
        write_all(file_, text, path_);
        // Otherwise a power cut could leave the name without the text.
        if (::fsync(file_) != 0) complain_of(path_);
    }
    [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

private:
    std::string name_;
    std::string path_;
    int file_;
};

/// Writes a new file directly at its final path. False if there is one.
bool write_in_place(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) return false;
    if (file < 0) complain_of(path);
    try {
        write_all(file, text, path);
    } catch (const SettingsError&) {
        ::close(file);
        ::unlink(path.c_str());
        throw;
    }
    ::close(file);
    return true;
}

}  // namespace

Variables read_env_file(const std::string& path) {
    Variables variables;
    std::ifstream file{path};
    if (!file) {
        if (errno == ENOENT) return variables;
        throw SettingsError{path + " cannot be read: " + std::generic_category().message(errno)};
    }
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad() || std::filesystem::is_directory(path)) throw SettingsError{path + " cannot be read"};
    const std::string kept = text.str();
    for (Lines lines{kept}; !lines.is_done();) lines.read_into(variables);
    return variables;
}

bool is_open_to_others(const std::string& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0 && (about.st_mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH)) != 0;
}

int Placing::rename_unless_taken(const char* from, const char* to) {
    return ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

bool create_env_file(const std::string& path, const std::string& text, const Placing& placing) {
    struct stat about{};
    if (::lstat(path.c_str(), &about) == 0) return false;
    const NewFile file{path + ".new-XXXXXX", path};
    file.write(text);
    for (const Placing::Call place : {placing.link, placing.rename}) {
        if (place(file.name(), path.c_str()) == 0) return true;
        if (errno == EEXIST) return false;
        const bool is_impossible = errno == EPERM || errno == ENOTSUP || errno == ENOSYS || errno == EINVAL;
        if (!is_impossible) complain_of(path);
    }
    return write_in_place(path, text);
}

}  // namespace account
