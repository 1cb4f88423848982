// SPDX-License-Identifier: MIT
// Keys to be written again: new and parsed ones, of any algorithm.
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/result.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "key_text.hpp"

namespace credence::command {

/// A key of some algorithm, and all forms in which it can be written.
class WritableKey {
public:
    WritableKey() = default;
    WritableKey(const WritableKey&) = delete;
    WritableKey& operator=(const WritableKey&) = delete;
    virtual ~WritableKey() = default;

    [[nodiscard]] virtual std::string_view alg() const = 0;
    [[nodiscard]] virtual std::string kid() const = 0;
    /// Whether it is a shared secret, which has no public half.
    [[nodiscard]] virtual bool is_secret() const = 0;
    [[nodiscard]] virtual bool is_private() const = 0;
    [[nodiscard]] virtual Result<std::string> thumbprint() const = 0;
    /// The public half. `invalid_key` if there is none.
    [[nodiscard]] virtual Result<std::string> public_jwk(const std::string& kid) const = 0;
    [[nodiscard]] virtual Result<std::string> public_pem() const = 0;
    /// The whole key. `invalid_key` when it is a public one, or has no such form.
    [[nodiscard]] virtual Result<std::string> private_jwk(const std::string& kid) const = 0;
    [[nodiscard]] virtual Result<std::string> private_pem() const = 0;
    /// The bytes of a shared secret.
    [[nodiscard]] virtual Result<std::string> secret() const = 0;
};

using WritableKeyHandle = std::shared_ptr<const WritableKey>;

/// The requested properties of a new key.
struct NewKey {
    std::string_view alg;
    AgreementCurve curve = AgreementCurve::P256;  ///< of ECDH-ES
    ContentAlgorithm content = A256GCM;           ///< of dir: the key is as long as that algorithm needs it
};

/// A new key, for signatures or for encryption. `unsupported_algorithm`, `invalid_key`.
[[nodiscard]] Result<WritableKeyHandle> generate_key(const NewKey& wanted);

/// A key that was read, private if it can sign or decrypt, else public.
[[nodiscard]] Result<WritableKeyHandle> writable_key(const KeyText& key, std::string_view alg);

}  // namespace credence::command
