// SPDX-License-Identifier: MIT
// Text to be encrypted, which is wiped when it is dropped.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <string>

#include <openssl/crypto.h>

namespace credence::detail {

/// A text that a writer appends to. A buffer that it outgrows is not wiped, so it starts with room for everything that
/// a token of the default limit can carry.
struct WipedText {
    std::string text = {};

    WipedText() { text.reserve(std::size_t{16} * 1024); }
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
    ~WipedText() { OPENSSL_cleanse(text.data(), text.size()); }
};

}  // namespace credence::detail
