// SPDX-License-Identifier: MIT
// JSON Web Keys: their permitted uses, and their numbers. RFC 7517 §4, RFC 7518 §6, RFC 8037 §2
#pragma once

#include <credence/result.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/jwk_document.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/key_parameters.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/core_names.h>

namespace credence::detail {

/// Whether `key_ops`, if present, is a list without repetition that contains `operation`. RFC 7517 §4.3
[[nodiscard]] inline bool permits(const Jwk& jwk, std::string_view operation) {
    if (!jwk.has("key_ops")) return true;
    const std::string_view operations = jwk.array("key_ops");
    if (operations.empty()) return false;
    JsonReader reader{operations};
    std::vector<std::string_view> names;
    const bool are_strings = reader.array([&] {
        std::string_view& name = names.emplace_back();
        return reader.peek() == '"' && reader.string_view(name);
    });
    if (!are_strings) return false;
    const SortedNames sorted{std::move(names)};
    return sorted.all_differ() && sorted.has(operation);
}

/// The `use` of keys in a SPIFFE trust bundle, which only verify tokens. SPIFFE Trust Domain and Bundle §4.2.2
inline constexpr std::string_view spiffe_use = "jwt-svid";

/// The use that a key is wanted for.
struct JwkUse {
    std::string_view alg;  ///< the algorithm's name
    bool is_to_sign = false;
    bool is_to_verify = false;
};

/// Whether the members of a JWK allow the use. All of them must.
[[nodiscard]] inline Result<void> check_jwk_use(const Jwk& jwk, const JwkUse& use) {
    if (!jwk.is_absent_or("alg", use.alg)) return bad_key("its alg is another algorithm");
    if (!jwk.is_absent_or("use", "sig") && !jwk.says("use", spiffe_use)) return bad_key("its use is not sig");
    if (use.is_to_sign && !permits(jwk, "sign")) return bad_key("its key_ops do not allow to sign");
    if (use.is_to_verify && !permits(jwk, "verify")) return bad_key("its key_ops do not allow to verify");
    if (jwk.has("kid") && !jwk.string("kid")) return bad_key("its kid is not a string");
    return {};
}

[[nodiscard]] inline std::string kid_of(const Jwk& jwk) { return std::string{jwk.string("kid").value_or("")}; }

/// The bytes of a member in base64 of either alphabet, padded or not. Nullopt if it is absent or something else.
[[nodiscard]] inline std::optional<SecretBytes> bytes_of(const Jwk& jwk, std::string_view name) {
    const auto text = jwk.string(name);
    return text ? decode_base64_text(*text) : std::nullopt;
}

/// A big-endian number without leading zero bytes. Some writers add one, as in DER.
[[nodiscard]] inline ByteView without_leading_zeros(ByteView digits) noexcept {
    while (!digits.empty() && digits.front() == 0) digits = digits.subspan(1);
    return digits;
}

/// Adds one of RSA's numbers. None of them is zero. RFC 7518 §6.3
[[nodiscard]] inline bool add_rsa_member(KeyParameters& parameters, const Jwk& jwk, RsaMember member) {
    const auto bytes = bytes_of(jwk, member.name);
    const ByteView digits = without_leading_zeros(bytes ? bytes->view() : ByteView{});
    return !digits.empty() && parameters.add_number(member.parameter, digits);
}

/// `n` and `e`; then `d`, and the other private members all or none. RFC 7518 §6.3.2
[[nodiscard]] inline Result<KeyHandle> read_rsa_jwk(const Jwk& jwk) {
    constexpr std::string_view bad_member = "a private RSA number is missing, zero, or not base64url";
    KeyParameters parameters;
    for (const RsaMember member : rsa_public_members) {
        if (!add_rsa_member(parameters, jwk, member)) return bad_key("n or e is missing, zero, or not base64url");
    }
    if (jwk.has("oth")) return bad_key("an RSA key of more than two primes");
    const bool has_primes = std::any_of(rsa_prime_members.begin(), rsa_prime_members.end(),
                                        [&](const RsaMember& member) { return jwk.has(member.name); });
    if (jwk.has("d") || has_primes) {
        if (!add_rsa_member(parameters, jwk, {"d", OSSL_PKEY_PARAM_RSA_D})) return bad_key(bad_member);
    }
    for (const RsaMember member : rsa_prime_members) {
        if (has_primes && !add_rsa_member(parameters, jwk, member)) return bad_key(bad_member);
    }
    return Result<KeyHandle>{make_rsa(parameters, has_primes)};
}

/// The curve that a JWK names; null if it names none of these.
template <std::size_t Count>
[[nodiscard]] const NamedCurve* curve_of(const Jwk& jwk, const std::array<NamedCurve, Count>& curves) {
    for (const NamedCurve& curve : curves) {
        if (jwk.says("crv", curve.name)) return &curve;
    }
    return nullptr;
}

/// A number of an EC key in exactly this many bytes. RFC 7518 §6.2.1.2 demands leading zeros, and some writers drop
/// them. Nullopt if the member is absent, not base64url, or too large.
[[nodiscard]] inline std::optional<SecretBytes> ec_number_of(const Jwk& jwk, std::string_view name, std::size_t size) {
    const auto bytes = bytes_of(jwk, name);
    if (!bytes) return std::nullopt;
    const ByteView digits = without_leading_zeros(bytes->view());
    if (digits.size() > size) return std::nullopt;
    SecretBytes number{size};
    std::copy(digits.begin(), digits.end(), number.data() + (size - digits.size()));
    return number;
}

/// `x` and `y`, and `d` if it is private. RFC 7518 §6.2
[[nodiscard]] inline Result<KeyHandle> read_ec_jwk(const Jwk& jwk) {
    const NamedCurve* const curve = curve_of(jwk, ec_curves);
    if (curve == nullptr) return bad_key("a curve that is not supported");
    const auto x = ec_number_of(jwk, "x", curve->size);
    const auto y = ec_number_of(jwk, "y", curve->size);
    if (!x || !y) return bad_key("x or y is missing, not base64url, or too long for the curve");
    SecretBytes point{1 + 2 * curve->size};
    point.data()[0] = 4;  // uncompressed, SEC 1 §2.3.3
    const auto y_place = std::copy(x->view().begin(), x->view().end(), point.data() + 1);
    std::copy(y->view().begin(), y->view().end(), y_place);
    KeyParameters parameters;
    parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, curve->native);
    parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, std::move(point));
    if (jwk.has("d")) {
        const auto d = ec_number_of(jwk, "d", curve->size);
        if (!d || !parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, d->view())) {
            return bad_key("d is not base64url, or too long for the curve");
        }
    }
    KeyHandle key = parameters.make("EC");
    if (!key) return bad_key("a point that is not on its curve");
    return Result<KeyHandle>{std::move(key)};
}

/// `x`, and `d` if it is private. RFC 8037 §2
[[nodiscard]] inline Result<KeyHandle> read_okp_jwk(const Jwk& jwk) {
    const NamedCurve* const curve = curve_of(jwk, okp_curves);
    if (curve == nullptr) return bad_key("a curve that is not supported");
    const auto x = bytes_of(jwk, "x");
    if (!x || x->size() != curve->size)
        return bad_key("x is missing, not base64url, or not as long as the curve demands");
    if (!jwk.has("d")) {
        return Result<KeyHandle>{
            KeyHandle{EVP_PKEY_new_raw_public_key_ex(nullptr, curve->native, nullptr, x->view().data(), x->size())}};
    }
    const auto d = bytes_of(jwk, "d");
    if (!d || d->size() != curve->size) return bad_key("d is not base64url, or not as long as the curve demands");
    KeyHandle key{EVP_PKEY_new_raw_private_key_ex(nullptr, curve->native, nullptr, d->view().data(), d->size())};
    if (!has_public_bytes(key, x->view())) return bad_key("the private and the public half do not match");
    return Result<KeyHandle>{std::move(key)};
}

/// Whether a JWK of a public-key type has private members. RFC 7518 §6.2.2, §6.3.2, RFC 8037 §2
[[nodiscard]] inline bool has_private_members(const Jwk& jwk) {
    return jwk.has("d") || std::any_of(rsa_prime_members.begin(), rsa_prime_members.end(),
                                       [&](const RsaMember& member) { return jwk.has(member.name); });
}

}  // namespace credence::detail
