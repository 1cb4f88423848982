// SPDX-License-Identifier: MIT
// The smallest whole service: issues tokens, guards a route, refreshes. README.md: how it differs from the tutorial.
#include <credence/credence.hpp>
#include <credence/stacks/httplib.hpp>
#include <credence/stores/memory_refresh_tokens.hpp>

#include <iostream>

#include "../support/options.hpp"
#include "../support/stop_signals.hpp"
#include "../support/strict_json.hpp"
#include "../support/whole_request_server.hpp"

using namespace std::literals;
using httplib::Request, httplib::Response, nlohmann::json;
using Server = support::WholeRequestServer;
using Access = credence::RegisteredClaims;
using Keys = credence::Keys<credence::HS256>;
namespace {
void fail(Response& out, int status, const char* reason) {
    std::cerr << json{{"event", "failed"}, {"status", status}, {"reason", reason}}.dump() + "\n";
    out.status = status;
    out.set_content(json{{"error", reason}}.dump(), "application/json");
}

void reject(const credence::Rejection& rejection, const Request& in, Response& out) {
    std::cerr << json{{"event", "rejected"}, {"reason", to_string(rejection.reason.code)}}.dump() + "\n";
    credence::HttpTraits<Request>::reject(rejection, in, out);  // the status and the challenge: not the reason
    out.set_content(rejection.problem_json(), "application/problem+json");
}

void add_routes(Server& server, const Keys& keys, std::chrono::seconds grace) {
    static credence::RefreshTokens refresh_tokens{std::make_shared<credence::MemoryRefreshStore>(),
                                                  {.lifetime = 24h, .grace = grace}};
    const auto access_token = [keys](const std::string& user) {
        return credence::encode(Access{.sub = user, .exp = credence::in(1h), .iat = credence::now()}, keys);
    };
    const auto answer_pair = [=](const Request& in, Response& out, const auto& refresh) {
        if (!refresh) return reject(credence::Rejection::from(refresh.error()), in, out);
        json pair{{"access_token", access_token(refresh->subject).value()}, {"refresh_token", refresh->token}};
        pair.update({{"token_type", "Bearer"}, {"expires_in", 3600}});
        out.set_content(pair.dump(), "application/json");
    };
    server.Get("/", [](const Request&, Response& out) { out.set_content("Hello, World!", "text/plain"); });
    server.Get("/generate", [=](const Request& in, Response& out) {
        const std::string user = in.has_param("user_id") ? in.get_param_value("user_id") : "user123";
        const bool has_control = std::ranges::any_of(user, [](char byte) { return std::iscntrl(byte & 0xff) != 0; });
        const auto token = access_token(user);  // none for a name that is not UTF-8
        if (user.empty() || user.size() > 128 || has_control || !token) return fail(out, 400, "bad user_id");
        const bool wants_json = in.get_header_value("Accept").find("application/json") != std::string::npos;
        if (wants_json) return answer_pair(in, out, refresh_tokens.issue(user));
        out.set_content("Generated JWT: " + *token, "text/plain");
    });
    server.Post("/refresh", [=](const Request& in, Response& out) {
        const std::string type = in.get_header_value("Content-Type");
        if (type.substr(0, type.find_first_of("; ")) != "application/json") return fail(out, 415, "send JSON");
        const auto body = support::parse_strict_json(in.body);
        if (!body) return fail(out, 400, "bad JSON");
        const json token = body->is_object() ? body->value("refresh_token", json{}) : json{};
        if (!token.is_string()) return fail(out, 422, "refresh_token must be a string");
        answer_pair(in, out, refresh_tokens.rotate(token.get<std::string>()));
    });
    const auto greet = [](const credence::Verified<Access>&, const Request&, Response& out) {
        out.set_content("This is a protected route!", "text/plain");
    };
    const auto verifier = credence::verifier_for<Access>(keys, {.type = "JWT"});
    server.Get("/protected", credence::protect(verifier, greet).on_reject(reject));
}

// The status that answers a request before any route; 0 for a good request.
std::pair<int, const char*> refusal(const Request& in) {
    const bool is_get = in.path == "/" || in.path == "/generate" || in.path == "/protected";
    if (!is_get && in.path != "/refresh") return {404, "no such route"};
    if (is_get ? in.method != "GET" && in.method != "HEAD" : in.method != "POST") return {405, "wrong method"};
    if (in.body.size() > support::most_body_bytes) return {413, "too long"};
    if (in.has_header("Content-Encoding") || in.is_multipart_form_data()) return {415, "send JSON"};
    return {};
}

void harden(Server& server) {
    server.set_default_headers(
        {{"Accept-Ranges", "none"}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
    server.set_pre_routing_handler([](const Request& in, Response& out) {
        const auto [status, reason] = refusal(in);
        if (status == 0) return Server::HandlerResponse::Unhandled;
        if (status == 405) out.set_header("Allow", in.path == "/refresh" ? "POST" : "GET, HEAD");
        fail(out, status, reason);
        return Server::HandlerResponse::Handled;
    });
    server.set_error_handler([](const Request& in, Response& out) {
        if (in.path.empty()) fail(out, out.status, out.reason.c_str());
    });
    server.set_exception_handler([](const Request&, Response& out, const auto&) { fail(out, 500, "internal error"); });
}

void run(const support::Options& options) {
    const char* secret = std::getenv("JWT_SECRET");
    const auto keys = secret != nullptr ? Keys::from_secret(secret) : Keys::generate();
    if (!keys) support::refuse_secret(message(keys.error()));
    Server server;
    add_routes(server, *keys, std::chrono::seconds{options.number("--refresh-grace", 10, 3600)});
    harden(server);
    support::StopSignals signals;
    int port = options.port(3000);
    if (port != 0 && !server.bind_to_port("127.0.0.1", port))
        throw support::StartError{"port " + std::to_string(port) + " is taken: choose another with --port"};
    if (port == 0) port = server.bind_to_any_port("127.0.0.1");
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    std::cout << "listening at " << url << "\ncurl " << url << "/protected -H \"Authorization: Bearer $(curl -s " << url
              << "/generate | cut -c16-)\"" << std::endl;
    signals.on_stop([&server] { server.stop(); });
    server.run();
}
}  // namespace
int main(int count, char** arguments) {
    return support::run_program({"Hands out tokens, guards a route, refreshes. JWT_SECRET is the key of the tokens.",
                                 {{"--refresh-grace", "SECONDS", "how long a used refresh token may come again"}}},
                                count, arguments, run);
}
