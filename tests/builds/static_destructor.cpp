// SPDX-License-Identifier: MIT
// Uses the library in the destructor of a static object, after OpenSSL has cleaned up: everything that needs OpenSSL is an
// error, and nothing crashes. The exit status is the number of the first action that was not refused.
#include <credence/credence.hpp>
#include <credence/jwe.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/opaque.hpp>
#include <credence/stores/memory_store.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <unistd.h>

namespace {

using namespace credence;

/// A key pair of an algorithm, and texts that were written with it while OpenSSL was usable. Later they must be
/// refused.
template <class Alg>
struct SignedBefore {
    Keys<Alg> keys = Keys<Alg>::generate().value();
    std::string token = encode(RegisteredClaims{.sub = "42", .exp = in(std::chrono::hours{1})}, keys).value();
    std::string pem = to_pem(keys.decoding).value();
    std::string jwk = to_jwk(keys.decoding).value();

    [[nodiscard]] bool is_refused() const {
        const auto reason = detail::openssl_has_ended;
        return !encode(RegisteredClaims{.sub = "42"}, keys) && !decode<RegisteredClaims>(token, keys) &&
               !Keys<Alg>::generate() && DecodingKey<Alg>::from_pem(pem).error().reason == reason &&
               DecodingKey<Alg>::from_jwk(jwk).error().reason == reason && !to_pem(keys.decoding) &&
               !to_pem(keys.encoding) && KeySet<Alg>::from_jwks(R"({"keys":[)" + jwk + "]}").value().empty();
    }
};

struct Things {
    SignedBefore<ES256> ec;
    SignedBefore<RS256> rsa;
    SignedBefore<Ed25519> edwards;
    Keys<HS256> secret = Keys<HS256>::generate().value();
    EncryptionKeys<ECDH_ES> encryption = EncryptionKeys<ECDH_ES>::generate().value();
    std::string sealed = encrypt(Bytes{"text"}, encryption).value();
    std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>();
};

/// The destructor runs after OpenSSL's cleanup, because the object is older than the first use of OpenSSL.
struct AtTheEnd {
    std::optional<Things> things;

    AtTheEnd() = default;
    AtTheEnd(const AtTheEnd&) = delete;
    AtTheEnd& operator=(const AtTheEnd&) = delete;
    ~AtTheEnd() {
        int number = 1;
        const auto demand = [&number](bool holds) {
            if (!holds) _exit(number);
            ++number;
        };
        demand(!detail::openssl_is_running());
        demand(things->ec.is_refused());
        demand(things->rsa.is_refused());
        demand(things->edwards.is_refused());
        // HMAC needs nothing of OpenSSL beyond what the key already holds.
        const auto token = encode(RegisteredClaims{.sub = "42", .exp = in(std::chrono::hours{1})}, things->secret);
        demand(token && decode<RegisteredClaims>(*token, things->secret));
        demand(!Keys<HS256>::generate());
        demand(!Keys<HS256>::from_secret(std::string(32, 'x')));
        demand(!decrypt(things->sealed, things->encryption));
        demand(!encrypt(Bytes{"text"}, things->encryption));
        demand(!EncryptionKeys<ECDH_ES>::generate());
        demand(!RefreshTokens{things->store}.issue("42"));
    }
};

}  // namespace

int main() {
    static AtTheEnd last;
    last.things.emplace();
}
