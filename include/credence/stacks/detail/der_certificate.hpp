// SPDX-License-Identifier: MIT
// Converts a certificate from PEM, as a stack provides it, to DER, as a verifier reads it.
#pragma once

#include <credence/detail/openssl/error_queue.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

namespace credence::detail {

/// The first certificate of a PEM text, DER; empty if there is none.
[[nodiscard]] inline std::string der_certificate(std::string_view pem) {
    const ErrorQueueGuard guard;
    std::string der;
    auto* const source = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    unsigned char* bytes = nullptr;
    long size = 0;
    if (PEM_bytes_read_bio(&bytes, &size, nullptr, PEM_STRING_X509, source, nullptr, nullptr) == 1)
        der.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    BIO_free(source);
    return der;
}

}  // namespace credence::detail
