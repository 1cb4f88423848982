// SPDX-License-Identifier: MIT
// KeySource: which types satisfy it, and a user's own source in a verifier.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/rotating_keys.hpp>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"

using credence::Errc;
using credence::HS256;
using credence::KeyQuery;
using credence::Keys;
using credence::KeySource;

namespace {

/// Keys by tenant, where the kid names the tenant.
class TenantKeys {
public:
    static constexpr bool is_static = true;
    void add(const std::string& tenant, const Keys<HS256>& keys) { keys_.emplace(tenant, keys.decoding); }
    [[nodiscard]] static bool accepts(std::string_view alg) { return alg == HS256::name; }
    [[nodiscard]] auto find(const KeyQuery& query) const
        -> decltype(std::declval<const credence::DecodingKey<HS256>&>().find(query)) {
        const auto found = keys_.find(std::string{query.kid.value_or("")});
        if (found == keys_.end()) return Errc::no_matching_key;
        return found->second.find(query);
    }

private:
    std::map<std::string, credence::DecodingKey<HS256>> keys_;
};

struct NoFind {
    static constexpr bool is_static = true;
    [[nodiscard]] static bool accepts(std::string_view) { return true; }
};

}  // namespace

TEST_CASE("keys, key sets, rotating keys and a user's own satisfy KeySource") {
    STATIC_REQUIRE(KeySource<credence::DecodingKey<HS256>>);
    STATIC_REQUIRE(KeySource<credence::KeySet<credence::RS256>>);
    STATIC_REQUIRE(KeySource<credence::RotatingKeys<credence::KeySet<credence::RS256>>>);
    STATIC_REQUIRE(KeySource<TenantKeys>);
    STATIC_REQUIRE(NoFind::is_static);
    STATIC_REQUIRE_FALSE(KeySource<NoFind>);
    STATIC_REQUIRE_FALSE(KeySource<credence::EncodingKey<HS256>>);
}

TEST_CASE("given keys belong to no issuer, and fetch nothing") {
    STATIC_REQUIRE_FALSE(credence::FetchingKeySource<credence::RotatingKeys<credence::KeySet<credence::RS256>>>);
    STATIC_REQUIRE_FALSE(credence::IssuerKeySource<credence::RotatingKeys<credence::KeySet<credence::RS256>>>);
    STATIC_REQUIRE_FALSE(credence::IssuerKeySource<TenantKeys>);
}

TEST_CASE("rotating keys give snapshots, and fixed keys give none") {
    using credence::SnapshotKeySource;
    STATIC_REQUIRE(SnapshotKeySource<credence::RotatingKeys<credence::KeySet<credence::RS256>>>);
    STATIC_REQUIRE_FALSE(SnapshotKeySource<credence::KeySet<credence::RS256>>);
    STATIC_REQUIRE_FALSE(SnapshotKeySource<TenantKeys>);
}

TEST_CASE("a verifier takes its keys from a user's own source") {
    const auto ours = Keys<HS256>::generate().value();
    const auto theirs = Keys<HS256>::generate().value();
    TenantKeys source;
    source.add("ours", ours);
    source.add("theirs", theirs);
    const auto verifier = credence::verifier_for<credence::RegisteredClaims>(source);
    const credence::RegisteredClaims claims{.sub = "42", .exp = credence::in(std::chrono::hours{1})};
    CHECK(verifier.verify(credence::encode(claims, ours, {.kid = "ours"}).value()));
    CHECK(verifier.verify(credence::encode(claims, ours, {.kid = "theirs"}).value()).error().code ==
          Errc::invalid_signature);
    CHECK(verifier.verify(credence::encode(claims, ours, {.kid = "nobody"}).value()).error().code ==
          Errc::no_matching_key);
}
