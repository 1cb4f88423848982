// SPDX-License-Identifier: MIT
// A server whose tokens are bound to the client's certificate, which a proxy passes on in a field.
// servers/test_nginx_certificates.py starts it as `certificate_bound --port 0 PROXY`, and sets JWT_SECRET.
#include <credence/http/mtls.hpp>
#include <credence/keys/keys.hpp>
#include <credence/stacks/httplib.hpp>

#include <cstdlib>
#include <iostream>

#include "../../examples/support/stop_signals.hpp"

int main(int count, char** arguments) {
    const char* const secret = std::getenv("JWT_SECRET");
    if (count != 4 || secret == nullptr) return 1;
    support::StopSignals signals;
    const auto keys = credence::Keys<credence::HS256>::from_secret(secret).value();
    const auto verifier = credence::certificate_bound(credence::verifier_for<credence::RegisteredClaims>(keys),
                                                      {.proxies = {arguments[3]}});
    httplib::Server server;
    server.Get("/me", credence::protect(verifier, [](const credence::Verified<credence::RegisteredClaims>& who,
                                                     const httplib::Request&, httplib::Response& response) {
                   response.set_content(who->sub, "text/plain");
               }));
    std::cout << "listening at http://127.0.0.1:" << server.bind_to_any_port("127.0.0.1") << std::endl;
    signals.on_stop([&server] { server.stop(); });
    return server.listen_after_bind() ? 0 : 1;
}
