// SPDX-License-Identifier: MIT
// Declarations of the calls of Crow that credence/stacks/crow.hpp makes, for its tests on machines without Crow. They are
// written for these tests and are not Crow.
//
// A guard depends on two properties of Crow: fields are a case-insensitive multimap, and only the end of a response sends it.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace crow {

struct ci_hash {
    std::size_t operator()(std::string_view text) const {
        std::string lower{text};
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char byte) { return std::tolower(byte); });
        return std::hash<std::string>{}(lower);
    }
};
struct ci_key_eq {
    bool operator()(std::string_view one, std::string_view other) const {
        return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                          [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    }
};
using ci_map = std::unordered_multimap<std::string, std::string, ci_hash, ci_key_eq>;

enum class HTTPMethod { Get, Post };
inline std::string method_name(HTTPMethod method) { return method == HTTPMethod::Get ? "GET" : "POST"; }

struct request {
    HTTPMethod method = HTTPMethod::Get;
    std::string raw_url = {};
    ci_map headers = {};
    std::string remote_ip_address = {};
};

struct response {
    response() = default;
    response(int status, std::string text) : code(status), body(std::move(text)) {}
    response(response&&) = default;
    response& operator=(response&&) = default;

    void add_header(std::string name, std::string value) { headers.emplace(std::move(name), std::move(value)); }
    [[nodiscard]] bool is_alive() const { return is_open && !is_sent; }
    void end() {
        ++ends;
        is_sent = true;
    }

    int code = 200;
    std::string body = {};
    ci_map headers = {};
    bool is_open = true;  ///< Whether the connection is.
    bool is_sent = false;
    int ends = 0;  ///< How often `end` was called: once is right.
};

struct ILocalMiddleware {};

/// An application that takes handlers with one call operator, and serves nobody.
struct SimpleApp {
    SimpleApp& bindaddr(const std::string&) { return *this; }
    SimpleApp& port(std::uint16_t) { return *this; }
    void run() {}
    template <class Handler>
    void route(const char*, const Handler&) {
        static_assert(requires { &Handler::operator(); });
    }
};

}  // namespace crow

#define CROW_ROUTE(app, url) [&](const auto& handler) { (app).route(url, handler); }
