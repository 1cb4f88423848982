// SPDX-License-Identifier: MIT
// A service that knows only the URL of an issuer goes on when the issuer changes its key.
#include <credence/credence.hpp>
#include <credence/remote.hpp>
#include <credence/transports/httplib.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include <httplib.h>

using namespace std::chrono_literals;
using Claims = credence::RegisteredClaims;
using Keys = credence::Keys<credence::ES256>;
using KeySet = credence::KeySet<credence::RS256, credence::ES256>;

Keys new_key() { return credence::with_thumbprint_kid(Keys::generate().value()).value(); }

int main() {
    // The issuer, on this machine, signs with its old key until it is replaced. Over a network its URL is https.
    const Keys old_key = new_key(), next_key = new_key();
    std::atomic<bool> has_rotated = false;
    httplib::Server server;
    const std::string issuer = "http://127.0.0.1:" + std::to_string(server.bind_to_any_port("127.0.0.1"));
    server.Get("/.well-known/openid-configuration", [&](const httplib::Request&, httplib::Response& out) {
        out.set_content(R"({"issuer":")" + issuer + R"(","jwks_uri":")" + issuer + R"(/keys"})", "application/json");
    });
    server.Get("/keys", [&](const httplib::Request&, httplib::Response& out) {
        out.set_content(credence::to_jwks(has_rotated ? next_key : old_key).value(), "application/jwk-set+json");
    });
    std::thread serving{[&] { server.listen_after_bind(); }};
    const auto token_of = [&](const Keys& keys) {
        const Claims claims{.iss = issuer, .sub = "alice", .aud = {"orders"}, .exp = credence::in(5min)};
        return credence::encode(claims, keys).value();
    };
    // The service. A cool-down of 0 is for this program alone: it bounds how many fetches strangers can cause.
    const auto tell = [](const credence::RemoteEvent& event) { std::cout << message(event) << "\n"; };
    const auto keys = credence::RemoteKeys<KeySet>::discover(issuer, credence::HttplibTransport{},
                                                             {.cool_down = 0s, .on_event = tell})
                          .value();
    const auto verifier = credence::verifier_for<Claims>(keys, {.audience = "orders"}).value();
    int faults = keys.wait_for_keys(10s) ? 0 : 1;
    faults += verifier.verify(token_of(old_key)) ? 0 : 1;
    has_rotated = true;
    faults += verifier.verify(token_of(next_key)) ? 0 : 1;  // its key is unknown, and fetched
    faults += verifier.verify(token_of(old_key)) ? 1 : 0;   // its key is gone
    server.stop();
    serving.join();
    std::cout << (faults == 0 ? "the keys followed the issuer\n" : "something went wrong\n");
    return faults;
}
