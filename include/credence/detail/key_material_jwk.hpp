// SPDX-License-Identifier: MIT
// JSON Web Keys: what they allow, and their numbers, read strictly. RFC 7517 §4, RFC 7518 §6, RFC 8037 §2
#pragma once

#include <credence/algorithm.hpp>
#include <credence/detail/base64url.hpp>
#include <credence/detail/key_material_checks.hpp>
#include <credence/detail/key_material_document.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/key_material_numbers.hpp>
#include <credence/detail/key_material_pem.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>

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

/// Whether `key_ops`, when it is there, is a list without repetition that has `operation` in it. RFC 7517 §4.3
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

/// What a key is wanted for.
struct JwkUse {
    std::string_view alg;  ///< the algorithm's name
    bool is_to_sign = false;
    bool is_to_verify = false;
};

/// Whether what a JWK says about itself allows the use. Everything that it says must.
[[nodiscard]] inline KeyResult<void> check_jwk_use(const Jwk& jwk, const JwkUse& use) {
    if (!jwk.is_absent_or("alg", use.alg)) return bad_key("its alg is another");
    if (!jwk.is_absent_or("use", "sig")) return bad_key("its use is not sig");
    if (use.is_to_sign && !permits(jwk, "sign")) return bad_key("its key_ops do not allow to sign");
    if (use.is_to_verify && !permits(jwk, "verify")) return bad_key("its key_ops do not allow to verify");
    if (jwk.has("kid") && !jwk.string("kid")) return bad_key("its kid is not a string");
    return {};
}

[[nodiscard]] inline std::string kid_of(const Jwk& jwk) { return std::string{jwk.string("kid").value_or("")}; }

/// The bytes of a member in strict base64url. Nothing when it is absent or not that.
[[nodiscard]] inline std::optional<SecretBytes> bytes_of(const Jwk& jwk, std::string_view name) {
    const auto text = jwk.string(name);
    if (!text) return std::nullopt;
    SecretBytes bytes{base64url_decoded_size(text->size()) + base64url_slack};
    if (!decode_base64url(*text, reinterpret_cast<char*>(bytes.data()))) return std::nullopt;
    bytes.shrink(base64url_decoded_size(text->size()));
    return bytes;
}

/// Adds one of RSA's numbers. A Base64urlUInt has no leading zero byte, and zero is none of them. RFC 7518 §2, §6.3
[[nodiscard]] inline bool add_rsa_member(KeyParameters& parameters, const Jwk& jwk, RsaMember member) {
    const auto digits = bytes_of(jwk, member.name);
    return digits && digits->size() > 0 && digits->view().front() != 0 &&
           parameters.add_number(member.parameter, digits->view());
}

/// `n` and `e`; then `d`, and the other private members all or none. RFC 7518 §6.3.2
[[nodiscard]] inline KeyResult<KeyHandle> read_rsa_jwk(const Jwk& jwk) {
    constexpr std::string_view bad_member = "an RSA number that is absent, no base64url, or has leading zeros";
    KeyParameters parameters;
    for (const RsaMember member : rsa_public_members) {
        if (!add_rsa_member(parameters, jwk, member)) return bad_key(bad_member);
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
    return KeyResult<KeyHandle>{make_rsa(parameters, has_primes)};
}

/// The curve that a JWK names; null when it names none of these.
template <std::size_t Count>
[[nodiscard]] const NamedCurve* curve_of(const Jwk& jwk, const std::array<NamedCurve, Count>& curves) {
    for (const NamedCurve& curve : curves) {
        if (jwk.says("crv", curve.name)) return &curve;
    }
    return nullptr;
}

/// `x` and `y`, and `d` if it is private; each as many bytes as the curve has, leading zeros included. RFC 7518 §6.2
[[nodiscard]] inline KeyResult<KeyHandle> read_ec_jwk(const Jwk& jwk) {
    const NamedCurve* const curve = curve_of(jwk, ec_curves);
    if (curve == nullptr) return bad_key("a curve that is not supported");
    const auto x = bytes_of(jwk, "x");
    const auto y = bytes_of(jwk, "y");
    if (!x || !y || x->size() != curve->size || y->size() != curve->size)
        return bad_key("a coordinate of another length");
    SecretBytes point{1 + 2 * curve->size};
    point.data()[0] = 4;  // uncompressed, SEC 1 §2.3.3
    const auto y_place = std::copy(x->view().begin(), x->view().end(), point.data() + 1);
    std::copy(y->view().begin(), y->view().end(), y_place);
    KeyParameters parameters;
    parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, curve->native);
    parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, std::move(point));
    if (jwk.has("d")) {
        const auto d = bytes_of(jwk, "d");
        if (!d || d->size() != curve->size || !parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, d->view())) {
            return bad_key("a private number of another length");
        }
    }
    KeyHandle key = parameters.make("EC");
    if (!key) return bad_key("a point that is not on its curve");
    return KeyResult<KeyHandle>{std::move(key)};
}

/// `x`, and `d` if it is private. RFC 8037 §2
[[nodiscard]] inline KeyResult<KeyHandle> read_okp_jwk(const Jwk& jwk) {
    const NamedCurve* const curve = curve_of(jwk, okp_curves);
    if (curve == nullptr) return bad_key("a curve that is not supported");
    const auto x = bytes_of(jwk, "x");
    if (!x || x->size() != curve->size) return bad_key("a public key of another length");
    if (!jwk.has("d")) {
        return KeyResult<KeyHandle>{
            KeyHandle{EVP_PKEY_new_raw_public_key_ex(nullptr, curve->native, nullptr, x->view().data(), x->size())}};
    }
    const auto d = bytes_of(jwk, "d");
    if (!d || d->size() != curve->size) return bad_key("a private key of another length");
    KeyHandle key{EVP_PKEY_new_raw_private_key_ex(nullptr, curve->native, nullptr, d->view().data(), d->size())};
    if (!has_public_bytes(key, x->view())) return bad_key("a private key with the public half of another");
    return KeyResult<KeyHandle>{std::move(key)};
}

/// The `kty` of a key for a scheme.
[[nodiscard]] constexpr std::string_view kty_of(Family family) noexcept {
    switch (family) {
        case Family::hmac: return "oct";
        case Family::rsa_pkcs1:
        case Family::rsa_pss: return "RSA";
        case Family::ecdsa: return "EC";
        case Family::eddsa: return "OKP";
    }
    return {};
}

/// Whether a JWK is an object of the type that a scheme needs, and hides nothing.
[[nodiscard]] inline KeyResult<void> check_jwk_type(const Jwk& jwk, Scheme scheme) {
    if (!jwk.is_object()) return bad_key("not an object");
    if (!jwk.string("kty")) return bad_key("no kty");
    if (!jwk.says("kty", kty_of(scheme.family))) return bad_key(another_key_type);
    if (jwk.has_escaped_secret()) return bad_key("a secret or a private number that is written with escapes");
    return {};
}

/// Whether a JWK of a public-key type has private members. RFC 7518 §6.2.2, §6.3.2, RFC 8037 §2
[[nodiscard]] inline bool has_private_members(const Jwk& jwk) {
    return jwk.has("d") || std::any_of(rsa_prime_members.begin(), rsa_prime_members.end(),
                                       [&](const RsaMember& member) { return jwk.has(member.name); });
}

/// Reads the numbers of a JWK of a public-key type.
[[nodiscard]] inline KeyResult<KeyHandle> read_jwk_numbers(const Jwk& jwk, Scheme scheme) {
    if (const auto checked = check_jwk_type(jwk, scheme); !checked) return checked.error();
    KeyResult<KeyHandle> key = scheme.family == Family::ecdsa   ? read_ec_jwk(jwk)
                               : scheme.family == Family::eddsa ? read_okp_jwk(jwk)
                                                                : read_rsa_jwk(jwk);
    if (key && !*key) return bad_key("numbers that make no key");
    return key;
}

/// The secret of a JWK of type `oct`. RFC 7518 §6.4
[[nodiscard]] inline KeyResult<SecretBytes> read_oct_jwk(const Jwk& jwk) {
    if (const auto checked = check_jwk_type(jwk, {Family::hmac}); !checked) return checked.error();
    auto secret = bytes_of(jwk, "k");
    if (!secret) return bad_key("a secret that is absent or no base64url");
    return KeyResult<SecretBytes>{*std::move(secret)};
}

}  // namespace credence::detail
