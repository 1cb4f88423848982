// SPDX-License-Identifier: MIT
// A login that issues a token, and an area that requires one. README.md describes the differences from the tutorials.
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "../support/http_service.hpp"
#include "../support/options.hpp"
#include "service.hpp"
#include "tokens.hpp"

namespace {

using support::StartError;

/// `300`, `300s`, `5m`, `12h` or `1d`.
std::chrono::seconds read_lifetime(const std::string& text) {
    long long count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit{end, text.data() + text.size()};
    long long seconds = unit.empty() || unit == "s" ? 1 : 0;
    if (unit == "m") seconds = 60;
    if (unit == "h") seconds = 3600;
    if (unit == "d") seconds = 86'400;
    if (error != std::errc{} || seconds == 0 || count <= 0 || count > 1'000'000'000)
        throw StartError{"--ttl needs a lifetime, such as 300, 5m, 12h or 1d"};
    return std::chrono::seconds{count * seconds};
}

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

void print_how_to_try(int port) {
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    std::cout << "curl " << url << R"sh(/private -H "Authorization: Bearer $(curl -s )sh" << url
              << R"sh(/login -H 'Content-Type: application/json' -d '{"client_id":"foo","client_secret":"bar"}')sh"
              << R"sh( | sed 's/.*"access_token":"\([^"]*\)".*/\1/')")sh" << '\n'
              << std::flush;
}

void run(const support::Options& options) {
    login::KeyChoice choice{.algorithm = options.text("--alg", "HS256"), .secret = variable("JWT_SECRET")};
    if (options.has("--key")) choice.key_file = options.text("--key");
    const login::Tokens tokens = login::make_tokens(choice);
    const std::chrono::seconds lifetime = read_lifetime(options.text("--ttl", "5m"));
    if (!tokens.encode({.sub = "foo", .exp = credence::in(lifetime)}))
        throw StartError{"--ttl is too long: a token would be valid after the year 9999"};
    login::Service login{tokens, lifetime, options.has("--cookie")};
    support::HttpService service;
    login.add_routes(service);
    service.serve(options.port(3000), print_how_to_try);
}

}  // namespace

int main(int count, char** arguments) {
    const support::Options options{
        "A login that gives a token, and an area that asks for one. JWT_SECRET is the key of HS256, HS384 and HS512;\n"
        "without it each start makes its own.",
        {{"--ttl", "TIME", "how long a token is valid: 300, 5m (the default), 12h, 1d"},
         {"--alg", "NAME", "the algorithm: HS256 (the default), RS256, ES256, EdDSA, ..."},
         {"--key", "FILE", "a private key in PEM, for what is not HS*; without it each start makes its own"},
         {"--cookie", "", "also give the token as a cookie, and take it from there"}}};
    return support::run_program(options, count, arguments, run);
}
