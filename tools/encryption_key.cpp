// SPDX-License-Identifier: MIT
// Makes encryption keys from the given texts, each for one algorithm.
#include "encryption_key.hpp"

#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/keys/with_algorithm.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>

#include "algorithm_names.hpp"
#include "failure.hpp"
#include "json_text.hpp"

namespace credence::command {

namespace {

/// Why a key of another form is not a shared secret.
Error no_shared_secret(const KeyText& key) {
    const bool was_damaged = key.text().empty();  // the form of a `secret_b64` that is not base64url
    return {Errc::invalid_key,
            {},
            was_damaged ? "the secret is not base64url" : "expected a shared secret, found a public or private key"};
}

/// Makes a key that encrypts, or one that decrypts, from the given text.
template <class Key, class Alg>
Result<Key> made_of(const KeyText& key) {
    if (key.form == KeyForm::jwk) return Key::from_jwk(key.text());
    if constexpr (SharedKeyManagement<Alg>) {
        return key.form == KeyForm::secret ? Key::from_secret(key.text()) : Result<Key>{no_shared_secret(key)};
    } else if constexpr (std::same_as<Key, DecryptionKey<Alg>>) {
        const KeyOptions options{.passphrase = key.passphrase_text()};
        if (key.form == KeyForm::pem) return Key::from_pem(key.text(), options);
        if (key.form == KeyForm::der) return Key::from_der(key.text(), options);
        return Error{Errc::invalid_key, {}, "expected a private key, found a shared secret"};
    } else {
        if (key.form == KeyForm::pem) return Key::from_pem(key.text());
        if (key.form == KeyForm::der) return Key::from_der(key.text());
        return Error{Errc::invalid_key, {}, "expected a public key, found a shared secret"};
    }
}

template <class Alg>
Result<Recipient> recipient_for(const KeyText& key) {
    const auto made = made_of<EncryptionKey<Alg>, Alg>(key);
    if (!made) return made.error();
    return Recipient{detail::KeyAccess::shared(*made), made->kid()};
}

template <class Alg>
Result<AnyDecryptionKey> decryption_key_for(const KeyText& key, const KeyQuery& query, ContentAlgorithm content) {
    if (key.form == KeyForm::jwks) {
        return DecryptionKeySet<Alg>::from_jwks(key.text()).and_then([&](const auto& set) {
            return set.find(query, content);
        });
    }
    return made_of<DecryptionKey<Alg>, Alg>(key).and_then([&](const auto& made) { return made.find(query, content); });
}

/// The private key or the secret, for one algorithm.
Result<AnyDecryptionKey> own_key(const KeyText& key, std::string_view alg, const KeyQuery& query,
                                 ContentAlgorithm content) {
    const auto make = [&]<class Alg>() { return decryption_key_for<Alg>(key, query, content); };
    return detail::call_with_algorithm(detail::KnownManagement{}, alg, make);
}

/// The algorithms that a single key can serve, with either half; all algorithms if it can serve none.
std::vector<std::string> served_by(const KeyText& key) {
    std::vector<std::string> names;
    for (const std::string& name : key.form == KeyForm::jwks ? std::vector<std::string>{} : management_names()) {
        if (recipient_key(key, name) || own_key(key, name, {}, A256GCM)) names.push_back(name);
    }
    return names.empty() ? management_names() : names;
}

}  // namespace

std::vector<std::string> management_names() { return names_of(detail::KnownManagement{}); }

std::vector<std::string> content_names() {
    std::vector<std::string> names;
    for (const ContentAlgorithm content : all_content_algorithms) names.emplace_back(to_string(content));
    return names;
}

std::vector<std::string> management_algorithms(const LoadedKey& key, const std::vector<std::string>& wanted) {
    for (const std::string& name : wanted) {
        if (!is_known_key_management(name)) {
            fail_usage("there is no algorithm '" + name + "' to manage keys with; there are " +
                       listed(management_names()));
        }
    }
    if (!wanted.empty()) return wanted;
    if (key.text.form == KeyForm::jwk) {
        const JsonObject jwk{key.text.text()};
        const std::string_view* const alg = jwk.find("alg");
        if (alg != nullptr && alg->front() == '"' && is_known_key_management(plain_text(*alg))) {
            return {plain_text(*alg)};
        }
    }
    fail_usage(key.name + ": found " + description(key.text) + "; use --alg with one of " +
               listed(served_by(key.text)));
}

ContentAlgorithms demand_contents(const std::vector<std::string>& names) {
    ContentAlgorithms contents{};
    for (const std::string& name : names) {
        const auto content = content_algorithm(name);
        if (!content) {
            fail_usage("there is no algorithm '" + name + "' to encrypt content with; there are " +
                       listed(content_names()));
        }
        contents.add(*content);
    }
    return names.empty() ? ContentAlgorithms::all() : contents;
}

Result<Recipient> recipient_key(const KeyText& key, std::string_view alg) {
    const auto make = [&]<class Alg>() { return recipient_for<Alg>(key); };
    return detail::call_with_algorithm(detail::KnownManagement{}, alg, make);
}

LazyDecryptionKey::LazyDecryptionKey(KeyText key, std::vector<std::string> algorithms)
    : key_(std::move(key)), algorithms_(std::move(algorithms)) {}

bool LazyDecryptionKey::accepts(std::string_view alg) const noexcept {
    return std::find(algorithms_.begin(), algorithms_.end(), alg) != algorithms_.end();
}

Result<AnyDecryptionKey> LazyDecryptionKey::find(const KeyQuery& query, ContentAlgorithm content) const {
    return own_key(key_, query.alg, query, content);
}

void demand_key_to_decrypt(const LoadedKey& key, const std::vector<std::string>& algorithms) {
    if (key.text.form == KeyForm::jwks) return;  // one of its keys is chosen by the token
    std::optional<Error> error;
    for (const std::string& alg : algorithms) {
        const auto made = own_key(key.text, alg, {}, A256GCM);
        if (made) return;
        // An error of the key itself is more specific than that the key is for another algorithm.
        if (!error || detail::only_says_other_key(error->reason)) error = made.error();
    }
    if (error) fail_unreadable(key.name + ": " + message(*error), error->code);
}

}  // namespace credence::command
