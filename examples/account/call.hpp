// SPDX-License-Identifier: MIT
// A request with its body, and the two functions that teach credence this request type.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/stacks/httplib.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <httplib.h>

namespace account {

/// A request, with its body.
struct Call {
    const httplib::Request& http;
    std::string last_part = {};  ///< The segment that matches the `*` in the route's path.

    /// The client's name for itself, if it sends one.
    [[nodiscard]] std::string_view user_agent() const { return field("User-Agent").value_or(std::string_view{}); }

    /// The value of a field; nullopt when it is not there, and for the first of several.
    [[nodiscard]] std::optional<std::string_view> field(const std::string& name) const {
        const auto found = http.headers.find(name);
        if (found == http.headers.end()) return std::nullopt;
        return found->second;
    }
};

/// An error answer. Thrown by handlers; it ends the request.
class Refusal : public std::exception {
public:
    Refusal(int status, std::string message) : status_(status), message_(std::move(message)) {}

    /// Names the member of the body that is to blame.
    [[nodiscard]] Refusal about(std::string field) && {
        field_ = std::move(field);
        return std::move(*this);
    }
    /// Sets when the client may try again.
    [[nodiscard]] Refusal retry_after(long long seconds) && {
        retry_after_ = seconds;
        return std::move(*this);
    }

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& field() const noexcept { return field_; }
    [[nodiscard]] std::optional<long long> retry_after() const noexcept { return retry_after_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

private:
    int status_;
    std::string message_;
    std::string field_ = {};
    std::optional<long long> retry_after_ = {};
};

/// A store that did not answer. Thrown by handlers; it ends the request with 503.
class StoreIsDown : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "a store cannot be asked"; }
};

/// The value of a store's result. \throws StoreIsDown; std::runtime_error for any other error
template <class Value>
[[nodiscard]] const Value& or_fail(const credence::Result<Value>& result) {
    if (result) return *result;
    if (result.error().code == credence::Errc::store_unavailable) throw StoreIsDown{};
    throw std::runtime_error{std::string{credence::message(result.error().code)}};
}

}  // namespace account

template <>
struct credence::HttpTraits<account::Call> {
    static HeaderValue field(const account::Call& call, std::string_view name) {
        return HttpTraits<httplib::Request>::field(call.http, name);
    }
    static std::string_view method(const account::Call& call) { return call.http.method; }
    static void reject(const Rejection& rejection, const account::Call& call, httplib::Response& response) {
        HttpTraits<httplib::Request>::reject(rejection, call.http, response);
    }
};
