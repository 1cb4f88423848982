// SPDX-License-Identifier: MIT
// Owning handles for OpenSSL's objects, each freed by the matching *_free.
#pragma once

#include <credence/bytes.hpp>

#include <cstddef>
#include <utility>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace credence::detail {

/// Owning handle, freed by the matching *_free. It replaces `std::unique_ptr`, which takes ten times as long to compile
/// for the dozen types below.
template <class Object, auto Free>
class Owned {
public:
    Owned() = default;
    Owned(std::nullptr_t) noexcept {}
    explicit Owned(Object* object) noexcept : object_(object) {}
    Owned(Owned&& other) noexcept : object_(other.release()) {}
    Owned& operator=(Owned&& other) noexcept {
        Owned taken{other.release()};
        std::swap(object_, taken.object_);
        return *this;
    }
    ~Owned() {
        if (object_ != nullptr) Free(object_);
    }

    [[nodiscard]] Object* get() const noexcept { return object_; }
    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }

    /// Releases ownership to the caller.
    Object* release() noexcept { return std::exchange(object_, nullptr); }

private:
    Object* object_ = nullptr;
};

using KeyHandle = Owned<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = Owned<EVP_MD, EVP_MD_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Memory = Owned<BIO, BIO_free_all>;
using Certificate = Owned<X509, X509_free>;
using Pkcs8 = Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using EncryptedPkcs8 = Owned<X509_SIG, X509_SIG_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using NumberContext = Owned<BN_CTX, BN_CTX_free>;

inline void free_written_bytes(unsigned char* bytes) { OPENSSL_free(bytes); }
/// Memory that an `i2d_` function allocated.
using WrittenBytes = Owned<unsigned char, free_written_bytes>;

/// Parses a DER object that must be all of `der`; an empty handle if it is malformed or followed by anything.
template <class Handle, class Read>
[[nodiscard]] Handle read_whole(ByteView der, Read read) {
    const unsigned char* at = der.data();
    Handle object{read(&at, static_cast<long>(der.size()))};
    return object && at == der.data() + der.size() ? std::move(object) : Handle{};
}

}  // namespace credence::detail
