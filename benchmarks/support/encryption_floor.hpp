// SPDX-License-Identifier: MIT
// The floors of encrypted tokens: OpenSSL alone encrypts and decrypts a content key and the content, with everything
// prepared that can be. No code of credence is used here.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/floor.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

namespace support {

using Cipher = std::unique_ptr<EVP_CIPHER, FreeWith<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;

/// AES-256-GCM of one text, with a random IV.
class FloorContent {
public:
    explicit FloorContent(std::string_view text)
        : cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)), text_(text), sealed_(text) {}

    [[nodiscard]] bool seal(const unsigned char* key) {
        const CipherContext context{EVP_CIPHER_CTX_new()};
        int size = 0;
        return RAND_priv_bytes_ex(nullptr, iv_.data(), iv_.size(), 0) == 1 &&
               EVP_EncryptInit_ex2(context.get(), cipher_.get(), key, iv_.data(), nullptr) == 1 &&
               EVP_EncryptUpdate(context.get(), nullptr, &size, iv_.data(), static_cast<int>(iv_.size())) == 1 &&
               EVP_EncryptUpdate(context.get(), to(sealed_), &size, to(text_), static_cast<int>(text_.size())) == 1 &&
               EVP_EncryptFinal_ex(context.get(), tag_.data(), &size) == 1 &&
               EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag_.data()) == 1;
    }

    [[nodiscard]] bool open(const unsigned char* key) {
        const CipherContext context{EVP_CIPHER_CTX_new()};
        int size = 0;
        return EVP_DecryptInit_ex2(context.get(), cipher_.get(), key, iv_.data(), nullptr) == 1 &&
               EVP_DecryptUpdate(context.get(), nullptr, &size, iv_.data(), static_cast<int>(iv_.size())) == 1 &&
               EVP_DecryptUpdate(context.get(), to(text_), &size, to(sealed_), static_cast<int>(text_.size())) == 1 &&
               EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, tag_.data()) == 1 &&
               EVP_DecryptFinal_ex(context.get(), last_.data(), &size) == 1;
    }

private:
    [[nodiscard]] static unsigned char* to(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

    Cipher cipher_;
    std::string text_;
    std::string sealed_;
    std::array<unsigned char, 12> iv_{};
    std::array<unsigned char, 16> tag_{};
    std::array<unsigned char, 16> last_{};
};

/// A content key by RSA-OAEP with SHA-1, or another hash, and the content.
class FloorOaep {
public:
    explicit FloorOaep(std::string_view text, const char* hash = "SHA1")
        : content_(text),
          key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})),
          encrypt_(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)),
          decrypt_(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)) {
        EVP_PKEY_encrypt_init(encrypt_.get());
        EVP_PKEY_decrypt_init(decrypt_.get());
        const Digest digest{EVP_MD_fetch(nullptr, hash, nullptr)};
        for (EVP_PKEY_CTX* const context : {encrypt_.get(), decrypt_.get()}) {
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING);
            EVP_PKEY_CTX_set_rsa_oaep_md(context, digest.get());
            EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest.get());
        }
        static_cast<void>(seal());
    }

    [[nodiscard]] bool seal() {
        std::array<unsigned char, 32> key;
        std::size_t size = sealed_.size();
        return RAND_priv_bytes_ex(nullptr, key.data(), key.size(), 0) == 1 &&
               EVP_PKEY_encrypt(encrypt_.get(), sealed_.data(), &size, key.data(), key.size()) == 1 &&
               content_.seal(key.data());
    }
    [[nodiscard]] bool open() {
        std::array<unsigned char, 256> key;
        std::size_t size = key.size();
        return EVP_PKEY_decrypt(decrypt_.get(), key.data(), &size, sealed_.data(), sealed_.size()) == 1 &&
               content_.open(key.data());
    }

private:
    FloorContent content_;
    KeyHandle key_;
    KeyContext encrypt_;
    KeyContext decrypt_;
    std::array<unsigned char, 256> sealed_{};
};

/// The same with SHA-256.
class FloorOaep256 : public FloorOaep {
public:
    explicit FloorOaep256(std::string_view text) : FloorOaep(text, "SHA256") {}
};

/// A content key by OpenSSL's own AES Key Wrap with 256 bits, and the content.
class FloorWrap {
public:
    explicit FloorWrap(std::string_view text)
        : content_(text), cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-WRAP", nullptr)) {
        static_cast<void>(seal());
    }

    [[nodiscard]] bool seal() {
        const CipherContext context{EVP_CIPHER_CTX_new()};
        std::array<unsigned char, 32> key;
        int size = 0;
        EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
        return RAND_priv_bytes_ex(nullptr, key.data(), key.size(), 0) == 1 &&
               EVP_EncryptInit_ex2(context.get(), cipher_.get(), secret_.data(), nullptr, nullptr) == 1 &&
               EVP_EncryptUpdate(context.get(), sealed_.data(), &size, key.data(), static_cast<int>(key.size())) == 1 &&
               content_.seal(key.data());
    }
    [[nodiscard]] bool open() {
        const CipherContext context{EVP_CIPHER_CTX_new()};
        std::array<unsigned char, 40> key;
        int size = 0;
        EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
        return EVP_DecryptInit_ex2(context.get(), cipher_.get(), secret_.data(), nullptr, nullptr) == 1 &&
               EVP_DecryptUpdate(context.get(), key.data(), &size, sealed_.data(), static_cast<int>(sealed_.size())) ==
                   1 &&
               content_.open(key.data());
    }

private:
    FloorContent content_;
    Cipher cipher_;
    std::array<unsigned char, 32> secret_{};
    std::array<unsigned char, 40> sealed_{};
};

/// A content key by AES-256-GCM, and the content.
class FloorGcmWrap {
public:
    explicit FloorGcmWrap(std::string_view text) : key_(std::string(32, 'k')), content_(text) {
        static_cast<void>(seal());
    }

    [[nodiscard]] bool seal() {
        return RAND_priv_bytes_ex(nullptr, random_.data(), random_.size(), 0) == 1 && key_.seal(secret_.data()) &&
               content_.seal(secret_.data());
    }
    [[nodiscard]] bool open() { return key_.open(secret_.data()) && content_.open(secret_.data()); }

private:
    FloorContent key_;
    FloorContent content_;
    std::array<unsigned char, 32> secret_{};
    std::array<unsigned char, 32> random_{};
};

/// A content key by an agreement on P-256 or X25519, and the content.
class FloorAgreement {
public:
    explicit FloorAgreement(std::string_view text, bool is_x25519 = false)
        : content_(text),
          is_x25519_(is_x25519),
          own_(is_x25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")
                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")),
          digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
        static_cast<void>(seal());
    }

    [[nodiscard]] bool seal() {
        const KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, own_.get(), nullptr)};
        EVP_PKEY* made = nullptr;
        if (EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &made) != 1) return false;
        const KeyHandle other{made};
        unsigned char* point = nullptr;
        const std::size_t size = EVP_PKEY_get1_encoded_public_key(made, &point);
        sent_.assign(reinterpret_cast<const char*>(point), size);
        OPENSSL_free(point);
        return agree(made, own_.get()) && content_.seal(key_.data());
    }
    [[nodiscard]] bool open() {
        const KeyHandle other = sent_key();
        return other && agree(own_.get(), other.get()) && content_.open(key_.data());
    }

private:
    [[nodiscard]] KeyHandle sent_key() const {
        const auto* const point = reinterpret_cast<const unsigned char*>(sent_.data());
        if (is_x25519_) {
            return KeyHandle{EVP_PKEY_new_raw_public_key_ex(nullptr, "X25519", nullptr, point, sent_.size())};
        }
        KeyHandle key{EVP_PKEY_new()};
        const bool is_read = EVP_PKEY_copy_parameters(key.get(), own_.get()) == 1 &&
                             EVP_PKEY_set1_encoded_public_key(key.get(), point, sent_.size()) == 1;
        return is_read ? std::move(key) : nullptr;
    }

    [[nodiscard]] bool agree(EVP_PKEY* own, EVP_PKEY* other) {
        const KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr)};
        std::array<unsigned char, 32> secret;
        std::size_t size = secret.size();
        return EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer_ex(context.get(), other, 0) == 1 &&
               EVP_PKEY_derive(context.get(), secret.data(), &size) == 1 &&
               EVP_Digest(secret.data(), secret.size(), key_.data(), nullptr, digest_.get(), nullptr) == 1;
    }

    FloorContent content_;
    bool is_x25519_;
    KeyHandle own_;
    Digest digest_;
    std::string sent_;
    std::array<unsigned char, 32> key_{};
};

/// The same on X25519.
class FloorX25519 : public FloorAgreement {
public:
    explicit FloorX25519(std::string_view text) : FloorAgreement(text, true) {}
};

/// The content alone, with a key that both sides have.
class FloorDirect {
public:
    explicit FloorDirect(std::string_view text) : content_(text) { static_cast<void>(seal()); }
    [[nodiscard]] bool seal() { return content_.seal(key_.data()); }
    [[nodiscard]] bool open() { return content_.open(key_.data()); }

private:
    FloorContent content_;
    std::array<unsigned char, 32> key_{};
};

}  // namespace support
