// SPDX-License-Identifier: MIT
// The contents of a key set: reads a JWK Set, and skips the entries that cannot serve. RFC 7517 §5
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/skipped_key.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/key_import.hpp>
#include <credence/keys/detail/key_pair_checks.hpp>
#include <credence/keys/detail/key_table.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence::detail {

inline constexpr std::size_t most_keys = 1000;

/// The contents of a JWK Set.
struct KeySetContent {
    explicit KeySetContent(bool try_all) : table(try_all) {}

    void skip(std::size_t index, std::string_view kid, std::string_view reason) {
        table.add_skipped(kid, reason);
        skipped.push_back({index, std::string{is_plausible_kid(kid) ? kid : ""}, std::string{reason}});
    }

    KeyTable table;
    std::size_t size = 0;
    std::vector<SkippedKey> skipped;
};

/// The identity of a key: the public key in DER, or the secret.
[[nodiscard]] inline SecretBytes identity_of(const HmacKey& key) { return SecretBytes{key.secret()}; }
[[nodiscard]] inline SecretBytes identity_of(const PublicKey& key) { return public_der(key.native()); }

/// The thumbprint of a certificate as in a token's header: base64url without padding. RFC 7517 §4.8, §4.9
[[nodiscard]] inline std::string thumbprint_member(const Jwk& jwk, std::string_view name) {
    std::string text{jwk.string(name).value_or("")};
    while (text.ends_with('=')) text.pop_back();
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

[[nodiscard]] inline KeyNames names_of(const Jwk& jwk) {
    const auto kid = jwk.string("kid");
    return {.kid = kid ? std::optional<std::string>{*kid} : std::nullopt,
            .x5t = thumbprint_member(jwk, "x5t"),
            .x5t_s256 = thumbprint_member(jwk, "x5t#S256")};
}

/// Adds an entry for one algorithm if it can serve it. \return whether it is a new key.
template <Algorithm Alg>
[[nodiscard]] Result<bool> add_jwk(KeyTable& table, const Jwk& jwk, const Result<ParsedKey>& parsed) {
    if (auto allowed = check_jwk_use(jwk, {.alg = Alg::name, .is_to_verify = true}); !allowed) return allowed.error();
    const auto key = parsed.and_then(prepare_to_verify<Alg>);
    if (!key) return key.error();
    return table.add(Alg::name, names_of(jwk), *key, identity_of(**key));
}

/// Why an entry of a set cannot serve any algorithm; empty if that depends on the algorithm.
[[nodiscard]] inline std::string_view reason_to_skip(const Jwk& jwk) {
    if (!jwk.is_object()) return "not an object";
    if (jwk.repeats_member()) return "it names a member twice";
    if (jwk.string("kid").value_or("").size() > longest_kid) return "its kid is longer than 1,024 bytes";
    return {};
}

/// Adds an entry for each algorithm that the key can serve, or records why it can serve none. Most algorithms of the
/// set are for other key types or curves: that is the reason only if there is no other.
template <Algorithm... Algs>
void add_jwk_for_all(KeySetContent& content, const Jwk& jwk, std::size_t index) {
    std::string_view reason = reason_to_skip(jwk);
    if (!reason.empty()) {
        content.skip(index, kid_of(jwk), reason);
        return;
    }
    const Result<ParsedKey> parsed = parse_jwk(jwk);
    reason = another_alg;
    std::size_t attempted = 0;
    std::size_t served = 0;
    bool is_new = false;
    const auto add = [&]<Algorithm Alg>(std::type_identity<Alg>) {
        if (!jwk.is_absent_or("alg", Alg::name)) return;
        const Result<bool> added = add_jwk<Alg>(content.table, jwk, parsed);
        if (added) ++served;
        is_new = is_new || added.value_or(false);
        if (!added && (attempted == 0 || only_says_other_key(reason))) reason = added.error().reason;
        ++attempted;
    };
    (add(std::type_identity<Algs>{}), ...);
    if (is_new) ++content.size;
    if (served == 0) content.skip(index, kid_of(jwk), reason);
}

/// Why a JSON object is not a JWK Set.
[[nodiscard]] inline std::string_view reason_for_no_keys(const Jwk& object) {
    if (object.has("kty")) return "a single JWK; expected a JWK Set, {\"keys\": [...]}";
    if (object.has_string_with("-----BEGIN ")) {
        return "a map from key ids to PEM; make a key of each with from_pem, and a set with KeySet::from_keys";
    }
    if (object.has("jwks_uri")) return "an issuer's metadata; its keys are at its jwks_uri";
    return "not a JWK Set: it has no array \"keys\"";
}

/// Reads a JWK Set. `invalid_key` if it is not one, or is too large.
template <Algorithm... Algs>
[[nodiscard]] Result<std::shared_ptr<const KeySetContent>> read_jwks(std::string_view text, bool try_all) {
    const ErrorQueueGuard guard;
    JwkDocument document;
    if (const auto read = document.read(text); !read) return error_of_json(read.error(), text);
    if (document->array("keys").empty()) return bad_key(reason_for_no_keys(*document));
    auto content = std::make_shared<KeySetContent>(try_all);
    std::size_t index = 0;
    const auto add = [&](const Jwk& jwk) { add_jwk_for_all<Algs...>(*content, jwk, index++); };
    if (!document.each_key(most_keys, add)) return bad_key("a JWK Set of more than 1,000 keys");
    return std::shared_ptr<const KeySetContent>{std::move(content)};
}

}  // namespace credence::detail
