// SPDX-License-Identifier: MIT
// FetchLoop: members that wake, rest and leave. The tests through a verifier are in ../issuer_registry.cpp.
#include <credence/remote/detail/fetch_loop.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;
using namespace std::chrono_literals;
using support::IssuerScript;
using Loop = detail::FetchLoop<support::RemoteSet>;

namespace {

constexpr KeyQuery key_a{.alg = "EdDSA", .kid = "a"};

Loop::Handle new_member() {
    return std::make_shared<Loop::Member>(detail::KeyOrigin{.key_set = Url::parse(IssuerScript::set_url).value()},
                                          RemoteOptions{});
}

}  // namespace

TEST_CASE("the keys of a member are fetched when a token first needs one, and not before", "[fetch_loop]") {
    const IssuerScript script;
    const auto loop = std::make_shared<Loop>(script, RemoteOptions{.unknown_key_wait = IssuerScript::long_enough}, 1h);
    detail::FetchThreads<support::RemoteSet> threads{loop};
    REQUIRE(threads.start());
    const auto member = new_member();
    CHECK(loop->use(member));
    CHECK(member->is_new());
    CHECK(script.begun() == 0);
    CHECK(loop->fetch_key(member, key_a, std::nullopt).value());
    CHECK_FALSE(member->is_new());
    CHECK(member->state().keys().find(key_a).has_value());
    CHECK(loop->fetch_key(member, key_a, std::nullopt).value());
    CHECK_FALSE(loop->fetch_key(member, {.alg = "EdDSA", .kid = "a\n"}, std::nullopt).value());
    CHECK(script.begun() == 1);
    loop->remove(member);
    CHECK(loop->use(member));
}

TEST_CASE("a member without tokens is idle", "[fetch_loop]") {
    const auto loop = std::make_shared<Loop>(IssuerScript{}, RemoteOptions{}, 0ms);
    const auto member = new_member();
    CHECK(loop->use(member));
    CHECK_FALSE(loop->use(member));
}

TEST_CASE("without a thread, no caller waits longer than allowed", "[fetch_loop]") {
    const auto loop = std::make_shared<Loop>(IssuerScript{}, RemoteOptions{.unknown_key_wait = 0ms}, 1h);
    const auto member = new_member();
    const auto refusal = loop->fetch_key(member, key_a, std::nullopt);
    CHECK(refusal.error().code == Errc::keys_unavailable);
    CHECK(refusal.error().retry_after == 1s);
}

TEST_CASE("members whose keys are stale at once keep no thread from the others", "[fetch_loop]") {
    const auto issuer = [](const FetchRequest&) { return support::published(support::published_set({"a"})); };
    const auto loop = std::make_shared<Loop>(issuer, RemoteOptions{.unknown_key_wait = IssuerScript::long_enough}, 1h);
    detail::FetchThreads<support::RemoteSet> threads{loop};
    REQUIRE(threads.start());
    for (std::size_t number = 0; number <= detail::FetchThreads<support::RemoteSet>::count; ++number) {
        const auto member = std::make_shared<Loop::Member>(
            detail::KeyOrigin{.key_set = Url::parse(IssuerScript::set_url).value()}, RemoteOptions{.interval = 0ms});
        CHECK(loop->use(member));
        CHECK(loop->fetch_key(member, key_a, std::nullopt).has_value());
    }
}
