// SPDX-License-Identifier: MIT
// The transport on cpp-httplib's client does what every transport does, and keys follow an issuer with it.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/remote/remote_keys.hpp>
#include <credence/transports/httplib.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/published.hpp"
#include "support/transport_contract.hpp"

#include <httplib.h>

TEST_CASE("httplib: a transport", "[transports]") { support::check_transport<credence::HttplibTransport>(); }

namespace {

/// An issuer on loopback whose keys a test changes.
class LoopbackIssuer {
public:
    LoopbackIssuer() : url_("http://127.0.0.1:" + std::to_string(server_.bind_to_any_port("127.0.0.1"))) {
        server_.Get("/.well-known/openid-configuration", [this](const httplib::Request&, httplib::Response& out) {
            out.set_content(support::published_document(url_, url_ + "/keys"), "application/json");
        });
        server_.Get("/keys", [this](const httplib::Request&, httplib::Response& out) {
            const std::scoped_lock lock{mutex_};
            ++asked_;
            out.set_content(support::published_set(kids_), "application/jwk-set+json");
        });
        serving_ = std::thread{[this] { server_.listen_after_bind(); }};
    }
    LoopbackIssuer(const LoopbackIssuer&) = delete;
    LoopbackIssuer& operator=(const LoopbackIssuer&) = delete;
    ~LoopbackIssuer() {
        while (!server_.is_running()) std::this_thread::yield();
        server_.stop();
        serving_.join();
    }

    [[nodiscard]] const std::string& url() const { return url_; }
    void publish(std::vector<std::string> kids) {
        const std::scoped_lock lock{mutex_};
        kids_ = std::move(kids);
    }
    [[nodiscard]] int asked() {
        const std::scoped_lock lock{mutex_};
        return asked_;
    }
    [[nodiscard]] std::string token(const std::string& kid) const {
        const credence::RegisteredClaims claims{
            .iss = url_, .sub = "alice", .aud = {"api"}, .exp = credence::in(std::chrono::hours{1})};
        return credence::encode(claims, support::published_key(kid)).value();
    }

private:
    httplib::Server server_;
    std::string url_;
    std::mutex mutex_;
    std::vector<std::string> kids_{"a"};
    int asked_ = 0;
    std::thread serving_;
};

}  // namespace

TEST_CASE("httplib: a verifier follows an issuer on loopback that changes its keys", "[transports]") {
    using namespace credence;
    LoopbackIssuer issuer;
    const auto keys = RemoteKeys<support::RemoteSet>::discover(
                          issuer.url(), HttplibTransport{},
                          {.cool_down = std::chrono::seconds{0}, .unknown_key_wait = std::chrono::seconds{60}})
                          .value();
    const auto verifier = verifier_for<RegisteredClaims>(keys, {.audience = "api"}).value();
    REQUIRE(keys.wait_for_keys(std::chrono::seconds{60}));
    CHECK(verifier.verify(issuer.token("a")).has_value());
    CHECK(issuer.asked() == 1);

    issuer.publish({"a", "b"});  // the next key is published first
    CHECK(verifier.verify(issuer.token("a")).has_value());
    CHECK(verifier.verify(issuer.token("b")).has_value());
    CHECK(issuer.asked() == 2);

    issuer.publish({"b", "c"});  // and the old one dropped
    CHECK(verifier.verify(issuer.token("c")).has_value());
    CHECK(verifier.verify(issuer.token("b")).has_value());
    CHECK(verifier.verify(issuer.token("a")).error().code == Errc::no_matching_key);
    CHECK(keys.health().sets == 3);
    CHECK(keys.health().failures == 0);
}
