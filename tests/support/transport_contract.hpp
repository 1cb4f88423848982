// SPDX-License-Identifier: MIT
// The contract of every transport, over a plain connection to a server in this process. Faulty servers and TLS are in
// tests/remote/test_transports.py.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/transport_options.hpp>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "support/answering_server.hpp"
#include "support/catch.hpp"
#include "support/error_queue.hpp"

namespace support {

inline credence::FetchRequest request_to(const std::string& url) {
    return {.url = credence::Url::parse(url).value(),
            .accept = "application/json",
            .most_bytes = 1000,
            .connect_timeout = std::chrono::seconds{20},
            .deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20}};
}

template <class Transport>
void check_transport() {
    using namespace credence;
    STATIC_REQUIRE(FetchTransport<Transport>);
    const Transport transport{TransportOptions{.fields = {{"X-Key", "one"}}, .user_agent = "tester"}};

    SECTION("the answer has its status, body and caching fields") {
        const AnsweringServer server{
            "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nETag: \"e\"\r\nContent-Length: 2\r\n\r\n{}"};
        const auto answer = transport(request_to(server.url("/a?b"))).value();
        CHECK(answer.status == 200);
        CHECK(answer.body == "{}");
        CHECK(answer.content_type == "a/b");
        CHECK(answer.etag == "\"e\"");
        CHECK(answer.age.empty());
        const std::string request = server.requests().at(0);
        CHECK(request.starts_with("GET /a?b HTTP/1.1\r\n"));
        CHECK_THAT(request, contains_text("\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
        CHECK_THAT(request, contains_text("\r\nAccept: application/json\r\n"));
        CHECK_THAT(request, contains_text("\r\nX-Key: one\r\n"));
        CHECK_THAT(request, contains_text("\r\nUser-Agent: tester\r\n"));
        CHECK(request.find("If-") == std::string::npos);
        CHECK(request.find("Authorization") == std::string::npos);
    }
    SECTION("validators are sent") {
        const AnsweringServer server{"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=1\r\n\r\n"};
        auto request = request_to(server.url());
        request.if_none_match = "\"e\"";
        request.if_modified_since = "then";
        const auto answer = transport(request).value();
        CHECK(answer.status == 304);
        CHECK(answer.cache_control == "max-age=1");
        CHECK_THAT(server.requests().at(0), contains_text("\r\nIf-None-Match: \"e\"\r\n"));
        CHECK_THAT(server.requests().at(0), contains_text("\r\nIf-Modified-Since: then\r\n"));
    }
    SECTION("a form is sent as a POST") {
        const AnsweringServer server{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
        auto request = request_to(server.url());
        request.form = "token=a%20b";
        request.authorization = "Basic YTpi";
        CHECK(transport(request).value().body.empty());
        const std::string sent = server.requests().at(0);
        CHECK(sent.starts_with("POST / HTTP/1.1\r\n"));
        CHECK(sent.ends_with("\r\n\r\ntoken=a%20b"));
        CHECK_THAT(sent, contains_text("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
        CHECK_THAT(sent, contains_text("\r\nAuthorization: Basic YTpi\r\n"));
    }
    SECTION("a body longer than the limit is refused") {
        const AnsweringServer server{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"};
        auto request = request_to(server.url());
        request.most_bytes = 4;
        CHECK(transport(request).error().stage == FetchStage::too_large);
        request.most_bytes = 5;
        CHECK(transport(request).value().body == "12345");
    }
    SECTION("a request without an answer ends at the deadline") {
        const AnsweringServer server{""};
        auto request = request_to(server.url());
        request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
        CHECK(transport(request).error().stage == FetchStage::timeout);
    }
    SECTION("a fetch is stopped") {
        const AnsweringServer server{""};
        std::stop_source stop;
        auto request = request_to(server.url());
        request.stop = stop.get_token();
        std::jthread stopper{[&] {
            server.wait_for_request();
            stop.request_stop();
        }};
        CHECK(transport(request).error().stage == FetchStage::stopped);
        CHECK(transport(request).error().stage == FetchStage::stopped);
    }
    SECTION("an unreachable server is reported at once") {
        std::string url;
        {
            const AnsweringServer server{""};
            url = server.url();
        }
        CHECK(transport(request_to(url)).error().stage == FetchStage::connect);
    }
    SECTION("an answer that is not HTTP is reported") {
        const AnsweringServer server{"what?\r\n\r\n"};
        CHECK(transport(request_to(server.url())).error().stage == FetchStage::transfer);
    }
    SECTION("TLS to a server without TLS is reported, and OpenSSL's error queue stays unchanged") {
        const AnsweringServer server{"HTTP/1.1 400 Bad Request\r\n\r\n"};
        check_error_queue_around(
            [&] { CHECK(transport(request_to("https" + server.url().substr(4))).error().stage == FetchStage::tls); });
    }
}

}  // namespace support
