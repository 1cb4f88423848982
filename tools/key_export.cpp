// SPDX-License-Identifier: MIT
// Keys that are to be written again.
#include "key_export.hpp"

#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>

#include <concepts>
#include <utility>

#include "algorithm_names.hpp"

namespace credence::command {

namespace {

/// An `EncodingKey` or a `DecodingKey`.
template <class Key>
class WritableKeyOf final : public WritableKey {
public:
    using Alg = typename Key::algorithm;

    explicit WritableKeyOf(const Key& key) : key_(key) {}

    [[nodiscard]] std::string_view alg() const override { return Alg::name; }
    [[nodiscard]] std::string kid() const override { return key_.kid(); }
    [[nodiscard]] bool is_secret() const override { return SharedSecretAlgorithm<Alg>; }
    [[nodiscard]] bool is_private() const override { return can_sign; }
    [[nodiscard]] Result<std::string> thumbprint() const override { return credence::thumbprint(key_); }

    [[nodiscard]] Result<std::string> public_jwk(const std::string& kid) const override {
        if constexpr (PublicKeyAlgorithm<Alg>) return to_jwk(key_.with_kid(kid));
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> public_pem() const override {
        if constexpr (PublicKeyAlgorithm<Alg>) return to_pem(key_);
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> private_jwk(const std::string& kid) const override {
        if constexpr (can_sign) return export_private_jwk_in_the_clear(key_.with_kid(kid));
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> private_pem() const override {
        if constexpr (can_sign && PublicKeyAlgorithm<Alg>) return export_private_pem_in_the_clear(key_);
        return Errc::invalid_key;
    }
    [[nodiscard]] Result<std::string> secret() const override {
        if constexpr (can_sign && SharedSecretAlgorithm<Alg>) return export_secret_in_the_clear(key_);
        return Errc::invalid_key;
    }

private:
    static constexpr bool can_sign = std::same_as<Key, EncodingKey<Alg>>;

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

template <Algorithm Alg>
Result<WritableKeyHandle> writable_key_for(const KeyText& key) {
    if constexpr (SharedSecretAlgorithm<Alg>) {
        if (key.form == KeyForm::secret) return handle_of(EncodingKey<Alg>::from_secret(key.text()));
        return key.form == KeyForm::jwk ? handle_of(EncodingKey<Alg>::from_jwk(key.text())) : Errc::invalid_key;
    } else {
        const KeyOptions options{.passphrase = key.passphrase_text()};
        const auto either = [](const auto& signing, const auto& verifying) {
            return signing ? handle_of(signing) : handle_of(verifying);
        };
        using Private = EncodingKey<Alg>;
        using Public = DecodingKey<Alg>;
        if (key.form == KeyForm::jwk) return either(Private::from_jwk(key.text()), Public::from_jwk(key.text()));
        if (key.form == KeyForm::pem)
            return either(Private::from_pem(key.text(), options), Public::from_pem(key.text()));
        if (key.form == KeyForm::der)
            return either(Private::from_der(key.text(), options), Public::from_der(key.text()));
        return Errc::invalid_key;
    }
}

}  // namespace

Result<WritableKeyHandle> generate_key(std::string_view alg) {
    return with_algorithm(alg, []<Algorithm Alg>() -> Result<WritableKeyHandle> {
        const auto keys = Keys<Alg>::generate();
        if (!keys) return keys.error();
        return handle_of(keys->encoding);
    });
}

Result<WritableKeyHandle> writable_key(const KeyText& key, std::string_view alg) {
    return with_algorithm(alg, [&]<Algorithm Alg>() { return writable_key_for<Alg>(key); });
}

}  // namespace credence::command
