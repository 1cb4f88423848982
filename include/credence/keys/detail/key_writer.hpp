// SPDX-License-Identifier: MIT
// Writes a prepared key as JWK members, PEM and thumbprint. RFC 7518 §6, RFC 8037 §2, RFC 7468, RFC 7638
#pragma once

#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_writer.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/der_key.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/key_format.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

namespace credence::detail {

inline constexpr std::string_view kid_not_utf8 = "the key id is not UTF-8";
inline constexpr std::string_view no_parameters = "OpenSSL does not give the key's parameters";

/// A JWK that is being written: members whose values are strings, sorted by name as RFC 7638 §3.1 demands. The values
/// are wiped when it is dropped, because some may be private.
class JwkFields {
public:
    JwkFields() = default;
    JwkFields(JwkFields&&) noexcept = default;
    JwkFields(const JwkFields&) = delete;
    JwkFields& operator=(const JwkFields&) = delete;
    JwkFields& operator=(JwkFields&&) = delete;
    ~JwkFields() {
        for (Field& field : fields_) OPENSSL_cleanse(field.value.data(), field.value.size());
    }

    /// \param name  needs no escapes and lives as long as the program; each name is put once.
    void put(std::string_view name, std::string value) {
        const auto place =
            std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name > name; });
        fields_.insert(place, {name, std::move(value)});
    }

    /// Writes the object. \return false if a value is not UTF-8.
    [[nodiscard]] bool write(JsonWriter& writer) const {
        writer.open('{');
        for (const Field& field : fields_) {
            if (!writer.name(field.name) || !writer.string(field.value)) return false;
        }
        writer.close('}');
        return true;
    }

    /// The object as a text. `invalid_json` if a value is not UTF-8.
    [[nodiscard]] Result<std::string> text() const {
        std::string text;
        text.reserve(longest_usual);
        JsonWriter writer{text};
        if (!write(writer)) return Error{Errc::invalid_json, {}, kid_not_utf8};
        return text;
    }

private:
    struct Field {
        std::string_view name;
        std::string value;
    };

    static constexpr std::size_t longest_usual = 4096;  // so that growing leaves no part of a private key in memory

    std::vector<Field> fields_;
};

/// JWKs as a JWK Set; the first error of those that could not be made. RFC 7517 §5
[[nodiscard]] inline Result<std::string> jwk_set_text(std::initializer_list<Result<JwkFields>> keys) {
    std::string text;
    JsonWriter writer{text};
    writer.open('{');
    static_cast<void>(writer.name("keys"));
    writer.open('[');
    for (const Result<JwkFields>& jwk : keys) {
        if (!jwk) return jwk.error();
        writer.element();
        if (!jwk->write(writer)) return Error{Errc::invalid_json, {}, kid_not_utf8};
    }
    writer.close(']');
    writer.close('}');
    return text;
}

/// Writes a number of a key as base64url: in `size` bytes, or, for 0, in as few as possible. \return whether there is
/// one.
[[nodiscard]] inline bool put_number(JwkFields& jwk, const char* member, const EVP_PKEY* key, const char* name,
                                     std::size_t size = 0) {
    const Number number = number_of(key, name);
    if (!number) return false;
    SecretBytes bytes{size == 0 ? static_cast<std::size_t>(BN_num_bytes(number.get())) : size};
    const auto wanted = static_cast<int>(bytes.size());
    if (BN_bn2binpad(number.get(), bytes.data(), wanted) != wanted) return false;
    jwk.put(member, encode_base64url(as_text(bytes.view())));
    return true;
}

[[nodiscard]] inline bool put_rsa(JwkFields& jwk, const EVP_PKEY* key, KeyHalf half) {
    jwk.put("kty", "RSA");
    const auto put = [&](const RsaMember& member) { return put_number(jwk, member.name, key, member.parameter); };
    if (!std::all_of(rsa_public_members.begin(), rsa_public_members.end(), put)) return false;
    if (half == KeyHalf::public_half) return true;
    if (!put({"d", OSSL_PKEY_PARAM_RSA_D})) return false;
    return lacks_number(key, OSSL_PKEY_PARAM_RSA_FACTOR1) ||
           std::all_of(rsa_prime_members.begin(), rsa_prime_members.end(), put);
}

[[nodiscard]] inline bool put_ec(JwkFields& jwk, const EVP_PKEY* key, KeyHalf half) {
    const NamedCurve* const curve = curve_with_id(curve_id_of(key));
    if (curve == nullptr) return false;
    jwk.put("kty", "EC");
    jwk.put("crv", curve->name);
    return put_number(jwk, "x", key, OSSL_PKEY_PARAM_EC_PUB_X, curve->size) &&
           put_number(jwk, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->size) &&
           (half == KeyHalf::public_half || put_number(jwk, "d", key, OSSL_PKEY_PARAM_PRIV_KEY, curve->size));
}

[[nodiscard]] inline bool put_okp(JwkFields& jwk, const EVP_PKEY* key, KeyHalf half, const NamedCurve& curve) {
    SecretBytes bytes{curve.size};
    std::size_t size = bytes.size();
    jwk.put("kty", "OKP");
    jwk.put("crv", curve.name);
    if (EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) != 1) return false;
    jwk.put("x", encode_base64url(as_text(bytes.view())));
    if (half == KeyHalf::public_half) return true;
    const SecretBytes private_bytes = private_bytes_of(key);
    jwk.put("d", encode_base64url(as_text(private_bytes.view())));
    return private_bytes.size() == curve.size;
}

/// Writes only the members that make up a key: `kty` and its numbers.
[[nodiscard]] inline bool put_key(JwkFields& jwk, const EVP_PKEY* key, KeyHalf half) {
    const ErrorQueueGuard guard;
    if (is_rsa(key)) return put_rsa(jwk, key, half);
    if (has_type(key, "EC")) return put_ec(jwk, key, half);
    for (const NamedCurve& curve : okp_curves) {
        if (has_type(key, curve.native)) return put_okp(jwk, key, half, curve);
    }
    return false;
}

/// The hash of exactly the members that `put_key` wrote. RFC 7638 §3
[[nodiscard]] inline Result<std::string> thumbprint_of(const JwkFields& jwk) {
    const ErrorQueueGuard guard;
    const Result<std::string> text = jwk.text();
    if (!text) return text.error();
    const std::string hash = hash_bytes(Hash::sha256, as_bytes(*text));
    if (hash.empty()) return bad_key(no_hash);
    return encode_base64url(hash);
}

/// The contents of a memory BIO.
[[nodiscard]] inline std::string_view content_of(BIO* memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
}

/// The contents of a memory BIO, as text.
[[nodiscard]] inline Result<std::string> text_of(bool is_written, const Memory& memory) {
    if (!is_written) return bad_key("OpenSSL cannot write the key");
    return std::string{content_of(memory.get())};
}

[[nodiscard]] inline Result<std::string> public_pem(const EVP_PKEY* key) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    const ErrorQueueGuard guard;
    const Memory memory{BIO_new(BIO_s_mem())};
    return text_of(memory && PEM_write_bio_PUBKEY(memory.get(), key) == 1, memory);
}

[[nodiscard]] inline Result<std::string> private_pem(const EVP_PKEY* key) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    const ErrorQueueGuard guard;
    const Memory memory{BIO_new(BIO_s_secmem())};  // wiped when it is freed
    const Pkcs8 info{EVP_PKEY2PKCS8(key)};
    return text_of(memory && info && PEM_write_bio_PKCS8_PRIV_KEY_INFO(memory.get(), info.get()) == 1, memory);
}

/// AES-256 with a key that PBKDF2 derives from the passphrase, with more iterations than OpenSSL's default. RFC 8018
/// §6.2
[[nodiscard]] inline Result<std::string> encrypted_pem(const EVP_PKEY* key, std::string_view passphrase) {
    constexpr int rounds = 600'000;
    if (passphrase.empty()) return bad_key("an empty passphrase");
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    const ErrorQueueGuard guard;
    const Memory memory{BIO_new(BIO_s_mem())};
    const Pkcs8 info{EVP_PKEY2PKCS8(key)};
    if (!memory || !info) return bad_key("OpenSSL cannot write the key");
    const EncryptedPkcs8 encrypted{PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase.data(),
                                                 static_cast<int>(passphrase.size()), nullptr, 0, rounds, info.get())};
    return text_of(encrypted && PEM_write_bio_PKCS8(memory.get(), encrypted.get()) == 1, memory);
}

}  // namespace credence::detail
