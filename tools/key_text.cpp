// SPDX-License-Identifier: MIT
// Makes keys from the given texts, each for one algorithm.
#include "key_text.hpp"

#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/jwt/detail/token_writer.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <utility>

#include "algorithm_names.hpp"

namespace credence::command {

namespace {

/// Why a key of another form is not a shared secret.
Error no_secret(const KeyText& key) {
    const bool was_damaged = key.text().empty();  // the form of a `secret_b64` that is not base64url
    return {Errc::invalid_key,
            {},
            was_damaged ? "the secret is not base64url" : "expected a shared secret, found a public or private key"};
}

template <Algorithm Alg>
Result<VerifyHandle> handle_of(const Result<DecodingKey<Alg>>& key) {
    if (!key) return key.error();
    return VerifyHandle{detail::KeyAccess::shared(*key)};
}

/// The key of a set. The handle keeps the whole set alive.
template <Algorithm Alg>
Result<VerifyHandle> verify_key_in_set(std::string_view text, const KeyQuery& query) {
    auto set = KeySet<Alg>::from_jwks(text);
    if (!set) return set.error();
    auto owner = std::make_shared<const KeySet<Alg>>(*std::move(set));
    const auto found = owner->find(query);
    if (!found) return found.error();
    const VerificationKey& key = **found;
    return VerifyHandle{std::move(owner), &key};
}

/// The keys of a set that fit a query. Each handle keeps the whole set alive.
template <Algorithm Alg>
Result<std::vector<VerifyHandle>> candidates_in_set(std::string_view text, const KeyQuery& query) {
    auto set = KeySet<Alg>::from_jwks(text, {.try_all = true});
    if (!set) return set.error();
    const auto owner = std::make_shared<const KeySet<Alg>>(*std::move(set));
    std::vector<VerifyHandle> handles;
    for (const VerificationKey* key : owner->candidates(query)) handles.emplace_back(owner, key);
    return handles;
}

template <Algorithm Alg>
Result<VerifyHandle> verify_key_for(const KeyText& key, const KeyQuery& query) {
    using Key = DecodingKey<Alg>;
    if (key.form == KeyForm::jwk) return handle_of<Alg>(Key::from_jwk(key.text()));
    if (key.form == KeyForm::jwks) return verify_key_in_set<Alg>(key.text(), query);
    if constexpr (SharedSecretAlgorithm<Alg>) {
        if (key.form != KeyForm::secret) return no_secret(key);
        return handle_of<Alg>(key.allow_short_secret ? Key::from_secret(key.text(), allow_short_secret)
                                                     : Key::from_secret(key.text()));
    } else {
        if (key.form == KeyForm::pem) return handle_of<Alg>(Key::from_pem(key.text()));
        if (key.form == KeyForm::der) return handle_of<Alg>(Key::from_der(key.text()));
        return Error{Errc::invalid_key, {}, "expected a public key, found a shared secret"};
    }
}

template <Algorithm Alg>
Result<Signer> signer_of(const Result<EncodingKey<Alg>>& key) {
    if (!key) return key.error();
    auto owner = std::make_shared<const EncodingKey<Alg>>(*key);
    const detail::SignKey& prepared = detail::KeyAccess::prepared(*owner);
    return Signer{{std::move(owner), &prepared}, std::string{Alg::name}, key->kid()};
}

template <Algorithm Alg>
Result<Signer> sign_key_for(const KeyText& key) {
    using Key = EncodingKey<Alg>;
    if (key.form == KeyForm::jwk) return signer_of<Alg>(Key::from_jwk(key.text()));
    if constexpr (SharedSecretAlgorithm<Alg>) {
        if (key.form != KeyForm::secret) return no_secret(key);
        return signer_of<Alg>(key.allow_short_secret ? Key::from_secret(key.text(), allow_short_secret)
                                                     : Key::from_secret(key.text()));
    } else {
        const KeyOptions options{.passphrase = key.passphrase_text()};
        if (key.form == KeyForm::pem) return signer_of<Alg>(Key::from_pem(key.text(), options));
        if (key.form == KeyForm::der) return signer_of<Alg>(Key::from_der(key.text(), options));
        return Error{Errc::invalid_key, {}, "expected a private key, found a shared secret"};
    }
}

/// The reasons why none of a set's entries can serve an algorithm.
template <Algorithm Alg>
std::string why_skipped(const KeyText& key) {
    const auto set = KeySet<Alg>::from_jwks(key.text());
    if (!set || !set->empty()) return {};
    std::string reasons;
    for (const SkippedKey& skipped : set->skipped()) {
        if (!reasons.empty()) reasons += "; ";
        reasons.append("key ").append(std::to_string(skipped.index)).append(": ").append(skipped.reason);
    }
    return reasons;
}

template <Algorithm Alg>
Result<void> check_verify_key_for(const KeyText& key) {
    if (key.form != KeyForm::jwks) {
        const auto made = verify_key_for<Alg>(key, {});
        return made ? Result<void>{} : Result<void>{made.error()};
    }
    const auto set = KeySet<Alg>::from_jwks(key.text());
    if (!set) return set.error();
    return set->empty() ? Result<void>{Errc::no_matching_key} : Result<void>{};
}

}  // namespace

KeyText make_key_text(KeyForm form, std::string_view bytes) {
    return {.form = form, .bytes = std::make_shared<const detail::SecretBytes>(detail::as_bytes(bytes))};
}

Result<VerifyHandle> verify_key(const KeyText& key, const KeyQuery& query) {
    return with_algorithm(query.alg, [&]<Algorithm Alg>() { return verify_key_for<Alg>(key, query); });
}

std::vector<VerifyHandle> candidate_keys(const KeyText& key, const KeyQuery& query) {
    if (!key.try_all || key.form != KeyForm::jwks) return {};
    auto keys = with_algorithm(query.alg, [&]<Algorithm Alg>() { return candidates_in_set<Alg>(key.text(), query); });
    return keys ? *std::move(keys) : std::vector<VerifyHandle>{};
}

Result<void> check_verify_key(const KeyText& key, std::string_view alg) {
    return with_algorithm(alg, [&]<Algorithm Alg>() { return check_verify_key_for<Alg>(key); });
}

std::string why_not_to_verify(const KeyText& key, std::string_view alg) {
    const auto why = with_algorithm(alg, [&]<Algorithm Alg>() -> Result<std::string> {
        if (key.form == KeyForm::jwks) return why_skipped<Alg>(key);
        const auto made = verify_key_for<Alg>(key, {});
        return std::string{made ? "" : made.error().reason};
    });
    return why ? *why : std::string{};
}

std::string why_not_to_sign(const KeyText& key, std::string_view alg) {
    const auto made = sign_key(key, alg);
    return std::string{made ? "" : made.error().reason};
}

Result<Signer> sign_key(const KeyText& key, std::string_view alg) {
    return with_algorithm(alg, [&]<Algorithm Alg>() { return sign_key_for<Alg>(key); });
}

Result<std::string> sign_texts(const Signer& signer, std::string_view header, std::string_view payload) {
    return detail::sign_parts(detail::encode_base64url(header), payload, *signer.key);
}

LazyKey::LazyKey(KeyText key, std::vector<std::string> algorithms)
    : key_(std::move(key)), algorithms_(std::move(algorithms)) {}

bool LazyKey::accepts(std::string_view alg) const noexcept {
    return std::find(algorithms_.begin(), algorithms_.end(), alg) != algorithms_.end();
}

Result<VerifyHandle> LazyKey::find(const KeyQuery& query) const { return verify_key(key_, query); }

std::vector<VerifyHandle> LazyKey::candidates(const KeyQuery& query) const { return candidate_keys(key_, query); }

}  // namespace credence::command
