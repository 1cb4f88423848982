// SPDX-License-Identifier: MIT
// PolledState: time passes between two calls, and never goes back. The other tests are in ../polled_remote_keys.cpp.
#include <credence/remote/detail/polled_state.hpp>

#include <chrono>
#include <optional>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;
using namespace std::chrono_literals;
using State = detail::PolledState<support::RemoteSet>;

TEST_CASE("a time before the latest one counts as the latest", "[polled_state]") {
    const NumericDate wall{1'700'000'000s};
    const SteadyTime start{1h};
    State state{{.key_set = Url::parse(support::IssuerScript::set_url).value()}, {}, {}};
    CHECK(state.fetch_key({.alg = "EdDSA", .kid = "a"}, std::nullopt).error().code == Errc::keys_unavailable);
    const auto request = state.next(start, wall);
    REQUIRE(request.has_value());
    state.answer(request->number, support::published(support::published_set({"a"})), start - 30min, wall);
    CHECK(state.wake() > start + 9min);
    CHECK_FALSE(state.keys().is_over());
    CHECK(state.fetch_key({.alg = "EdDSA", .kid = "a"}, std::nullopt).value());
    CHECK_FALSE(state.fetch_key({.alg = "EdDSA", .kid = "b"}, wall).value());
}
