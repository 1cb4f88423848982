// SPDX-License-Identifier: MIT
// Keeps OpenSSL's per-thread error queue as the caller left it.
#pragma once

#include <credence/exceptions.hpp>

#include <string>
#include <vector>

#include <openssl/err.h>

namespace credence::detail {

/// Restores the thread's error queue at the end of the scope.
///
/// The queue is a ring of 16 places: new errors push out the oldest ones, with their marks, so a mark would not protect
/// the caller's errors. The guard takes them off the queue and puts them back at the end.
///
/// The number of the caller's marks (`ERR_set_mark`) is kept. They return to the newest error, where a caller sets them
/// before it calls a function of this library. OpenSSL 3.0 cannot tell which error a mark belongs to.
class ErrorQueueGuard {
public:
    ErrorQueueGuard() noexcept {
        if (ERR_peek_error() != 0) take_off();
    }
    ErrorQueueGuard(const ErrorQueueGuard&) = delete;
    ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
    ~ErrorQueueGuard() {
        if (ERR_peek_error() != 0) ERR_clear_error();
        for (const Entry& entry : entries_) put_back(entry);
        for (; marks_ > 0; --marks_) ERR_set_mark();
    }

private:
    struct Entry {
        unsigned long code;
        int line;
        int flags;
        std::string file;
        std::string function;
        std::string data;
    };

    void take_off() noexcept {
        // Out of memory: the errors that could not be copied are lost.
        catch_all([this] { copy_and_clear(); }, [] {});
    }

    void copy_and_clear() {
        while (ERR_clear_last_mark() == 1) ++marks_;
        const char* file = nullptr;
        const char* function = nullptr;
        const char* data = nullptr;
        int line = 0;
        int flags = 0;
        while (const unsigned long code = ERR_get_error_all(&file, &line, &function, &data, &flags)) {
            entries_.push_back({code, line, flags, file, function, data});
        }
    }

    static void put_back(const Entry& entry) noexcept {
        ERR_new();
        ERR_set_debug(entry.file.c_str(), entry.line, entry.function.c_str());
        ERR_set_error(ERR_GET_LIB(entry.code), ERR_GET_REASON(entry.code), nullptr);
        if ((entry.flags & ERR_TXT_STRING) != 0) ERR_add_error_data(1, entry.data.c_str());
    }

    std::vector<Entry> entries_;
    int marks_ = 0;
};

}  // namespace credence::detail
