// SPDX-License-Identifier: MIT
// Which types are transports, and which are not.
#include <credence/remote/fetch.hpp>

#include <memory>
#include <type_traits>

#include "support/catch.hpp"

using namespace credence;

namespace {

struct Fixed {
    FetchResult operator()(const FetchRequest& request) const {
        return FetchResponse{.status = 200, .body = request.url.text()};
    }
};

struct Moved {
    FetchResult operator()(const FetchRequest&) const;
    std::unique_ptr<int> only;
};

}  // namespace

TEST_CASE("a transport is any copyable object that can be called with a request", "[fetch]") {
    const auto lambda = [](const FetchRequest&) -> FetchResult { return FetchError{FetchStage::connect}; };
    const auto mutable_lambda = [count = 0](const FetchRequest&) mutable -> FetchResult {
        return FetchResponse{.status = ++count};
    };
    STATIC_REQUIRE(FetchTransport<Fixed>);
    STATIC_REQUIRE(FetchTransport<const Fixed&>);
    STATIC_REQUIRE(FetchTransport<AnyTransport>);
    STATIC_REQUIRE(FetchTransport<decltype(lambda)>);
    STATIC_REQUIRE_FALSE(FetchTransport<std::remove_const_t<decltype(mutable_lambda)>>);
    STATIC_REQUIRE_FALSE(FetchTransport<Moved>);
    STATIC_REQUIRE_FALSE(FetchTransport<int>);
    const AnyTransport transport = Fixed{};
    const FetchRequest request{.url = Url::parse("https://id.example/keys").value()};
    CHECK(transport(request)->body == "https://id.example/keys");
    CHECK(request.if_none_match.empty());
    CHECK(request.form.empty());
    CHECK_FALSE(request.stop.stop_requested());
}

TEST_CASE("an answer keeps the known fields, in any case, and joins repeated ones", "[fetch]") {
    FetchResponse answer;
    answer.add_field("CACHE-control", "max-age=5");
    answer.add_field("Cache-Control", "public");
    answer.add_field("etag", "\"e\"");
    answer.add_field("Age", "1");
    answer.add_field("Last-Modified", "then");
    answer.add_field("Retry-After", "2");
    answer.add_field("Content-Type", "a/b");
    answer.add_field("Set-Cookie", "secret");
    CHECK(answer.cache_control == "max-age=5, public");
    CHECK(answer.etag == "\"e\"");
    CHECK(answer.age == "1");
    CHECK(answer.last_modified == "then");
    CHECK(answer.retry_after == "2");
    CHECK(answer.content_type == "a/b");
    CHECK(answer.body.empty());
}
