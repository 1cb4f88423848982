// SPDX-License-Identifier: MIT
// A made-up HTTP stack, with the HttpTraits that a user writes to teach credence a request type.
#pragma once

#include <credence/http/http_traits.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acme {

struct Request {
    std::multimap<std::string, std::string> headers = {};
    std::string method = {};
};

struct Response {
    int status = 200;
    std::string challenge = {};
    std::string body = {};
    std::vector<std::string> other_challenges = {};
    std::string dpop_nonce = {};
};

inline Request with_authorization(std::string value) { return {.headers = {{"Authorization", std::move(value)}}}; }

}  // namespace acme

template <>
struct credence::HttpTraits<acme::Request> {
    static HeaderValue field(const acme::Request& request, std::string_view name) {
        return HeaderValue::only(request.headers.equal_range(std::string{name}));
    }
    static std::string_view method(const acme::Request& request) { return request.method; }
    static void reject(const Rejection& rejection, const acme::Request&, acme::Response& response) {
        response.status = rejection.status;
        response.challenge = rejection.challenge;
        response.other_challenges = rejection.other_challenges;
        response.dpop_nonce = rejection.dpop_nonce;
    }
};
