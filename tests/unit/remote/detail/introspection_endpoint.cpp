// SPDX-License-Identifier: MIT
// IntrospectionEndpoint: when the document that names it is read again. tests/unit/remote/introspection_verifier.cpp
// tests which documents are accepted.
#include <credence/remote/detail/introspection_endpoint.hpp>

#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace credence;
using namespace std::chrono_literals;
using detail::IntrospectionEndpoint;

namespace {

struct DocumentServer {
    std::string endpoint = "https://id.example/one";
    int asked = 0;

    FetchResult operator()(const FetchRequest&) {
        ++asked;
        return FetchResponse{.status = 200,
                             .body = R"({"issuer":"https://id.example","introspection_endpoint":")" + endpoint + "\"}"};
    }
};

std::string found(IntrospectionEndpoint& endpoint, DocumentServer& server) {
    const auto ask = [&](const FetchRequest& request) { return server(request); };
    return endpoint.find(std::chrono::steady_clock::now() + 60s, 1s, ask).value().text();
}

}  // namespace

TEST_CASE("no metadata is fetched for a given URL", "[introspection_endpoint]") {
    IntrospectionEndpoint endpoint{Url::parse("https://id.example/given").value()};
    DocumentServer server;
    for (int count = 0; count < 5; ++count) endpoint.note(false);
    CHECK(found(endpoint, server) == "https://id.example/given");
    CHECK(server.asked == 0);
}

TEST_CASE("a document is fetched again in time, and not after each failure", "[introspection_endpoint]") {
    const auto origin = detail::origin_of_issuer("https://id.example", {}).value();
    IntrospectionEndpoint endpoint{origin, 24h, 1000};
    DocumentServer server;
    CHECK(found(endpoint, server) == "https://id.example/one");
    server.endpoint = "https://id.example/two";
    for (int count = 0; count < 5; ++count) endpoint.note(false);
    CHECK(found(endpoint, server) == "https://id.example/one");  // within half a minute of the last time
    CHECK(server.asked == 1);
    endpoint.note(true);
    CHECK(found(endpoint, server) == "https://id.example/one");
    CHECK(server.asked == 1);
}
