// SPDX-License-Identifier: MIT
// The stack, the claims and the verifier that the cases about handlers share. They are only declared, because nothing
// here runs.
#pragma once

#include <credence/http/bearer.hpp>

#include <coroutine>
#include <string>
#include <string_view>

struct Account {
    std::string role;
};
struct Device {
    std::string serial;
};

struct AccountVerifier {
    using claims_type = Account;
    credence::Result<credence::Verified<Account>> verify(std::string_view token) const;
};

struct Request {
    std::string authorization;
};
struct Response {
    int status = 200;
};

template <>
struct credence::HttpTraits<Request> {
    static HeaderValue field(const Request& request, std::string_view name);
    static void reject(const Rejection& rejection, const Request& request, Response& response);
};

/// A request of a stack that gives everything that a verifier may need.
struct WholeRequest : Request {};

template <>
struct credence::HttpTraits<WholeRequest> : credence::HttpTraits<Request> {
    static std::string method(const WholeRequest& request);
    static std::string url(const WholeRequest& request);
    static std::string client_certificate(const WholeRequest& request);
};

/// A coroutine's return type.
template <class Value>
struct Task {
    struct promise_type {
        Task get_return_object() { return {}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(Value) {}
        void unhandled_exception() {}
    };
};
