// SPDX-License-Identifier: MIT
// The floors: OpenSSL alone does the same operation on the same bytes, with everything prepared that can be prepared
// without a deprecated call. No code of credence is used here.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace support {

template <auto function>
struct FreeWith {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        function(handle);
    }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD, FreeWith<EVP_MD_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

/// HMAC-SHA256 by copies of two contexts that have already hashed their pads: five compressions for a small token.
class FloorHmac {
public:
    explicit FloorHmac(std::string_view secret);
    [[nodiscard]] bool operator()(std::string_view input);

private:
    [[nodiscard]] DigestContext keyed(std::string_view secret, unsigned char pad) const;

    Digest digest_;
    DigestContext inner_;
    DigestContext outer_;
    DigestContext scratch_;
    std::array<unsigned char, 32> mac_{};
};

/// A signature with SHA-256 by `EVP_PKEY_sign` and `EVP_PKEY_verify` (RS256, ES256), in OpenSSL's own form, over a
/// context that was initialised once; or Ed25519, by a copy of an initialised context.
class FloorSignature {
public:
    /// \param private_pem  the key.
    /// \param input        what `sign` signs and `verify` verifies.
    FloorSignature(const std::string& private_pem, std::string input);
    [[nodiscard]] bool sign();
    [[nodiscard]] bool verify();

private:
    void prepare_one_shot();
    void prepare_contexts();
    [[nodiscard]] bool hash();

    KeyHandle key_;
    std::string input_;
    std::string signature_;
    std::string room_;
    std::size_t size_ = 0;
    Digest digest_;
    DigestContext scratch_;
    KeyContext signing_;
    KeyContext verifying_;
    DigestContext one_shot_signing_;
    DigestContext one_shot_verifying_;
    std::array<unsigned char, 32> hash_{};
};

}  // namespace support
