// SPDX-License-Identifier: MIT
// OpenSSL's objects as owning handles, its error queue left as it was found, and its random numbers.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/detail/secret.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

namespace credence::detail {

/// Owns an object of OpenSSL's, and gives it back by the function made for it; what `std::unique_ptr` is for, at a
/// tenth of the time to compile, which counts for a dozen types in every file of a user's.
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

    /// Gives the object to the caller, who owns it from now on.
    Object* release() noexcept { return std::exchange(object_, nullptr); }

private:
    Object* object_ = nullptr;
};

using NativeKey = EVP_PKEY;
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

/// Reads an object of OpenSSL's from the whole of `der`.
template <class Handle, class Read>
[[nodiscard]] Handle read_whole(ByteView der, Read read) {
    const unsigned char* at = der.data();
    Handle object{read(&at, static_cast<long>(der.size()))};
    return object && at == der.data() + der.size() ? std::move(object) : Handle{};
}

/// The name by which OpenSSL's providers know a hash.
[[nodiscard]] constexpr const char* hash_name(Hash hash) noexcept {
    switch (hash) {
        case Hash::sha256: return "SHA256";
        case Hash::sha384: return "SHA384";
        case Hash::sha512: return "SHA512";
        case Hash::none: break;
    }
    return nullptr;
}

/// The length of a hash, in bytes.
[[nodiscard]] constexpr std::size_t hash_size(Hash hash) noexcept {
    switch (hash) {
        case Hash::sha256: return 32;
        case Hash::sha384: return 48;
        case Hash::sha512: return 64;
        case Hash::none: break;
    }
    return 0;
}

inline constexpr std::size_t longest_hash = 64;

[[nodiscard]] inline Digest fetch_digest(Hash hash) {
    return Digest{hash == Hash::none ? nullptr : EVP_MD_fetch(nullptr, hash_name(hash), nullptr)};
}

/// The hash of some bytes; empty when OpenSSL cannot make it, for want of memory mostly.
[[nodiscard]] inline std::string hash_bytes(Hash hash, ByteView bytes) {
    const Digest digest = fetch_digest(hash);
    std::array<unsigned char, longest_hash> out;
    if (!digest || EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, digest.get(), nullptr) != 1) return {};
    return std::string{as_text({out.data(), hash_size(hash)})};
}

/// Fills `out` from the generator for values that must stay private. \return false when the system has no randomness.
[[nodiscard]] inline bool fill_random(std::span<unsigned char> out) noexcept {
    return RAND_priv_bytes_ex(nullptr, out.data(), out.size(), 0) == 1;
}

/// Leaves the thread's error queue exactly as it was when the guard was made, whatever is put on it meanwhile.
///
/// An empty queue is emptied again. `ERR_set_mark` would serve there too, although it cannot mark an empty queue; but
/// on a queue that holds entries it is not enough: the queue is a ring of few places, and new errors push the oldest
/// out. So these are taken off, and put back. Only when somebody up the stack has set a mark, which taking off would
/// lose, are they left in place under a mark of ours; the mark is then at the newest entry, where it nearly always was,
/// for OpenSSL 3.0 tells of no mark without removing it, nor where it stood.
class ErrorQueueGuard {
public:
    ErrorQueueGuard() noexcept {
        if (ERR_peek_error() == 0) return;
        if (ERR_clear_last_mark() == 1) {
            ERR_set_mark();
            marked_ = ERR_set_mark() == 1;
        } else {
            take_off();
        }
    }
    ErrorQueueGuard(const ErrorQueueGuard&) = delete;
    ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
    ~ErrorQueueGuard() {
        if (marked_) {
            ERR_pop_to_mark();
        } else if (ERR_peek_error() != 0) {
            ERR_clear_error();
        }
        for (const Entry& entry : entries_) put_back(entry);
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

    void take_off() noexcept try {
        const char* file = nullptr;
        const char* function = nullptr;
        const char* data = nullptr;
        int line = 0;
        int flags = 0;
        while (const unsigned long code = ERR_get_error_all(&file, &line, &function, &data, &flags)) {
            entries_.push_back({code, line, flags, file, function, data});
        }
    } catch (...) {
        // Out of memory: what could not be kept is lost, and nothing else goes wrong.
        return;
    }

    static void put_back(const Entry& entry) noexcept {
        ERR_new();
        ERR_set_debug(entry.file.c_str(), entry.line, entry.function.c_str());
        ERR_set_error(ERR_GET_LIB(entry.code), ERR_GET_REASON(entry.code), nullptr);
        if ((entry.flags & ERR_TXT_STRING) != 0) ERR_add_error_data(1, entry.data.c_str());
    }

    std::vector<Entry> entries_;
    bool marked_ = false;
};

/// The thread's own digest context, made at its first use and kept. Null for a thread that has already ended its
/// thread-local objects, and when there is no memory.
///
/// The pointer itself needs neither a constructor nor a destructor: reading it costs one instruction, and it is still
/// there for a token that is verified by the destructor of some other thread-local object.
class ScratchDigest {
public:
    [[nodiscard]] static EVP_MD_CTX* get() noexcept {
        if (context_ == nullptr) [[unlikely]]
            make();
        return context_;
    }

private:
    struct Reaper {
        ~Reaper() {
            EVP_MD_CTX_free(std::exchange(context_, nullptr));
            closed_ = true;
        }
    };

    static void make() noexcept {
        if (closed_) return;
        static thread_local const Reaper reaper;
        static_cast<void>(reaper);
        context_ = EVP_MD_CTX_new();
    }

    static inline constinit thread_local EVP_MD_CTX* context_ = nullptr;
    static inline constinit thread_local bool closed_ = false;
};

}  // namespace credence::detail
