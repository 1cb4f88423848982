// SPDX-License-Identifier: MIT
// Text to be encrypted, which is wiped when it is dropped.
#pragma once

#include <credence/version.hpp>

#include <string>

#include <openssl/crypto.h>

namespace credence::detail {

/// A text that a writer appends to. What it outgrows on the way is not wiped, so it begins with room for usual claims.
struct WipedText {
    std::string text = {};

    WipedText() { text.reserve(1024); }
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
    ~WipedText() { OPENSSL_cleanse(text.data(), text.size()); }
};

}  // namespace credence::detail
