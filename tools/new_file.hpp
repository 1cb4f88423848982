// SPDX-License-Identifier: MIT
// A file that must not exist yet, and that does not exist either when something goes wrong.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace credence::command {

/// Makes a file with exactly the permissions `mode`; never overwrites one, nor follows a link to one. Unless `keep` is
/// called, the file is gone again when this object is dropped.
class NewFile {
public:
    /// Throws `Failure`.
    NewFile(std::string path, mode_t mode);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    /// Throws `Failure`.
    void write(std::string_view text);
    void keep() noexcept { is_kept_ = true; }

private:
    std::string path_;
    int descriptor_;
    bool is_kept_ = false;
};

}  // namespace credence::command
