// SPDX-License-Identifier: MIT
// HMAC that computes everything about the key only once. RFC 2104, RFC 7518 §3.2
#pragma once

#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/signature.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace credence::detail {

/// A shared secret, ready to sign and to verify.
///
/// HMAC is H(outer pad, H(inner pad, message)). Two digest contexts have processed their pad in advance; each call
/// copies them, one after the other, into the thread's scratch context. Among the calls that are not deprecated, this
/// is the cheapest way: initialising an `EVP_MAC` again looks its hash up each time, and hashing the pads again costs
/// more.
///
/// All keyed state is wiped: the pads here, the two contexts by OpenSSL when they are freed, and the copy in the
/// scratch context by finishing it, which overwrites the keyed state with a result.
class HmacKey final : public VerificationKey, public SignKey {
public:
    /// Prepares the key. \return null if OpenSSL fails.
    [[nodiscard]] static std::shared_ptr<const HmacKey> make(Hash hash, SecretBytes secret) {
        std::shared_ptr<HmacKey> key{new HmacKey{hash, std::move(secret)}};
        if (!key->prepare(hash)) return nullptr;
        return key;
    }

    [[nodiscard]] bool(verify)(std::string_view signing_input, ByteView signature) const noexcept override {
        if (signature.size() != size_) return false;
        std::array<unsigned char, longest_hash> expected;
        if (!compute(signing_input, expected.data())) return false;
        if (equal_secrets(expected.data(), signature.data(), size_)) return true;
        forget(expected);
        return false;
    }

    [[nodiscard]] std::size_t signature_size() const noexcept override { return size_; }

    [[nodiscard]] bool sign(std::string_view signing_input, unsigned char* out) const noexcept override {
        return compute(signing_input, out);
    }

    /// The secret itself, for export.
    [[nodiscard]] ByteView secret() const noexcept { return secret_.view(); }

private:
    static constexpr std::size_t longest_block = 128;
    using Block = std::array<unsigned char, longest_block>;

    HmacKey(Hash hash, SecretBytes secret) : secret_(std::move(secret)), size_(hash_size(hash)) {}

    [[nodiscard]] bool prepare(Hash hash) {
        const Digest digest = fetch_digest(hash);
        if (!digest) return false;
        Block key{};
        const WipeAtExit wipe{key};
        const auto block_size = static_cast<std::size_t>(EVP_MD_get_block_size(digest.get()));
        if (secret_.size() > block_size) {
            if (EVP_Digest(secret_.data(), secret_.size(), key.data(), nullptr, digest.get(), nullptr) != 1)
                return false;
        } else {
            for (std::size_t at = 0; at < secret_.size(); ++at) key[at] = secret_.data()[at];
        }
        inner_ = start(digest.get(), key, block_size, 0x36);
        outer_ = start(digest.get(), key, block_size, 0x5c);
        return inner_ && outer_;
    }

    [[nodiscard]] static DigestContext start(const EVP_MD* digest, const Block& key, std::size_t size,
                                             unsigned char pad) {
        Block padded = key;
        const WipeAtExit wipe{padded};
        for (unsigned char& byte : padded) byte ^= pad;
        DigestContext context{EVP_MD_CTX_new()};
        if (context && EVP_DigestInit_ex(context.get(), digest, nullptr) == 1 &&
            EVP_DigestUpdate(context.get(), padded.data(), size) == 1) {
            return context;
        }
        return nullptr;
    }

    [[nodiscard]] bool compute(std::string_view input, unsigned char* out) const noexcept {
        if (EVP_MD_CTX* const scratch = ScratchDigest::get(); scratch != nullptr) [[likely]] {
            return compute_in(scratch, input, out);
        }
        const DigestContext own{EVP_MD_CTX_new()};
        return own && compute_in(own.get(), input, out);
    }

    [[nodiscard]] bool compute_in(EVP_MD_CTX* scratch, std::string_view input, unsigned char* out) const noexcept {
        const bool is_done =
            EVP_MD_CTX_copy_ex(scratch, inner_.get()) == 1 &&
            EVP_DigestUpdate(scratch, input.data(), input.size()) == 1 &&
            EVP_DigestFinal_ex(scratch, out, nullptr) == 1 && EVP_MD_CTX_copy_ex(scratch, outer_.get()) == 1 &&
            EVP_DigestUpdate(scratch, out, size_) == 1 && EVP_DigestFinal_ex(scratch, out, nullptr) == 1;
        if (!is_done) [[unlikely]] {
            EVP_MD_CTX_reset(scratch);
        }
        return is_done;
    }

    /// Compares in constant time; `size` is a multiple of sixteen, as of all hashes here. OpenSSL compares sixteen
    /// bytes in two words, and any other number of bytes one by one.
    [[nodiscard]] static bool equal_secrets(const unsigned char* left, const unsigned char* right,
                                            std::size_t size) noexcept {
        int difference = 0;
        for (std::size_t at = 0; at < size; at += 16) difference |= CRYPTO_memcmp(left + at, right + at, 16);
        return difference == 0;
    }

    /// After a wrong signature, `expected` is the right one for the attacker's message: it must not stay in memory.
    static void forget(std::array<unsigned char, longest_hash>& expected) noexcept {
        OPENSSL_cleanse(expected.data(), expected.size());
        if (EVP_MD_CTX* const scratch = ScratchDigest::get(); scratch != nullptr) EVP_MD_CTX_reset(scratch);
    }

    SecretBytes secret_;
    std::size_t size_;
    DigestContext inner_;
    DigestContext outer_;
};

}  // namespace credence::detail
