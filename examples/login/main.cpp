// SPDX-License-Identifier: MIT
// A login that gives a token, and an area that asks for one. README.md tells what differs from the tutorials, and why.
#include <credence/bearer.hpp>
#include <credence/cookie.hpp>
#include <credence/registered_claims.hpp>

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "../support/http_service.hpp"
#include "page.hpp"
#include "tokens.hpp"

#include <openssl/crypto.h>

namespace {

using httplib::Request;
using httplib::Response;
using login::Tokens;
using login::Visitor;
using support::Refusal;
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

/// In a time that does not tell where two texts of one length differ.
bool is_same_secret(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

class LoginService {
public:
    LoginService(Tokens tokens, std::chrono::seconds lifetime, bool uses_cookie)
        : tokens_(std::move(tokens)), lifetime_(lifetime), uses_cookie_(uses_cookie) {}

    void add_routes(support::HttpService& service) {
        login::add_page(service);
        service.get("/public", [](const Request&, Response& response) {
            response.set_content("Welcome to the public area :)", "text/plain");
        });
        const auto guarded = credence::protect(tokens_, welcome, {.cookie = uses_cookie_ ? "token" : ""})
                                 .on_reject(support::refuse_with("Invalid token"));
        service.get("/private", guarded);
        service.get("/protected", guarded);
        service.post("/login", [this](const Request& request, Response& response) {
            const std::string id = check_credentials(request, response);
            give_token(response, {.sub = id, .company = "ACME", .exp = credence::in(lifetime_)});
        });
        service.post("/authorize", [this](const Request& request, Response& response) {
            const std::string id = check_credentials(request, response);
            give_token(response, {.username = id, .exp = credence::in(lifetime_)});
        });
        if (!uses_cookie_) return;
        service.post("/logout", [](const Request&, Response& response) {
            response.set_header("Set-Cookie", credence::clear_cookie(cookie({})).value());
            support::answer_json(response, 200, {{"status", "success"}});
        });
    }

private:
    static void welcome(const credence::Verified<Visitor>& who, const Request&, Response& response) {
        response.set_content("Welcome to the protected area, " + who->name() + "!", "text/plain; charset=utf-8");
    }

    /// A cookie over plain HTTP, for the loopback. Behind TLS: `.name = "__Host-token"`, and leave `secure` alone.
    static credence::Cookie cookie(std::string token) {
        return {.name = "token", .value = std::move(token), .same_site = credence::SameSite::strict, .secure = false};
    }

    /// \return the client's id. \throws Refusal
    static std::string check_credentials(const Request& request, Response& response) {
        std::string type = request.get_header_value("Content-Type");
        if (type == "application/json/") type.pop_back();  // one of the tutorials' own requests has it so
        const auto credentials = support::read_json_object(type, request.body);
        std::string id = support::text_or_empty(credentials, "client_id");
        const std::string secret = support::text_or_empty(credentials, "client_secret");
        if (id.empty() || secret.empty()) throw Refusal{400, "Missing credentials"};
        const bool is_known = is_same_secret(id, "foo");
        if (!is_same_secret(secret, "bar") || !is_known) {
            response.set_header("WWW-Authenticate", R"(Bearer realm="login")");
            throw Refusal{401, "Wrong credentials"};
        }
        return id;
    }

    void give_token(Response& response, const Visitor& visitor) const {
        const auto token = tokens_.encode(visitor);
        if (!token) throw Refusal{500, "Token creation error"};
        if (uses_cookie_) {
            credence::Cookie with_token = cookie(*token);
            with_token.max_age = lifetime_;
            const auto field = credence::set_cookie(with_token);
            if (!field) throw Refusal{500, "Token creation error"};
            response.set_header("Set-Cookie", *field);
        }
        support::answer_json(response, 200,
                             {{"access_token", *token}, {"token_type", "Bearer"}, {"expires_in", lifetime_.count()}});
    }

    Tokens tokens_;
    std::chrono::seconds lifetime_;
    bool uses_cookie_;
};

void run(const support::Options& options) {
    LoginService login{login::make_tokens({.algorithm = options.text("--alg", "HS256"),
                                           .secret = support::environment("JWT_SECRET"),
                                           .key_file = options.text("--key")}),
                       read_lifetime(options.text("--ttl", "5m")), options.has("--cookie")};
    support::HttpService service;
    login.add_routes(service);
    service.serve(options.port(3000));
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
