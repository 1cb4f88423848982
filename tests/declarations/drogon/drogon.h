// SPDX-License-Identifier: MIT
// Declarations of the calls of Drogon that credence/stacks/drogon.hpp makes, for its tests on machines without Drogon. They are
// written for these tests and are not Drogon.
//
// A guard depends on these properties of Drogon: the Cookie field is parsed and removed from the map; of two fields with one
// name the first is kept, and of two cookies the last; a response keeps one field of each name; a response with an expiry time answers all
// later requests of its route, without their handler; a HEAD request is made a GET request, and only isHead() tells.
#pragma once

#include <algorithm>
#include <any>
#include <cctype>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace trantor {

struct InetAddress {
    [[nodiscard]] std::string toIp() const { return "127.0.0.1"; }
};
struct Certificate {
    [[nodiscard]] std::string pemString() const { return pem; }
    std::string pem = {};
};
using CertificatePtr = std::shared_ptr<Certificate>;

}  // namespace trantor

namespace drogon {

enum HttpStatusCode { kUnknown = 0, k200OK = 200, k511NetworkAuthenticationRequired = 511 };

inline std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
    return text;
}

class Attributes {
public:
    template <class Value>
    const Value& get(const std::string& key) const {
        static const Value none{};
        const auto found = values_.find(key);
        const auto* value = found == values_.end() ? nullptr : std::any_cast<Value>(&found->second);
        return value == nullptr ? none : *value;
    }
    void insert(const std::string& key, std::any&& value) { values_[key] = std::move(value); }
    bool find(const std::string& key) { return values_.count(key) != 0; }  // not const: so in Drogon

private:
    std::map<std::string, std::any> values_ = {};
};

class HttpRequest {
public:
    /// Reads one line of a head, as Drogon does.
    void addLine(std::string_view line) {
        const auto colon = line.find(':');
        const std::string name = lower(std::string{line.substr(0, colon)});
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix((std::min)(value.find_first_not_of(' '), value.size()));
        if (name != "cookie") {
            fields_.emplace(name, value);
            return;
        }
        while (!value.empty()) {
            const std::string_view pair = value.substr(0, value.find("; "));
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos)
                cookies_[std::string{pair.substr(0, equals)}] = std::string{pair.substr(equals + 1)};
            value.remove_prefix((std::min)(pair.size() + 2, value.size()));
        }
    }

    [[nodiscard]] const std::string& getHeader(std::string name) const {
        static const std::string none;
        const auto found = fields_.find(lower(std::move(name)));
        return found == fields_.end() ? none : found->second;
    }
    [[nodiscard]] const std::map<std::string, std::string>& cookies() const { return cookies_; }
    [[nodiscard]] const char* methodString() const { return isHeadRequest ? "GET" : "POST"; }
    [[nodiscard]] bool isHead() const { return isHeadRequest; }
    [[nodiscard]] const std::string& getOriginalPath() const { return path; }
    [[nodiscard]] const std::string& query() const { return queryText; }
    [[nodiscard]] trantor::InetAddress peerAddr() const { return {}; }
    [[nodiscard]] const trantor::CertificatePtr& peerCertificate() const { return certificate; }
    [[nodiscard]] const std::shared_ptr<Attributes>& attributes() const { return attributes_; }

    std::string path = "/me";
    std::string queryText = {};
    bool isHeadRequest = false;
    trantor::CertificatePtr certificate = {};

private:
    std::map<std::string, std::string> fields_ = {};
    std::map<std::string, std::string> cookies_ = {};
    std::shared_ptr<Attributes> attributes_ = std::make_shared<Attributes>();
};
using HttpRequestPtr = std::shared_ptr<HttpRequest>;

class HttpResponse;
using HttpResponsePtr = std::shared_ptr<HttpResponse>;

class HttpResponse {
public:
    static HttpResponsePtr newHttpResponse() { return std::make_shared<HttpResponse>(); }
    void setStatusCode(HttpStatusCode code) { status = code; }
    void setBody(std::string text) { body = std::move(text); }
    void addHeader(std::string name, const std::string& value) { fields[lower(std::move(name))] = value; }
    void removeHeader(std::string name) { fields.erase(lower(std::move(name))); }

    void setExpiredTime(std::ptrdiff_t seconds) { expiry = seconds; }
    [[nodiscard]] std::ptrdiff_t expiredTime() const { return expiry; }

    int status = 200;
    std::string body = {};
    std::map<std::string, std::string> fields = {};
    std::ptrdiff_t expiry = -1;  ///< The seconds that Drogon keeps it; 0: always, negative: never.
};

/// A coroutine that runs when it is awaited.
template <class Value>
class Task {
public:
    struct promise_type {
        Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(Value given) { value = std::move(given); }
        void unhandled_exception() { std::terminate(); }
        Value value = {};
    };

    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    [[nodiscard]] bool await_ready() {
        coroutine_.resume();  // it waits for nothing
        return true;
    }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    Value await_resume() { return coroutine_.promise().value; }

    /// Runs it to its end, for a test.
    Value run() {
        coroutine_.resume();
        return coroutine_.promise().value;
    }

private:
    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}

    std::coroutine_handle<promise_type> coroutine_;
};

/// An application that takes handlers with one call operator, and serves nobody.
struct HttpAppFramework {
    template <class Handler>
    HttpAppFramework& registerHandler(const std::string&, Handler&&) {
        static_assert(requires { &std::remove_reference_t<Handler>::operator(); });
        return *this;
    }
    HttpAppFramework& addListener(const std::string&, std::uint16_t) { return *this; }
    void run() {}
};
inline HttpAppFramework& app() {
    static HttpAppFramework framework;
    return framework;
}

using FilterCallback = std::function<void(const HttpResponsePtr&)>;
using FilterChainCallback = std::function<void()>;

template <class Own, bool IsMadeByDrogon = true>
class HttpFilter {
public:
    virtual ~HttpFilter() = default;
    virtual void doFilter(const HttpRequestPtr& request, FilterCallback&& refuse, FilterChainCallback&& go_on) = 0;
};

}  // namespace drogon
