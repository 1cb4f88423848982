// SPDX-License-Identifier: MIT
// A guarded route on cpp-httplib, served on a free port and asked twice: with a token, and without.
#include <credence/credence.hpp>
#include <credence/stacks/httplib.hpp>

#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using Claims = credence::RegisteredClaims;

int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const auto verifier = credence::verifier_for<Claims>(keys, {.issuer = "https://id.example"});

    httplib::Server server;
    const auto me = [](const credence::Verified<Claims>& who, const httplib::Request&, httplib::Response& response) {
        response.set_content("hello " + who->sub, "text/plain");
    };
    server.Get("/me", credence::protect(verifier, me));

    const int port = server.bind_to_any_port("127.0.0.1");
    std::thread serving{[&server] { server.listen_after_bind(); }};
    const Claims claims{.iss = "https://id.example", .sub = "42", .exp = credence::in(1h)};
    const std::string token = credence::encode(claims, keys).value();
    httplib::Client client{"127.0.0.1", port};
    const auto greeted = client.Get("/me", httplib::Headers{{"Authorization", "Bearer " + token}});
    const auto refused = client.Get("/me");
    server.stop();
    serving.join();
    if (!greeted || !refused) return 1;
    std::cout << greeted->status << ' ' << greeted->body << '\n';                                  // 200 hello 42
    std::cout << refused->status << ' ' << refused->get_header_value("WWW-Authenticate") << '\n';  // 401 Bearer …
    return greeted->status == 200 && refused->status == 401 ? 0 : 1;
}
