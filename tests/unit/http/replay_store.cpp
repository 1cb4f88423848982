// SPDX-License-Identifier: MIT
// The handle to a store of used proofs: the meaning of the store's answers.
#include <credence/http/replay_store.hpp>

#include <memory>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::NumericDate;
using credence::Replays;
using credence::Result;

namespace {

struct Store {
    Result<bool> answer;
    Result<bool> use_once(std::string_view, NumericDate) { return answer; }
};

}  // namespace

TEST_CASE("the first use of a proof is accepted, another is refused, and a failing store accepts no proof") {
    const auto used = [](const Result<bool>& answer) {
        return Replays{std::make_shared<Store>(Store{answer})}.use_once("id", NumericDate{});
    };
    CHECK(used(true));
    CHECK(used(false).error() == Error{Errc::invalid_proof, "jti"});
    CHECK(used(Errc::invalid_key).error() == Error{Errc::store_unavailable});
    CHECK(used(Error{Errc::store_unavailable, {}, "a frozen disk"}).error().reason == "a frozen disk");  // for the log
    CHECK(Replays{std::shared_ptr<Store>{}}.use_once("id", NumericDate{}).error() == Error{Errc::store_unavailable});
}

TEST_CASE("replay protection cannot be made without a store") {
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<Replays>);
    STATIC_REQUIRE(credence::ReplayStore<Store>);
    STATIC_REQUIRE_FALSE(credence::ReplayStore<int>);
}
