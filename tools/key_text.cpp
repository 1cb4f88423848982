// SPDX-License-Identifier: MIT
// Keys made of what was given, each for the one algorithm that it is wanted for.
#include "key_text.hpp"

#include <credence/key_set.hpp>
#include <credence/keys.hpp>
#include <credence/detail/base64url.hpp>
#include <credence/detail/claims_writer.hpp>

#include <algorithm>
#include <utility>

#include "algorithm_names.hpp"

namespace credence::command {

namespace {

template <Algorithm Alg>
Result<VerifyHandle> handle_of(const Result<DecodingKey<Alg>>& key) {
    if (!key) return key.error();
    return key->detail_share();
}

/// The key of a set. The handle keeps the whole set alive.
template <Algorithm Alg>
Result<VerifyHandle> verify_key_in_set(std::string_view text, KeyId kid) {
    auto set = KeySet<Alg>::from_jwks(text);
    if (!set) return set.error();
    auto owner = std::make_shared<const KeySet<Alg>>(*std::move(set));
    const auto found = owner->find(Alg::name, kid);
    if (!found) return found.error();
    const detail::VerifyKey& key = **found;
    return VerifyHandle{std::move(owner), &key};
}

template <Algorithm Alg>
Result<VerifyHandle> verify_key_for(const KeyText& key, KeyId kid) {
    using Key = DecodingKey<Alg>;
    if (key.form == KeyForm::jwk) return handle_of<Alg>(Key::from_jwk(key.text()));
    if (key.form == KeyForm::jwks) return verify_key_in_set<Alg>(key.text(), kid);
    if constexpr (SharedSecretAlgorithm<Alg>) {
        if (key.form != KeyForm::secret) return Errc::invalid_key;
        return handle_of<Alg>(key.allow_short_secret ? Key::from_secret(key.text(), allow_short_secret)
                                                     : Key::from_secret(key.text()));
    } else {
        if (key.form == KeyForm::pem) return handle_of<Alg>(Key::from_pem(key.text()));
        if (key.form == KeyForm::der) return handle_of<Alg>(Key::from_der(key.text()));
        return Errc::invalid_key;
    }
}

template <Algorithm Alg>
Result<Signer> signer_of(const Result<EncodingKey<Alg>>& key) {
    if (!key) return key.error();
    auto owner = std::make_shared<const EncodingKey<Alg>>(*key);
    const detail::SignKey& prepared = owner->detail_key();
    return Signer{{std::move(owner), &prepared}, std::string{Alg::name}, key->kid()};
}

template <Algorithm Alg>
Result<Signer> sign_key_for(const KeyText& key) {
    using Key = EncodingKey<Alg>;
    if (key.form == KeyForm::jwk) return signer_of<Alg>(Key::from_jwk(key.text()));
    if constexpr (SharedSecretAlgorithm<Alg>) {
        if (key.form != KeyForm::secret) return Errc::invalid_key;
        return signer_of<Alg>(key.allow_short_secret ? Key::from_secret(key.text(), allow_short_secret)
                                                     : Key::from_secret(key.text()));
    } else {
        const KeyOptions options{.passphrase = key.passphrase_text()};
        if (key.form == KeyForm::pem) return signer_of<Alg>(Key::from_pem(key.text(), options));
        if (key.form == KeyForm::der) return signer_of<Alg>(Key::from_der(key.text(), options));
        return Errc::invalid_key;
    }
}

/// Why a key of the right form for an algorithm is not one; empty when it is, or when it has another form.
template <Algorithm Alg>
std::string why_not_to_verify_with(const KeyText& key) {
    const auto why = [](const auto& made) { return std::string{made ? std::string_view{} : made.error().why}; };
    if (key.form == KeyForm::jwk) return why(detail::decoding_from_jwk<Alg>(key.text()));
    if constexpr (SharedSecretAlgorithm<Alg>) {
        if (key.form != KeyForm::secret) return {};
        return why(detail::hmac_from_secret(Alg::scheme.hash, key.text(), key.allow_short_secret));
    } else {
        if (key.form == KeyForm::pem) return why(detail::public_from_pem(key.text(), Alg::scheme));
        if (key.form == KeyForm::der) return why(detail::public_from_der(detail::as_bytes(key.text()), Alg::scheme));
        return {};
    }
}

template <Algorithm Alg>
std::string why_not_to_sign_with(const KeyText& key) {
    const auto why = [](const auto& made) { return std::string{made ? std::string_view{} : made.error().why}; };
    if (key.form == KeyForm::jwk) return why(detail::encoding_from_jwk<Alg>(key.text(), false));
    if constexpr (SharedSecretAlgorithm<Alg>) {
        return why_not_to_verify_with<Alg>(key);
    } else {
        const std::string_view passphrase = key.passphrase_text();
        if (key.form == KeyForm::pem) return why(detail::private_from_pem(key.text(), passphrase, Alg::scheme));
        if (key.form != KeyForm::der) return {};
        return why(detail::private_from_der(detail::as_bytes(key.text()), passphrase, Alg::scheme));
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

Result<VerifyHandle> verify_key(const KeyText& key, std::string_view alg, KeyId kid) {
    return with_algorithm(alg, [&]<Algorithm Alg>() { return verify_key_for<Alg>(key, kid); });
}

Result<void> check_verify_key(const KeyText& key, std::string_view alg) {
    return with_algorithm(alg, [&]<Algorithm Alg>() { return check_verify_key_for<Alg>(key); });
}

std::string why_not_to_verify(const KeyText& key, std::string_view alg) {
    const auto why = with_algorithm(alg, [&]<Algorithm Alg>() -> Result<std::string> {
        return key.form == KeyForm::jwks ? why_skipped<Alg>(key) : why_not_to_verify_with<Alg>(key);
    });
    return why ? *why : std::string{};
}

std::string why_not_to_sign(const KeyText& key, std::string_view alg) {
    const auto why =
        with_algorithm(alg, [&]<Algorithm Alg>() -> Result<std::string> { return why_not_to_sign_with<Alg>(key); });
    return why ? *why : std::string{};
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

Result<VerifyHandle> LazyKey::find(std::string_view alg, KeyId kid) const { return verify_key(key_, alg, kid); }

}  // namespace credence::command
