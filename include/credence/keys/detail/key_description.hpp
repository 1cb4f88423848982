// SPDX-License-Identifier: MIT
// Describes a text that should have been a key, in a few words for the person who passed it. Never quotes the key.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/der_key.hpp>
#include <credence/keys/detail/jwk_key.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/other_format.hpp>
#include <credence/keys/detail/pem_block.hpp>
#include <credence/keys/detail/shared_secret.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// The usual name of a curve.
[[nodiscard]] constexpr std::string_view curve_name(Curve curve) noexcept {
    switch (curve) {
        case Curve::p256: return "P-256";
        case Curve::p384: return "P-384";
        case Curve::p521: return "P-521";
        case Curve::secp256k1: return "secp256k1";
        case Curve::ed25519: return "Ed25519";
        case Curve::ed448: return "Ed448";
        case Curve::edwards: return "Ed25519 or Ed448";
        case Curve::x25519: return "X25519";
        case Curve::x448: return "X448";
        case Curve::none: break;
    }
    return "none";
}

/// The key that an algorithm needs: "an EC P-256 public key", "a secret of at least 32 bytes".
[[nodiscard]] inline std::string describe_expected_key(Scheme scheme, KeyHalf half) {
    if (scheme.family == Family::hmac)
        return "a secret of at least " + std::to_string(hash_size(scheme.hash)) + " bytes";
    const std::string end = half == KeyHalf::public_half ? " public key" : " private key";
    if (scheme.family == Family::ecdsa) return "an EC " + std::string{curve_name(scheme.curve)} + end;
    if (scheme.family == Family::eddsa) return "an " + std::string{curve_name(scheme.curve)} + end;
    return "an RSA" + end + " of 2048 bits or more";
}

/// Type and size of a key: "RSA 2048-bit", "EC P-256", "Ed25519".
[[nodiscard]] inline std::string describe_type(const EVP_PKEY* key) {
    if (is_rsa(key)) {
        return (has_type(key, "RSA") ? "RSA " : "RSA-PSS ") + std::to_string(EVP_PKEY_get_bits(key)) + "-bit";
    }
    if (has_type(key, "EC")) {
        const NamedCurve* const curve = curve_with_id(curve_id_of(key));
        return curve == nullptr ? "EC (another curve)" : std::string{"EC "} + curve->name;
    }
    if (has_type(key, "ED25519")) return "Ed25519";
    if (has_type(key, "ED448")) return "Ed448";
    const char* const name = EVP_PKEY_get0_type_name(key);
    return name == nullptr ? "unknown" : name;
}

/// A word with its article.
[[nodiscard]] inline std::string with_article(const std::string& words) {
    const bool is_vowel = !words.empty() && std::string_view{"AEIORX"}.find(words.front()) != std::string_view::npos;
    return (is_vowel ? "an " : "a ") + words;
}

/// The contents of DER: "an EC P-384 public key", "a certificate for an RSA 2048-bit key".
[[nodiscard]] inline std::string describe_der(ByteView der) {
    const KeyForm form = form_of(der);
    if (form == KeyForm::certificate_request) return "a certificate request";
    if (form == KeyForm::encrypted_pkcs8) return "an encrypted PKCS#8 private key";
    if (form == KeyForm::unknown) return "no key";
    const KeyHandle key = read_form(der, form, {});
    if (form == KeyForm::certificate) {
        return key ? "a certificate for " + with_article(describe_type(key.get()) + " key") : "a damaged certificate";
    }
    const std::string end = is_private_form(form) ? "private key" : "public key";
    return key ? with_article(describe_type(key.get()) + " " + end) : "a damaged " + end;
}

/// The labels of all blocks of a text, as in their BEGIN lines, without labels that have unusual characters.
[[nodiscard]] inline std::vector<std::string> pem_labels(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ";
    constexpr std::size_t longest_label = 40;
    std::vector<std::string> labels;
    for (std::size_t at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at + begin.size())) {
        std::string_view label = text.substr(at + begin.size());
        label = label.substr(0, (std::min)(label.find("-----"), longest_label));
        std::string kept;
        std::copy_if(label.begin(), label.end(), std::back_inserter(kept), [](char character) {
            return (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9') || character == ' ';
        });
        labels.push_back(std::move(kept));
    }
    return labels;
}

[[nodiscard]] inline std::string describe_pem(std::string_view text) {
    const std::vector<std::string> labels = pem_labels(text);
    const bool has_parameters = labels.size() == 2 && labels[0] == "EC PARAMETERS" && labels[1] == "EC PRIVATE KEY";
    if (labels.size() == 2 && !has_parameters) return "two PEM blocks (" + labels[0] + ", " + labels[1] + ")";
    if (labels.size() > 2) return std::to_string(labels.size()) + " PEM blocks";
    if (labels.empty()) return "the remains of a PEM block";
    const auto blocks = read_pem_blocks(text);
    const PemBlock* const block = blocks && !blocks->empty() ? &blocks->back() : nullptr;
    if (block == nullptr || block->der.size() == 0) return "a damaged PEM block labelled " + labels.back();
    if (!block->header.empty()) return "an encrypted private key in PEM";
    const KeyForm promised = form_of_label(block->label);
    if (promised == KeyForm::unknown) return "a PEM block labelled " + labels.back();
    const std::string content = describe_der(block->der.view());
    if (form_of(block->der.view()) == promised) return content + " in PEM";
    return "a PEM block labelled " + labels.back() + " that holds " + content;
}

/// A JWK or JWK Set by its kty, crv and privacy, as far as they have values that the RFCs define.
[[nodiscard]] inline std::string describe_jwk(const JwkDocument& jwk) {
    std::size_t count = 0;
    if (jwk.each_key(longest_key_text, [&](const Jwk&) { ++count; })) {
        return "a JWK Set of " + std::to_string(count) + (count == 1 ? " key" : " keys");
    }
    if (jwk->says("kty", "oct")) return "a JWK of a shared secret";
    const std::string half = jwk->has("d") ? "private" : "public";
    if (jwk->says("kty", "RSA")) return "a JWK of " + with_article("RSA " + half + " key");
    const NamedCurve* curve = curve_of(*jwk, ec_curves);
    if (curve == nullptr) curve = curve_of(*jwk, okp_curves);
    const std::string type = jwk->says("kty", "EC") ? "EC " : jwk->says("kty", "OKP") ? "OKP " : "";
    if (type.empty()) return "JSON that is not a JWK";
    return "a JWK of " +
           with_article(type + (curve == nullptr ? "(another curve)" : curve->name) + " " + half + " key");
}

/// A description of a text, or of the bytes of a file, to be put after "found": "a certificate request in PEM", "two
/// PEM blocks (…)", "an EC P-384 public key in DER", "not a key in any form".
[[nodiscard]] inline std::string describe_key_text(std::string_view text) {
    const ErrorQueueGuard guard;
    if (is_blank(text)) return "nothing";
    if (text.size() > longest_key_text) return "more than 1 MiB";
    if (holds_pem(text)) return describe_pem(text);
    if (is_ssh_key(text)) return "an SSH key";
    const ByteView der = trim_der(as_bytes(text));
    if (form_of(der) != KeyForm::unknown) return describe_der(der) + " in DER";
    if (is_pkcs12(der)) return "a PKCS#12 file";
    const auto decoded = decode_base64_text(trim_front(text));
    if (decoded && form_of(trim_der(decoded->view())) != KeyForm::unknown) {
        return describe_der(trim_der(decoded->view())) + " in bare base64, without PEM's BEGIN and END lines";
    }
    if (trim_front(text).starts_with('[') && is_jwk_text(text))
        return "a JSON array of JWKs, without {\"keys\": …} around it";
    if (is_json_in_string(text)) return "JSON inside a JSON string, encoded twice";
    JwkDocument document;
    if (trim_front(text).starts_with('{')) {
        return document.read(trim_front(text)) ? describe_jwk(document) : "something like JSON, but damaged";
    }
    return "not a key in any form";
}

}  // namespace credence::detail
