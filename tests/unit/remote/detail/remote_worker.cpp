// SPDX-License-Identifier: MIT
// The thread behind remote keys: the state that it shares with readers. The tests through a verifier are in
// ../remote_keys.cpp.
#include <credence/remote/detail/remote_worker.hpp>

#include <memory>
#include <optional>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;
using support::IssuerScript;
using State = detail::FetchingState<support::RemoteSet>;

namespace {

std::shared_ptr<State> state_over(const IssuerScript& script) {
    return std::make_shared<State>(detail::KeyOrigin{.key_set = Url::parse(IssuerScript::set_url).value()},
                                   RemoteOptions{}, script);
}

}  // namespace

TEST_CASE("nothing is fetched before the thread runs", "[remote_worker]") {
    const IssuerScript script;
    const auto state = state_over(script);
    CHECK(state->keys().snapshot().generation() == 0);
    CHECK_FALSE(state->keys().health().can_verify);
    CHECK(state->fetch_key({.alg = "EdDSA", .kid = "a"}, std::nullopt).error().code == Errc::keys_unavailable);
    CHECK(script.begun() == 0);
    state->stop();
    state->run();  // returns at once
    CHECK(script.begun() == 0);
}

TEST_CASE("a key that arrived after the caller's lookup is found without a fetch", "[remote_worker]") {
    const IssuerScript script;
    const detail::RemoteWorker<support::RemoteSet> worker{state_over(script)};
    REQUIRE(worker.state().wait_for_keys(IssuerScript::long_enough));
    const auto before = script.begun();
    CHECK(worker.state().fetch_key({.alg = "EdDSA", .kid = "a"}, std::nullopt).value());
    CHECK(script.begun() == before);
}
