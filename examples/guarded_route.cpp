// SPDX-License-Identifier: MIT
// A guarded route on cpp-httplib, called with a token and without one. The README shows the route, in short lines.
#include <credence/credence.hpp>

#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using Keys = credence::Keys<credence::HS256>;

struct Account {
    std::string role;
};
using Claims = credence::Claims<Account>;

// clang-format off
#include <credence/stacks/httplib.hpp>

using Who = credence::Verified<Claims>;

// Called with a proof. Without one, the
// guard answers: 401 and a challenge.
void me(const Who& who,
        const httplib::Request&,
        httplib::Response& response) {
    response.set_content(who->sub,
                         "text/plain");
}

void add_routes(httplib::Server& server,
                const Keys& keys) {
    const auto verifier =
        credence::verifier_for<Claims>(
            keys, {.audience = "api"});
    const auto guarded =
        credence::protect(verifier, me);
    server.Get("/me", guarded);
}
// clang-format on

int main() {
    const auto keys = Keys::generate().value();
    httplib::Server server;
    add_routes(server, keys);
    const int port = server.bind_to_any_port("127.0.0.1");
    std::thread serving{[&server] { server.listen_after_bind(); }};
    const Claims claims{{.sub = "42", .aud = "api", .exp = credence::in(1h)}, {.role = "admin"}};
    const std::string token = credence::encode(claims, keys).value();
    httplib::Client client{"127.0.0.1", port};
    const auto greeted = client.Get("/me", httplib::Headers{{"Authorization", "Bearer " + token}});
    const auto refused = client.Get("/me");
    server.stop();
    serving.join();
    if (!greeted || !refused) return 1;
    std::cout << greeted->status << ' ' << greeted->body << '\n';                                  // 200 42
    std::cout << refused->status << ' ' << refused->get_header_value("WWW-Authenticate") << '\n';  // 401 Bearer …
    return greeted->status == 200 && refused->status == 401 ? 0 : 1;
}
