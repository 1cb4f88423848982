// SPDX-License-Identifier: MIT
// Mutual TLS on Boost.Beast, with a real handshake: the client's certificate must be the one that its token names.
#include <credence/http/mtls.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/stacks/beast.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "support/catch.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = asio::ssl;

using asio::ip::tcp;
using nlohmann::json;

namespace {

using Claims = credence::RegisteredClaims;
using Request = credence::BeastRequest<http::string_body>;
using Response = http::response<http::string_body>;
using TlsStream = ssl::stream<tcp::socket>;

/// A key and a certificate that it signed itself.
struct Identity {
    std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    std::shared_ptr<X509> certificate{X509_new(), X509_free};

    explicit Identity(const char* name) {
        X509* const made = certificate.get();
        X509_set_version(made, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
        X509_gmtime_adj(X509_getm_notBefore(made), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made), 3600);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
        X509_set_issuer_name(made, X509_get_subject_name(made));
        X509_set_pubkey(made, key.get());
        REQUIRE(X509_sign(made, key.get(), EVP_sha256()) > 0);
    }

    void show_in(ssl::context& context) const {
        REQUIRE(SSL_CTX_use_certificate(context.native_handle(), certificate.get()) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey(context.native_handle(), key.get()) == 1);
    }

    [[nodiscard]] std::string thumbprint() const {
        unsigned char hash[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        REQUIRE(X509_digest(certificate.get(), EVP_sha256(), hash, &size) == 1);
        return credence::detail::encode_base64url({reinterpret_cast<const char*>(hash), size});
    }
};

const auto& keys() {
    static const auto made = credence::Keys<credence::HS256>::generate().value();
    return made;
}

/// Answers one request for each connection, until it is told to end.
class TlsServer {
public:
    TlsServer() {
        identity_.show_in(tls_);
        tls_.set_verify_mode(ssl::verify_peer);
        tls_.set_verify_callback([](bool, ssl::verify_context&) { return true; });  // the token decides which counts
        thread_ = std::thread([this] { run(); });
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
    ~TlsServer() {
        boost::system::error_code ignored;
        tcp::socket last{context_};
        is_over_ = true;
        last.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }

    [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
    void run() {
        const auto guard = credence::protect(
            credence::certificate_bound(credence::verifier_for<Claims>(keys(), {.allow_missing_exp = true})),
            [](const credence::Verified<Claims>& who, const Request&) {
                Response response{http::status::ok, 11};
                response.body() = who->sub;
                response.prepare_payload();
                return response;
            });
        while (true) {
            TlsStream stream{acceptor_.accept(), tls_};
            if (is_over_) return;
            boost::system::error_code failed;
            stream.handshake(ssl::stream_base::server, failed);
            boost::beast::flat_buffer buffer;
            Request request;
            if (!failed) http::read(stream, buffer, request, failed);
            if (failed) continue;
            request.client_certificate = credence::peer_certificate(stream);
            request.peer_address = stream.lowest_layer().remote_endpoint().address().to_string();
            http::write(stream, guard(request), failed);
            stream.shutdown(failed);
        }
    }

    Identity identity_{"server"};
    asio::io_context context_{1};
    ssl::context tls_{ssl::context::tls_server};
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

/// The answer to a client with this identity, or without one.
Response ask(const TlsServer& server, const Identity* identity, const std::string& token) {
    asio::io_context context{1};
    ssl::context tls{ssl::context::tls_client};
    if (identity != nullptr) identity->show_in(tls);
    TlsStream stream{context, tls};
    stream.lowest_layer().connect(server.endpoint());
    stream.handshake(ssl::stream_base::client);
    http::request<http::empty_body> request{http::verb::get, "/me", 11};
    request.set(http::field::host, "localhost");
    request.set(http::field::authorization, "Bearer " + token);
    http::write(stream, request);
    boost::beast::flat_buffer buffer;
    Response response;
    http::read(stream, buffer, response);
    return response;
}

}  // namespace

TEST_CASE("Beast over TLS: a token is good on a connection with its certificate, and on no other") {
    const Identity own{"client"};
    const Identity other{"other"};
    const std::string token =
        credence::encode(json{{"sub", "42"}, {"cnf", {{"x5t#S256", own.thumbprint()}}}}, keys()).value();
    const TlsServer server;
    CHECK(ask(server, &own, token).body() == "42");
    CHECK(ask(server, &other, token).result_int() == 401);
    CHECK(ask(server, nullptr, token).result_int() == 401);
    CHECK(ask(server, &own, credence::encode(json{{"sub", "42"}}, keys()).value()).result_int() == 401);
}
