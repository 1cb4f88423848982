// SPDX-License-Identifier: MIT
// The addresses of a host: localhost is this machine without a lookup, and a deadline or a stop ends a lookup.
#include <credence/transports/detail/resolve.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <stop_token>
#include <string>

#include "support/catch.hpp"

using namespace credence;
using credence::detail::Addresses;
using credence::detail::addresses_of;
using credence::detail::resolve_name;

namespace {

Url url(const char* text) { return Url::parse(text).value(); }

}  // namespace

TEST_CASE("addresses and localhost are not looked up", "[resolve]") {
    const SteadyTime past{};
    CHECK(addresses_of(url("https://192.0.2.1/"), past, {}).value() == Addresses{"192.0.2.1"});
    CHECK(addresses_of(url("https://[2001:db8::1]/"), past, {}).value() == Addresses{"2001:db8::1"});
    CHECK(addresses_of(url("http://LOCALHOST/"), past, {}).value() == Addresses{"127.0.0.1", "::1"});
}

TEST_CASE("a name that does not exist has no address", "[resolve]") {
    const auto found =
        addresses_of(url("https://nowhere.invalid/"), std::chrono::steady_clock::now() + std::chrono::minutes{1}, {});
    CHECK(found.error().stage == FetchStage::connect);
}

TEST_CASE("a DNS lookup ends at its deadline, or when it is stopped", "[resolve]") {
    // A name server that is silent until the test is over. The promise outlives the thread that waits for it.
    const auto over = std::make_shared<std::promise<void>>();
    const auto silent = [over, end = over->get_future().share()](const std::string&) {
        end.wait();
        return Addresses{};
    };
    CHECK(resolve_name("id.example", SteadyTime{}, {}, silent).error().stage == FetchStage::timeout);
    std::stop_source stop;
    stop.request_stop();
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    CHECK(resolve_name("id.example", end, stop.get_token(), silent).error().stage == FetchStage::stopped);
    over->set_value();
}
