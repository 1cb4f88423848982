// SPDX-License-Identifier: MIT
// The operations of a prepared key: verify and sign. The rest of the library sees keys only through these two.
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/keys/detail/ecdsa_form.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

namespace credence::detail {

/// A prepared key that makes signatures of one algorithm. Immutable; any number of threads may share one object.
class SignKey {
public:
    SignKey() = default;
    SignKey(const SignKey&) = delete;
    SignKey& operator=(const SignKey&) = delete;
    virtual ~SignKey() = default;

    /// The length of every signature that this key makes.
    [[nodiscard]] virtual std::size_t signature_size() const noexcept = 0;

    /// Writes `signature_size()` bytes to `out`. \return false if OpenSSL fails, usually for lack of memory.
    [[nodiscard]] virtual bool sign(std::string_view signing_input, unsigned char* out) const noexcept = 0;
};

/// Copies of one prepared context, each lent to one call at a time. A copy costs OpenSSL ten allocations and as many
/// counters shared between threads, so copies are kept, one for each simultaneous call.
class ContextPool {
public:
    explicit ContextPool(KeyContext prepared) : prepared_(std::move(prepared)) {}
    ContextPool(const ContextPool&) = delete;
    ContextPool& operator=(const ContextPool&) = delete;
    ~ContextPool() {
        for (Place& place : places_) EVP_PKEY_CTX_free(place.context.load(std::memory_order_acquire));
    }

    /// A context that the caller owns until it is given back; null if there is no memory.
    [[nodiscard]] KeyContext take() const noexcept {
        for (std::size_t step = 0, first = first_place(); step < count; ++step) {
            std::atomic<EVP_PKEY_CTX*>& context = places_[(first + step) % count].context;
            if (context.load(std::memory_order_relaxed) == nullptr) continue;
            if (auto* const taken = context.exchange(nullptr, std::memory_order_acquire)) return KeyContext{taken};
        }
        return KeyContext{EVP_PKEY_CTX_dup(prepared_.get())};
    }

    void give_back(KeyContext context) const noexcept {
        for (std::size_t step = 0, first = first_place(); step < count; ++step) {
            EVP_PKEY_CTX* nothing = nullptr;
            if (places_[(first + step) % count].context.compare_exchange_strong(
                    nothing, context.get(), std::memory_order_release, std::memory_order_relaxed)) {
                context.release();  // the place owns it now
                return;
            }
        }
    }

private:
    static constexpr std::size_t count = 8;

    /// A place has a cache line of its own, and each thread begins its search at another place.
    struct alignas(64) Place {
        std::atomic<EVP_PKEY_CTX*> context = nullptr;
    };

    [[nodiscard]] static std::size_t first_place() noexcept {
        return (reinterpret_cast<std::uintptr_t>(ScratchDigest::get()) / 64) * 0x9e3779b1U >> 8;
    }

    KeyContext prepared_;
    mutable std::array<Place, count> places_{};
};

using HashValue = std::array<unsigned char, longest_hash>;

/// The common part of both halves of a key pair: the key, its algorithm, and contexts prepared for one operation.
class PreparedKey {
public:
    /// Whether the key makes or checks signatures.
    enum class Operation : std::uint8_t { sign, verify };

    /// Prepares a key that was checked for `scheme`. \return false if OpenSSL refuses, as it does for an RSASSA-PSS key
    /// whose parameters forbid this hash or salt. RFC 4055 §1.2
    [[nodiscard]] bool prepare(KeyHandle key, Scheme scheme, Operation operation) {
        key_ = std::move(key);
        scheme_ = scheme;
        if (scheme.family == Family::eddsa) return prepare_one_shot(operation);
        digest_ = fetch_digest(scheme.hash);
        KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)};
        if (!digest_ || !context || !start(context.get(), operation)) return false;
        pool_ = std::make_unique<ContextPool>(std::move(context));
        return scheme.family == Family::ecdsa ? read_order() : read_signature_size();
    }

    [[nodiscard]] EVP_PKEY* native() const noexcept { return key_.get(); }
    [[nodiscard]] Scheme scheme() const noexcept { return scheme_; }
    [[nodiscard]] std::size_t signature_size() const noexcept { return signature_size_; }
    [[nodiscard]] std::size_t hash_size() const noexcept { return detail::hash_size(scheme_.hash); }
    [[nodiscard]] const ContextPool& pool() const noexcept { return *pool_; }
    /// The order of the curve, big-endian, in as many bytes as r and s have.
    [[nodiscard]] ByteView order() const noexcept { return ByteView{order_}.first(signature_size_ / 2); }

    /// A copy of the EdDSA context, for a single use.
    [[nodiscard]] DigestContext copy_one_shot() const noexcept {
        DigestContext copy{EVP_MD_CTX_new()};
        if (!copy || EVP_MD_CTX_copy_ex(copy.get(), one_shot_.get()) != 1) return nullptr;
        return copy;
    }

    /// The hash of the signing input, by the thread's scratch context: no allocation, and no look-up of the hash.
    [[nodiscard]] bool hash(std::string_view input, HashValue& out) const noexcept {
        EVP_MD_CTX* const scratch = ScratchDigest::get();
        if (scratch == nullptr) {
            return EVP_Digest(input.data(), input.size(), out.data(), nullptr, digest_.get(), nullptr) == 1;
        }
        return EVP_DigestInit_ex(scratch, digest_.get(), nullptr) == 1 &&
               EVP_DigestUpdate(scratch, input.data(), input.size()) == 1 &&
               EVP_DigestFinal_ex(scratch, out.data(), nullptr) == 1;
    }

private:
    [[nodiscard]] bool start(EVP_PKEY_CTX* context, Operation operation) const {
        const int started = operation == Operation::sign ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context);
        if (started != 1 || EVP_PKEY_CTX_set_signature_md(context, digest_.get()) != 1) return false;
        if (scheme_.family == Family::ecdsa) return true;
        if (scheme_.family == Family::rsa_pkcs1) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest_.get()) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, static_cast<int>(hash_size())) == 1;
    }

    [[nodiscard]] bool prepare_one_shot(Operation operation) {
        one_shot_ = DigestContext{EVP_MD_CTX_new()};
        const auto init = operation == Operation::sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
        return one_shot_ && init(one_shot_.get(), nullptr, nullptr, nullptr, nullptr, key_.get(), nullptr) == 1 &&
               read_signature_size();
    }

    /// The length of the modulus for RSA; 64 for Ed25519 and 114 for Ed448.
    [[nodiscard]] bool read_signature_size() {
        const int size = EVP_PKEY_get_size(key_.get());
        signature_size_ = size > 0 ? static_cast<std::size_t>(size) : 0;
        return size > 0;
    }

    [[nodiscard]] bool read_order() {
        BIGNUM* read = nullptr;
        if (EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_EC_ORDER, &read) != 1) return false;
        const Number order{read};
        const int size = BN_num_bytes(order.get());
        if (size <= 0 || static_cast<std::size_t>(size) > order_.size()) return false;
        signature_size_ = 2 * static_cast<std::size_t>(size);
        return BN_bn2binpad(order.get(), order_.data(), size) == size;
    }

    KeyHandle key_;
    Scheme scheme_;
    Digest digest_;
    std::unique_ptr<ContextPool> pool_;
    DigestContext one_shot_;
    std::size_t signature_size_ = 0;
    std::array<unsigned char, longest_coordinate> order_{};
};

/// The public half of a key pair, ready to verify.
class PublicKey final : public VerificationKey {
public:
    /// Prepares a checked key. \return null if OpenSSL refuses it.
    [[nodiscard]] static std::shared_ptr<const PublicKey> make(KeyHandle key, Scheme scheme) {
        std::shared_ptr<PublicKey> made{new PublicKey};
        if (!made->key_.prepare(std::move(key), scheme, PreparedKey::Operation::verify)) return nullptr;
        return made;
    }

    [[nodiscard]] bool(verify)(std::string_view signing_input, ByteView signature) const noexcept override {
        if (signature.size() != key_.signature_size() || !openssl_is_running()) return false;
        const ErrorQueueGuard guard;
        switch (key_.scheme().family) {
            case Family::eddsa: return verify_one_shot(signing_input, signature);
            case Family::ecdsa: return verify_ecdsa(signing_input, signature);
            case Family::rsa_pkcs1:
            case Family::rsa_pss: return verify_hash(signing_input, signature);
            case Family::hmac: break;
        }
        return false;
    }

    /// OpenSSL's key, for export.
    [[nodiscard]] EVP_PKEY* native() const noexcept { return key_.native(); }

private:
    [[nodiscard]] bool verify_one_shot(std::string_view input, ByteView signature) const noexcept {
        const DigestContext context = key_.copy_one_shot();
        return context && EVP_DigestVerify(context.get(), signature.data(), signature.size(), as_bytes(input).data(),
                                           input.size()) == 1;
    }

    [[nodiscard]] bool verify_ecdsa(std::string_view input, ByteView signature) const noexcept {
        std::array<unsigned char, longest_ecdsa_der> der;
        const std::size_t size = ecdsa_raw_to_der(signature, key_.order(), der);
        return size != 0 && verify_hash(input, ByteView{der}.first(size));
    }

    [[nodiscard]] bool verify_hash(std::string_view input, ByteView signature) const noexcept {
        HashValue hash;
        KeyContext context = key_.pool().take();
        if (!context || !key_.hash(input, hash)) return false;
        const bool is_good =
            EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(), key_.hash_size()) == 1;
        key_.pool().give_back(std::move(context));
        return is_good;
    }

    PreparedKey key_;
};

/// The private half of a key pair, ready to sign.
class PrivateKey final : public SignKey {
public:
    /// Prepares a checked key. \return null if OpenSSL refuses it.
    [[nodiscard]] static std::shared_ptr<const PrivateKey> make(KeyHandle key, std::shared_ptr<const PublicKey> half,
                                                                Scheme scheme) {
        std::shared_ptr<PrivateKey> made{new PrivateKey};
        if (!made->key_.prepare(std::move(key), scheme, PreparedKey::Operation::sign)) return nullptr;
        made->public_half_ = std::move(half);
        return made;
    }

    [[nodiscard]] std::size_t signature_size() const noexcept override { return key_.signature_size(); }

    [[nodiscard]] bool sign(std::string_view signing_input, unsigned char* out) const noexcept override {
        if (!openssl_is_running()) return false;
        const ErrorQueueGuard guard;
        if (key_.scheme().family == Family::eddsa) return sign_one_shot(signing_input, out);
        if (key_.scheme().family == Family::ecdsa) {
            std::array<unsigned char, longest_ecdsa_der> der;
            const std::size_t size = sign_hash(signing_input, der.data(), der.size());
            return size != 0 && ecdsa_der_to_raw(ByteView{der}.first(size), key_.order().size(), out);
        }
        return sign_hash(signing_input, out, signature_size()) == signature_size();
    }

    /// The other half.
    [[nodiscard]] const std::shared_ptr<const PublicKey>& public_half() const noexcept { return public_half_; }

    /// OpenSSL's key, for export.
    [[nodiscard]] EVP_PKEY* native() const noexcept { return key_.native(); }

private:
    [[nodiscard]] bool sign_one_shot(std::string_view input, unsigned char* out) const noexcept {
        const DigestContext context = key_.copy_one_shot();
        std::size_t size = signature_size();
        return context && EVP_DigestSign(context.get(), out, &size, as_bytes(input).data(), input.size()) == 1 &&
               size == signature_size();
    }

    /// \return the number of bytes written; 0 on failure.
    [[nodiscard]] std::size_t sign_hash(std::string_view input, unsigned char* out, std::size_t room) const noexcept {
        HashValue hash;
        KeyContext context = key_.pool().take();
        if (!context || !key_.hash(input, hash)) return 0;
        const bool is_done = EVP_PKEY_sign(context.get(), out, &room, hash.data(), key_.hash_size()) == 1;
        key_.pool().give_back(std::move(context));
        return is_done ? room : 0;
    }

    PreparedKey key_;
    std::shared_ptr<const PublicKey> public_half_;
};

}  // namespace credence::detail
