// SPDX-License-Identifier: MIT
// Keys that are to be written again.
#include "key_export.hpp"

#include <credence/jwe/encryption_key_export.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/with_algorithm.hpp>

#include <concepts>

namespace credence::command {

namespace {

template <class Key>
inline constexpr bool is_public_half = false;
template <class Alg>
inline constexpr bool is_public_half<DecodingKey<Alg>> = true;
template <class Alg>
inline constexpr bool is_public_half<EncryptionKey<Alg>> = true;

/// Whether an algorithm, for signatures or for encryption, has a shared secret.
template <class Alg>
constexpr bool has_secret() {
    if constexpr (KeyManagementAlgorithm<Alg>) return SharedKeyManagement<Alg>;
    return SharedSecretAlgorithm<Alg>;
}

/// An `EncodingKey` or a `DecodingKey`, a `DecryptionKey` or an `EncryptionKey`.
template <class Key>
class WritableKeyOf final : public WritableKey {
public:
    using Alg = typename Key::algorithm;

    explicit WritableKeyOf(const Key& key) : key_(key) {}

    [[nodiscard]] std::string_view alg() const override { return Alg::name; }
    [[nodiscard]] std::string kid() const override { return key_.kid(); }
    [[nodiscard]] bool is_secret() const override { return has_secret<Alg>(); }
    [[nodiscard]] bool is_private() const override { return is_whole; }
    [[nodiscard]] Result<std::string> thumbprint() const override { return credence::thumbprint(key_); }

    [[nodiscard]] Result<std::string> public_jwk(const std::string& kid) const override {
        if constexpr (!has_secret<Alg>()) return to_jwk(key_.with_kid(kid));
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> public_pem() const override {
        if constexpr (!has_secret<Alg>()) return to_pem(key_);
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> private_jwk(const std::string& kid) const override {
        if constexpr (is_whole) return export_private_jwk_in_the_clear(key_.with_kid(kid));
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> private_pem() const override {
        if constexpr (is_whole && !has_secret<Alg>()) return export_private_pem_in_the_clear(key_);
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> secret() const override {
        if constexpr (is_whole && has_secret<Alg>()) return export_secret_in_the_clear(key_);
        return Errc::invalid_key;
    }

private:
    /// Whether it is the private half, or a secret.
    static constexpr bool is_whole = !is_public_half<Key>;

    Key key_;
};

template <class Key>
WritableKeyHandle handle_of(const Key& key) {
    return std::make_shared<const WritableKeyOf<Key>>(key);
}

template <class Key>
Result<WritableKeyHandle> handle_of(const Result<Key>& key) {
    if (!key) return key.error();
    return handle_of(*key);
}

/// The whole key if it can be read as one, else its public half.
template <class Private, class Public>
Result<WritableKeyHandle> either_half(const KeyText& key) {
    const KeyOptions options{.passphrase = key.passphrase_text()};
    const auto either = [](const auto& whole, const auto& half) -> Result<WritableKeyHandle> {
        if (whole) return handle_of(whole);
        const bool is_private = !half && half.error().reason == "expected a public key, found a private one";
        return is_private ? Result<WritableKeyHandle>{whole.error()} : handle_of(half);
    };
    if (key.form == KeyForm::jwk) return either(Private::from_jwk(key.text()), Public::from_jwk(key.text()));
    if (key.form == KeyForm::pem) return either(Private::from_pem(key.text(), options), Public::from_pem(key.text()));
    if (key.form == KeyForm::der) return either(Private::from_der(key.text(), options), Public::from_der(key.text()));
    return Errc::invalid_key;
}

template <class Secret>
Result<WritableKeyHandle> secret_of(const KeyText& key) {
    if (key.form == KeyForm::secret) return handle_of(Secret::from_secret(key.text()));
    return key.form == KeyForm::jwk ? handle_of(Secret::from_jwk(key.text())) : Errc::invalid_key;
}

template <Algorithm Alg>
Result<WritableKeyHandle> writable_key_for(const KeyText& key) {
    if constexpr (SharedSecretAlgorithm<Alg>) {
        return secret_of<EncodingKey<Alg>>(key);
    } else {
        return either_half<EncodingKey<Alg>, DecodingKey<Alg>>(key);
    }
}

template <KeyManagementAlgorithm Alg>
Result<WritableKeyHandle> writable_encryption_key_for(const KeyText& key) {
    if constexpr (SharedKeyManagement<Alg>) {
        return secret_of<DecryptionKey<Alg>>(key);
    } else {
        return either_half<DecryptionKey<Alg>, EncryptionKey<Alg>>(key);
    }
}

/// A new key for encryption, with the requested properties.
template <KeyManagementAlgorithm Alg>
Result<EncryptionKeys<Alg>> new_encryption_keys(const NewKey& wanted) {
    if constexpr (KeyAgreementAlgorithm<Alg>) {
        return EncryptionKeys<Alg>::generate(wanted.curve);
    } else if constexpr (std::same_as<Alg, dir>) {
        return EncryptionKeys<Alg>::generate(wanted.content);
    } else {
        return EncryptionKeys<Alg>::generate();
    }
}

}  // namespace

Result<WritableKeyHandle> generate_key(const NewKey& wanted) {
    if (is_known_key_management(wanted.alg)) {
        const auto make = [&]<class Alg>() -> Result<WritableKeyHandle> {
            const auto keys = new_encryption_keys<Alg>(wanted);
            if (!keys) return keys.error();
            return handle_of(keys->decryption);
        };
        return detail::call_with_algorithm(detail::KnownManagement{}, wanted.alg, make);
    }
    return with_algorithm(wanted.alg, []<Algorithm Alg>() -> Result<WritableKeyHandle> {
        const auto keys = Keys<Alg>::generate();
        if (!keys) return keys.error();
        return handle_of(keys->encoding);
    });
}

Result<WritableKeyHandle> writable_key(const KeyText& key, std::string_view alg) {
    const auto encryption_key = [&]<class Alg>() { return writable_encryption_key_for<Alg>(key); };
    if (is_known_key_management(alg)) {
        return detail::call_with_algorithm(detail::KnownManagement{}, alg, encryption_key);
    }
    return with_algorithm(alg, [&]<Algorithm Alg>() { return writable_key_for<Alg>(key); });
}

}  // namespace credence::command
