// SPDX-License-Identifier: MIT
// Files for new keys.
#include "new_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace credence::command {

namespace {

[[noreturn]] void fail_to_write(const std::string& path) {
    if (errno == EEXIST)
        fail_unreadable(path + ": exists; a key is never overwritten: name another file, or remove this one first");
    fail_unreadable(path + ": cannot be written: " + std::generic_category().message(errno));
}

}  // namespace

NewFile::NewFile(std::string path, mode_t mode)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail_to_write(path_);
    static_cast<void>(::fchmod(descriptor_, mode));  // a file system without permissions keeps those that it has
}

NewFile::~NewFile() {
    ::close(descriptor_);
    if (!is_kept_) ::unlink(path_.c_str());
}

void NewFile::write(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor_, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_to_write(path_);
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) fail_to_write(path_);
}

}  // namespace credence::command
