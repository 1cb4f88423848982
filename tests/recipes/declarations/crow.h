// SPDX-License-Identifier: MIT
// Declarations of the few calls of Crow that examples/recipes/crow.cpp makes, written for its check. Not Crow.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_map>

namespace crow {

struct ignore_case_hash {
    std::size_t operator()(const std::string& text) const;
};
struct ignore_case_equal {
    bool operator()(const std::string& one, const std::string& other) const;
};
using ci_map = std::unordered_multimap<std::string, std::string, ignore_case_hash, ignore_case_equal>;

struct request {
    ci_map headers;
};

struct response {
    response();
    response(int code, std::string body);
    void set_header(std::string name, std::string value);
    void add_header(std::string name, std::string value);
    bool is_alive();
    void end();

    int code = 200;
    std::string body;
};

class Rule {
public:
    template <class Handler>
    void operator()(Handler handler) {
        using Call = decltype(&Handler::operator());
        static_assert(std::is_same_v<Call, response (Handler::*)(const request&) const> ||
                      std::is_same_v<Call, void (Handler::*)(const request&, response&) const>);
        static_cast<void>(handler);
    }
};

class SimpleApp {
public:
    Rule& route_dynamic(std::string&& path);
    SimpleApp& bindaddr(std::string address);
    SimpleApp& port(std::uint16_t port);
    void run();
};

}  // namespace crow
