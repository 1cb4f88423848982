// SPDX-License-Identifier: MIT
// RegistryKeys: the view of a verifier before the first fetch. The other tests are in ../issuer_registry.cpp.
#include <credence/keys/key_source.hpp>
#include <credence/remote/detail/registry_keys.hpp>

#include <chrono>
#include <memory>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;
using IssuerKeys = detail::RegistryKeys<support::RemoteSet>;

TEST_CASE("before the first fetch every key is unknown, so the verifier requests it", "[registry_keys]") {
    STATIC_REQUIRE(SnapshotKeySource<IssuerKeys>);
    STATIC_REQUIRE(FetchingKeySource<IssuerKeys>);
    STATIC_REQUIRE(IssuerKeySource<IssuerKeys>);
    const auto loop =
        std::make_shared<IssuerKeys::Loop>(support::IssuerScript{}, RemoteOptions{}, std::chrono::hours{1});
    const auto member = std::make_shared<IssuerKeys::Loop::Member>(
        detail::origin_of_issuer(support::IssuerScript::issuer_url, {}).value(), RemoteOptions{});
    const IssuerKeys keys{loop, member};
    CHECK(keys.issuer() == support::IssuerScript::issuer_url);
    CHECK(IssuerKeys::accepts("EdDSA"));
    const KeyQuery query{.alg = "EdDSA", .kid = "a"};
    CHECK(keys.find(query).error().code == Errc::no_matching_key);
    CHECK(keys.snapshot().find(query).error().code == Errc::no_matching_key);
    CHECK(keys.snapshot().candidates(query).empty());
    CHECK(keys.snapshot().generation() != 0);
}
