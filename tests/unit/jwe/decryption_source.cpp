// SPDX-License-Identifier: MIT
// DecryptionSource: which types satisfy it, and a user's own source in `decrypt` and in a nested verifier.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/decryption_source.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/nested_verifier.hpp>

#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;

namespace {

/// Keys by tenant, where the kid names the tenant. Written with public names only.
class TenantKeys {
public:
    template <class Alg>
    void add(const std::string& tenant, const DecryptionKey<Alg>& key) {
        keys_.insert_or_assign(tenant, key);
    }
    [[nodiscard]] static bool accepts(std::string_view alg) { return is_known_key_management(alg); }
    [[nodiscard]] Result<AnyDecryptionKey> find(const KeyQuery& query, ContentAlgorithm /*content*/) const {
        const auto found = keys_.find(std::string{query.kid.value_or("")});
        if (found == keys_.end()) return Error{Errc::no_matching_key, {}, "no such tenant"};
        return found->second;
    }

private:
    std::map<std::string, AnyDecryptionKey> keys_;
};

/// A source whose `find` returns another type.
struct FindsText {
    [[nodiscard]] static bool accepts(std::string_view) { return true; }
    [[nodiscard]] static Result<std::string> find(const KeyQuery&, ContentAlgorithm) { return std::string{}; }
};

const EncryptionKeys<A128KW>& small() {
    static const auto keys = EncryptionKeys<A128KW>::from_secret(std::string(16, 'a')).value();
    return keys;
}
const EncryptionKeys<ECDH_ES>& curve() {
    static const auto keys = EncryptionKeys<ECDH_ES>::from_pem(support::key_files::p256_private).value();
    return keys;
}

TenantKeys tenants() {
    TenantKeys source;
    source.add("small", small().decryption);
    source.add("curve", curve().decryption);
    return source;
}

template <class Source>
std::string outcome(std::string_view token, const Source& source) {
    const auto opened = decrypt(token, source);
    if (opened) return std::string{opened->text()};
    return std::string{to_string(opened.error().code)} + ": " + std::string{opened.error().reason};
}

}  // namespace

TEST_CASE("keys, key sets and a user's own satisfy DecryptionSource", "[jwe][source]") {
    STATIC_REQUIRE(DecryptionSource<DecryptionKey<dir>>);
    STATIC_REQUIRE(DecryptionSource<DecryptionKeySet<ECDH_ES, RSA_OAEP_256>>);
    STATIC_REQUIRE(DecryptionSource<TenantKeys>);
    STATIC_REQUIRE_FALSE(DecryptionSource<FindsText>);
    STATIC_REQUIRE_FALSE(DecryptionSource<EncryptionKey<dir>>);
    STATIC_REQUIRE_FALSE(DecryptionSource<DecodingKey<HS256>>);
}

TEST_CASE("decrypt takes its key from a user's own source, for several algorithms", "[jwe][source]") {
    const TenantKeys source = tenants();
    CHECK(outcome(encrypt("one", small(), {.kid = "small"}).value(), source) == "one");
    CHECK(outcome(encrypt("two", curve(), {.kid = "curve"}).value(), source) == "two");
    CHECK(outcome(encrypt("two", curve(), {.kid = "none"}).value(), source) == "no_matching_key: no such tenant");
}

TEST_CASE("a key that a source finds for another algorithm than the token's is not used", "[jwe][source]") {
    CHECK(outcome(encrypt("one", small(), {.kid = "curve"}).value(), tenants()) ==
          "algorithm_not_allowed: the key or the list of algorithms does not allow it");
    CHECK(outcome(encrypt("two", curve(), {.kid = "small"}).value(), tenants()) ==
          "algorithm_not_allowed: the key or the list of algorithms does not allow it");
}

TEST_CASE("a nested verifier takes its key from a user's own source", "[jwe][source]") {
    const NestedVerifier verifier{tenants(), support::account_verifier()};
    const auto token = encrypt(support::account_token(), curve(), {.kid = "curve", .content_type = "JWT"}).value();
    REQUIRE(verifier.verify(token));
    CHECK(verifier.verify(token)->sub == "42");
}

TEST_CASE("a found key keeps its key alive, and is never emptied by a move", "[jwe][source]") {
    STATIC_REQUIRE(std::is_convertible_v<const DecryptionKey<dir>&, AnyDecryptionKey>);
    auto key = EncryptionKeys<dir>::from_secret(std::string(32, 'k')).value();
    const std::string token = encrypt("text", key).value();
    AnyDecryptionKey found = key.decryption.find({}, A256GCM).value();
    key = EncryptionKeys<dir>::from_secret(std::string(32, 'l')).value();
    const AnyDecryptionKey taken = std::move(found);
    struct One {
        AnyDecryptionKey key;
        [[nodiscard]] static bool accepts(std::string_view alg) { return alg == dir::name; }
        [[nodiscard]] Result<AnyDecryptionKey> find(const KeyQuery&, ContentAlgorithm) const { return key; }
    };
    CHECK(outcome(token, One{taken}) == "text");
    CHECK(outcome(token, One{found}) == "text");  // NOLINT(bugprone-use-after-move): that it still has its key
}
