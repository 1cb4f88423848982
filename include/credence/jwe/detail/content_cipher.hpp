// SPDX-License-Identifier: MIT
// Authenticated encryption of a token's content: AES-GCM, and AES-CBC with HMAC. RFC 7518 §5
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/fetched.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <openssl/evp.h>

namespace credence::detail {

/// The sizes of a content algorithm, in bytes.
struct ContentSuite {
    std::size_t mac_key_size;  ///< the first part of the key; 0 for GCM
    std::size_t aes_key_size;
    std::size_t iv_size;
    std::size_t tag_size;
    Hash hash;  ///< of the HMAC; `none` for GCM

    [[nodiscard]] constexpr std::size_t key_size() const noexcept { return mac_key_size + aes_key_size; }
    [[nodiscard]] constexpr bool is_gcm() const noexcept { return mac_key_size == 0; }
    /// The length of the ciphertext, from that of the plaintext. CBC always adds padding.
    [[nodiscard]] constexpr std::size_t ciphertext_size(std::size_t plaintext) const noexcept {
        return is_gcm() ? plaintext : plaintext / 16 * 16 + 16;
    }
    /// Whether a ciphertext of this length is possible.
    [[nodiscard]] constexpr bool can_be_ciphertext(std::size_t size) const noexcept {
        return is_gcm() || (size != 0 && size % 16 == 0);
    }
};

inline constexpr std::size_t gcm_iv_size = 12, gcm_tag_size = 16;
inline constexpr std::size_t longest_content_key = 64;

[[nodiscard]] constexpr ContentSuite content_suite(ContentAlgorithm content) noexcept {
    switch (content) {
        case A128GCM: return {0, 16, gcm_iv_size, gcm_tag_size, Hash::none};
        case A192GCM: return {0, 24, gcm_iv_size, gcm_tag_size, Hash::none};
        case A256GCM: return {0, 32, gcm_iv_size, gcm_tag_size, Hash::none};
        case A128CBC_HS256: return {16, 16, 16, 16, Hash::sha256};
        case A192CBC_HS384: return {24, 24, 16, 24, Hash::sha384};
        case A256CBC_HS512: return {32, 32, 16, 32, Hash::sha512};
    }
    return {};
}

/// The longest text that is encrypted, in bytes: OpenSSL counts in `int`.
inline constexpr std::size_t longest_plaintext = std::size_t{1} << 30;

/// A ciphertext, with the values that are needed to open it.
struct SealedContent {
    ByteView iv;
    ByteView ciphertext;
    ByteView tag;
    ByteView aad;
};

/// The output of sealing: `ciphertext_size` and `tag_size` bytes.
struct ContentRoom {
    unsigned char* ciphertext;
    unsigned char* tag;
};

/// Encrypts with AES-GCM. \return false if OpenSSL fails.
[[nodiscard]] inline bool seal_gcm(ByteView key, ByteView iv, ByteView aad, ByteView plaintext, ContentRoom out) {
    const CipherContext context{EVP_CIPHER_CTX_new()};
    int size = 0;
    return context &&
           EVP_EncryptInit_ex2(context.get(), aes_cipher(AesMode::gcm, key.size()), key.data(), iv.data(), nullptr) ==
               1 &&
           (aad.empty() ||
            EVP_EncryptUpdate(context.get(), nullptr, &size, aad.data(), static_cast<int>(aad.size())) == 1) &&
           (plaintext.empty() || EVP_EncryptUpdate(context.get(), out.ciphertext, &size, plaintext.data(),
                                                   static_cast<int>(plaintext.size())) == 1) &&
           EVP_EncryptFinal_ex(context.get(), out.tag, &size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, gcm_tag_size, out.tag) == 1;
}

/// Decrypts AES-GCM. IV and tag have the right lengths. `out` is as long as the ciphertext; its contents are
/// meaningless unless the tag is right.
[[nodiscard]] inline bool open_gcm(ByteView key, const SealedContent& sealed, unsigned char* out) {
    const CipherContext context{EVP_CIPHER_CTX_new()};
    std::array<unsigned char, gcm_tag_size> tag;
    std::copy(sealed.tag.begin(), sealed.tag.end(), tag.begin());
    std::array<unsigned char, 16> nothing;
    int size = 0;
    return context &&
           EVP_DecryptInit_ex2(context.get(), aes_cipher(AesMode::gcm, key.size()), key.data(), sealed.iv.data(),
                               nullptr) == 1 &&
           (sealed.aad.empty() || EVP_DecryptUpdate(context.get(), nullptr, &size, sealed.aad.data(),
                                                    static_cast<int>(sealed.aad.size())) == 1) &&
           (sealed.ciphertext.empty() || EVP_DecryptUpdate(context.get(), out, &size, sealed.ciphertext.data(),
                                                           static_cast<int>(sealed.ciphertext.size())) == 1) &&
           EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, gcm_tag_size, tag.data()) == 1 &&
           EVP_DecryptFinal_ex(context.get(), nothing.data(), &size) == 1;
}

/// The tag of AES-CBC with HMAC, before it is truncated: HMAC over additional data, IV, ciphertext, and the bit length
/// of the additional data. RFC 7518 §5.2.2.1
class ContentMac {
public:
    /// Computes the HMAC. \return false if OpenSSL fails.
    [[nodiscard]] bool compute(Hash hash, ByteView key, const SealedContent& sealed) {
        const EVP_MD* const digest = fetched_digest(hash);
        const DigestContext context{EVP_MD_CTX_new()};
        if (digest == nullptr || !context) return false;
        std::array<unsigned char, 8> length;
        std::uint64_t bits = std::uint64_t{sealed.aad.size()} * 8;
        for (std::size_t at = length.size(); at > 0; bits >>= 8) length[--at] = static_cast<unsigned char>(bits);
        return start(context.get(), digest, key, 0x36) && take(context.get(), sealed.aad) &&
               take(context.get(), sealed.iv) && take(context.get(), sealed.ciphertext) &&
               take(context.get(), length) && EVP_DigestFinal_ex(context.get(), value_.data(), nullptr) == 1 &&
               start(context.get(), digest, key, 0x5c) &&
               take(context.get(), ByteView{value_}.first(hash_size(hash))) &&
               EVP_DigestFinal_ex(context.get(), value_.data(), nullptr) == 1;
    }

    [[nodiscard]] ByteView tag(std::size_t size) const noexcept { return ByteView{value_}.first(size); }

    ContentMac() = default;
    ContentMac(const ContentMac&) = delete;
    ContentMac& operator=(const ContentMac&) = delete;
    /// The right tag for a token with a wrong one would let its sender complete a forgery.
    ~ContentMac() { OPENSSL_cleanse(value_.data(), value_.size()); }

private:
    [[nodiscard]] static bool take(EVP_MD_CTX* context, ByteView bytes) {
        return EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1;
    }

    /// Begins a hash with the padded key, which is shorter than a block. RFC 2104 §2
    [[nodiscard]] static bool start(EVP_MD_CTX* context, const EVP_MD* digest, ByteView key, unsigned char pad) {
        std::array<unsigned char, 128> padded{};
        const WipeAtExit wipe{padded};
        std::copy(key.begin(), key.end(), padded.begin());
        for (unsigned char& byte : padded) byte ^= pad;
        const auto block = static_cast<std::size_t>(EVP_MD_get_block_size(digest));
        return EVP_DigestInit_ex(context, digest, nullptr) == 1 && take(context, ByteView{padded}.first(block));
    }

    std::array<unsigned char, longest_hash> value_{};
};

[[nodiscard]] inline bool seal_cbc(const ContentSuite& suite, ByteView key, ByteView iv, ByteView aad,
                                   ByteView plaintext, ContentRoom out) {
    const ByteView mac_key = key.first(suite.mac_key_size);
    const ByteView aes_key = key.subspan(suite.mac_key_size);
    const CipherContext context{EVP_CIPHER_CTX_new()};
    int size = 0;
    int rest = 0;
    if (!context ||
        EVP_EncryptInit_ex2(context.get(), aes_cipher(AesMode::cbc, aes_key.size()), aes_key.data(), iv.data(),
                            nullptr) != 1 ||
        EVP_EncryptUpdate(context.get(), out.ciphertext, &size, plaintext.data(), static_cast<int>(plaintext.size())) !=
            1 ||
        EVP_EncryptFinal_ex(context.get(), out.ciphertext + size, &rest) != 1) {
        return false;
    }
    ContentMac mac;
    const ByteView ciphertext{out.ciphertext, static_cast<std::size_t>(size) + static_cast<std::size_t>(rest)};
    if (!mac.compute(suite.hash, mac_key, {.iv = iv, .ciphertext = ciphertext, .tag = {}, .aad = aad})) return false;
    const ByteView tag = mac.tag(suite.tag_size);
    std::copy(tag.begin(), tag.end(), out.tag);
    return true;
}

/// Checks the tag, and only then decrypts. RFC 7518 §5.2.2.2
[[nodiscard]] inline bool open_cbc(const ContentSuite& suite, ByteView key, const SealedContent& sealed,
                                   SecretBytes& out) {
    const ByteView aes_key = key.subspan(suite.mac_key_size);
    ContentMac mac;
    if (!mac.compute(suite.hash, key.first(suite.mac_key_size), sealed)) return false;
    if (CRYPTO_memcmp(mac.tag(suite.tag_size).data(), sealed.tag.data(), suite.tag_size) != 0) return false;
    const CipherContext context{EVP_CIPHER_CTX_new()};
    int size = 0;
    int rest = 0;
    if (!context ||
        EVP_DecryptInit_ex2(context.get(), aes_cipher(AesMode::cbc, aes_key.size()), aes_key.data(), sealed.iv.data(),
                            nullptr) != 1 ||
        EVP_DecryptUpdate(context.get(), out.data(), &size, sealed.ciphertext.data(),
                          static_cast<int>(sealed.ciphertext.size())) != 1 ||
        EVP_DecryptFinal_ex(context.get(), out.data() + size, &rest) != 1) {
        return false;
    }
    out.shrink(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
    return true;
}

/// Encrypts content. The key and the IV have the lengths of the algorithm. \return false if OpenSSL fails.
[[nodiscard]] inline bool seal_content(ContentAlgorithm content, ByteView key, ByteView iv, ByteView aad,
                                       ByteView plaintext, ContentRoom out) {
    const ContentSuite suite = content_suite(content);
    return suite.is_gcm() ? seal_gcm(key, iv, aad, plaintext, out) : seal_cbc(suite, key, iv, aad, plaintext, out);
}

/// Decrypts content. The key has the length of the algorithm; IV, ciphertext and tag may have any length.
/// \return whether they have the right lengths and the tag is right; otherwise `out` is unchanged.
[[nodiscard]] inline bool open_content(ContentAlgorithm content, ByteView key, const SealedContent& sealed,
                                       SecretBytes& out) {
    const ContentSuite suite = content_suite(content);
    if (sealed.iv.size() != suite.iv_size || sealed.tag.size() != suite.tag_size) return false;
    if (!suite.can_be_ciphertext(sealed.ciphertext.size())) return false;
    // CBC needs room for one block more than OpenSSL returns.
    SecretBytes plaintext{sealed.ciphertext.size() + (suite.is_gcm() ? 0 : 16)};
    const bool is_open =
        suite.is_gcm() ? open_gcm(key, sealed, plaintext.data()) : open_cbc(suite, key, sealed, plaintext);
    if (is_open) out = std::move(plaintext);
    return is_open;
}

}  // namespace credence::detail
