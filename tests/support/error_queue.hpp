// SPDX-License-Identifier: MIT
// Fills and reads OpenSSL's error queue of this thread, and compares it before and after an action.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "support/catch.hpp"

#include <openssl/err.h>

namespace support {

/// An entry with everything that it carries.
using QueuedError = std::tuple<unsigned long, std::string, int, std::string, std::string, int>;

/// Takes all entries off the queue.
inline std::vector<QueuedError> drain_error_queue() {
    std::vector<QueuedError> entries;
    const char* file = nullptr;
    const char* function = nullptr;
    const char* data = nullptr;
    int line = 0;
    int flags = 0;
    while (const unsigned long code = ERR_get_error_all(&file, &line, &function, &data, &flags)) {
        entries.emplace_back(code, file, line, function, data, flags & ERR_TXT_STRING);
    }
    return entries;
}

/// Puts entries on the queue, all different, some with text.
inline void fill_error_queue(int count) {
    ERR_clear_error();
    for (int number = 1; number <= count; ++number) {
        ERR_new();
        ERR_set_debug("somebody.c", number, "somebody");
        if (number % 3 == 0) {
            ERR_set_error(ERR_LIB_SYS, number, nullptr);
        } else if (number % 3 == 1) {
            ERR_set_error(ERR_LIB_USER, number, "text %d", number);
        } else {
            ERR_set_error(ERR_LIB_RSA, number, nullptr);
        }
    }
}

/// The most entries that the queue can hold: it is a ring of 16 places, and one of them stays empty.
inline constexpr int full_error_queue = 15;

/// Runs `action` with an empty queue, with a few entries and with a full queue, and checks that it leaves the queue
/// unchanged.
template <class Action>
void check_error_queue_around(Action action) {
    for (const int count : {0, 1, 4, full_error_queue}) {
        INFO("entries before: " << count);
        fill_error_queue(count);
        const auto before = drain_error_queue();
        REQUIRE(before.size() == static_cast<std::size_t>(count));
        fill_error_queue(count);
        action();
        CHECK(drain_error_queue() == before);
    }
}

}  // namespace support
