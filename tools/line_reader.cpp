// SPDX-License-Identifier: MIT
// Lines from standard input, read with read(2), which returns available bytes without waiting for a full buffer.
#include "line_reader.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace credence::command {

bool LineReader::fill() {
    ssize_t count = 0;
    do {
        count = ::read(descriptor_, buffer_.data(), buffer_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) fault_ = errno;
    unread_ = {buffer_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
    return !unread_.empty();
}

void LineReader::keep(std::string_view part) {
    const std::size_t room = longest_line - line_.size();
    is_too_long_ = is_too_long_ || part.size() > room;
    line_ += part.substr(0, (std::min)(room, part.size()));
}

bool LineReader::next() {
    line_.clear();
    is_too_long_ = false;
    bool has_begun = false;
    while (!unread_.empty() || fill()) {
        has_begun = true;
        const std::size_t end = unread_.find('\n');
        keep(unread_.substr(0, end));
        if (end != std::string_view::npos) {
            unread_.remove_prefix(end + 1);
            return true;
        }
        unread_ = {};
    }
    return has_begun;
}

}  // namespace credence::command
