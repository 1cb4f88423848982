// SPDX-License-Identifier: MIT
// The shared parts of the drivers of a state machine: randomness, hooks that throw, and unknown key ids that need no
// fetch.
#include <credence/remote/detail/driver.hpp>

#include <optional>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;

TEST_CASE("random values are from 0 up to, but not including, 1", "[driver]") {
    bool differs = false;
    const double first = detail::random_share();
    for (int count = 0; count < 100; ++count) {
        const double share = detail::random_share();
        CHECK(share >= 0);
        CHECK(share < 1);
        differs = differs || share < first || share > first;
    }
    CHECK(differs);
}

TEST_CASE("a random source or a hook that throws does no harm", "[driver]") {
    const auto options = detail::options_for_core({.random = []() -> double { throw std::runtime_error{"no"}; }});
    CHECK(options.random() == 0.5);
    int told = 0;
    const RemoteOptions hook{.on_event = [&](const RemoteEvent&) {
        ++told;
        throw std::runtime_error{"no"};
    }};
    detail::tell_events(hook, {{.kind = RemoteEvent::Kind::expired}, {.kind = RemoteEvent::Kind::recovered}});
    CHECK(told == 2);
    detail::tell_events({}, {{.kind = RemoteEvent::Kind::expired}});
}

TEST_CASE("an impossible key id is refused without a lookup", "[driver]") {
    CHECK(detail::is_possible_kid({.alg = "EdDSA"}));
    CHECK(detail::is_possible_kid({.alg = "EdDSA", .kid = std::string(1024, 'k')}) == true);
    const std::string long_kid(1025, 'k');
    CHECK_FALSE(detail::is_possible_kid({.alg = "EdDSA", .kid = long_kid}));
    CHECK_FALSE(detail::is_possible_kid({.alg = "EdDSA", .kid = "a\n"}));
}

TEST_CASE("without keys, every key id is unavailable, with a time to retry", "[driver]") {
    detail::RemoteCore<support::RemoteSet> core{
        {.key_set = Url::parse(support::IssuerScript::set_url).value()}, {}, {}};
    const auto answer = detail::answer_without_fetch(core, {.alg = "EdDSA", .kid = "a"}, std::nullopt, {});
    REQUIRE(answer.has_value());
    CHECK(answer->error().code == Errc::keys_unavailable);
    CHECK(answer->error().retry_after == std::chrono::seconds{1});
}
