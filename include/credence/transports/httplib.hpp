// SPDX-License-Identifier: MIT
// HttplibTransport: fetches with cpp-httplib's client, 0.11 or newer, built with CPPHTTPLIB_OPENSSL_SUPPORT. Link
// OpenSSL.
#pragma once

#include <credence/exceptions.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/transport_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/remote/detail/host.hpp>
#include <credence/remote/detail/printable.hpp>
#include <credence/transports/detail/certificate_fault.hpp>
#include <credence/transports/detail/resolve.hpp>
#include <credence/transports/detail/sigpipe_guard.hpp>
#include <credence/transports/detail/socket_watchdog.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <httplib.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "credence: define CPPHTTPLIB_OPENSSL_SUPPORT for the whole program; an issuer is reached by https"
#endif

namespace credence {

/// A transport on cpp-httplib's client. A connection serves one request.
///
/// Old versions of cpp-httplib limit neither the time of a request nor the size of a header. A thread for each request
/// does: on Linux it counts the received bytes.
class HttplibTransport {
public:
    explicit HttplibTransport(TransportOptions options = {}) : options_(std::move(options)) {}

    /// Sends the request. See `FetchTransport`.
    [[nodiscard]] FetchResult operator()(const FetchRequest& request) const;

private:
    TransportOptions options_;
};

namespace detail {

/// One request, and the part of its answer that has arrived.
class HttplibFetch {
public:
    HttplibFetch(const TransportOptions& options, const FetchRequest& request)
        : options_(options), request_(request), watchdog_(request.deadline, most_received(request), request.stop) {}

    /// Tries the addresses one after the other until one accepts the connection.
    [[nodiscard]] FetchResult run() {
        const bool is_through_proxy = !options_.proxy_host.empty() && !request_.url.is_loopback();
        if (is_through_proxy) return try_address({});  // the proxy looks up the host
        const auto addresses = addresses_of(request_.url, request_.deadline, request_.stop);
        if (!addresses) return addresses.error();
        FetchResult result = FetchError{FetchStage::connect};
        for (const std::string& address : *addresses) {
            result = try_address(address);
            if (!is_connection_refused_) break;
        }
        return result;
    }

private:
    /// The limit of all bytes of a connection: the body, the overhead of its chunks, the header, and TLS.
    [[nodiscard]] static std::uint64_t most_received(const FetchRequest& request) {
        return std::uint64_t{request.most_bytes} * 2 + 256 * 1024;
    }

    [[nodiscard]] FetchResult try_address(const std::string& address) {
        const auto client = make_client();
        if (!client) return FetchError{FetchStage::tls, "the client certificate or its key cannot be used"};
        set_up(*client, address);
        httplib::Request request = make_request();
        httplib::Response response;
        httplib::Error error = httplib::Error::Unknown;
        const bool is_sent = client->send(request, response, error);
        if (is_sent && !is_too_large_) {
            FetchResponse found{.status = response.status, .body = std::move(body_)};
            for (const auto& [name, value] : response.headers) found.add_field(name, value);
            return found;
        }
        return error_of(error);
    }

    [[nodiscard]] std::unique_ptr<httplib::ClientImpl> make_client() {
        const Url& url = request_.url;
        if (!url.is_https()) return std::make_unique<httplib::ClientImpl>(url.host(), url.port());
        auto client = std::make_unique<httplib::SSLClient>(url.host(), url.port());
        client->enable_server_certificate_verification(true);
        if (!options_.ca_file.empty()) client->set_ca_cert_path(options_.ca_file);
        SSL_CTX* const context = client->ssl_context();
        if (context == nullptr || !set_rules(context)) return nullptr;
        return client;
    }

    [[nodiscard]] bool set_rules(SSL_CTX* context) {
        SSL_CTX_set_cert_verify_callback(context, &HttplibFetch::verify_chain, this);
        if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return false;
        const std::string& certificate = options_.client_certificate_file;
        const std::string& key = options_.client_key_file;
        if (!certificate.empty() && (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1 ||
                                     SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)) {
            return false;
        }
        // OpenSSL's own check of the host, beside cpp-httplib's.
        X509_VERIFY_PARAM* const rules = SSL_CTX_get0_param(context);
        const std::string& host = request_.url.host();
        if (parse_ipv4(host) || parse_ipv6(host)) return X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
        return X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size()) == 1;
    }

    /// OpenSSL's verification as it is without this function, whose reason is kept: cpp-httplib does not tell it.
    static int verify_chain(X509_STORE_CTX* verification, void* self) {
        const int is_trusted = X509_verify_cert(verification);
        auto& fetch = *static_cast<HttplibFetch*>(self);
        const auto explain = [&] { fetch.tls_fault_ = why_refused(verification, fetch.request_.url.host()); };
        if (is_trusted != 1) catch_all(explain, [] {});
        return is_trusted;
    }

    void set_up(httplib::ClientImpl& client, const std::string& address) {
        const auto now = std::chrono::steady_clock::now();
        const auto left = (std::max)(std::chrono::ceil<std::chrono::milliseconds>(request_.deadline - now),
                                     std::chrono::milliseconds{1});
        client.set_connection_timeout((std::min)(request_.connect_timeout, left));
        client.set_read_timeout(left);
        client.set_write_timeout(left);
        client.set_keep_alive(false);
        client.set_follow_location(false);
        client.set_decompress(false);
        client.set_url_encode(false);
        client.set_socket_options([this](socket_t socket) { watchdog_.watch_socket(socket); });
        if (address.empty()) {
            client.set_proxy(options_.proxy_host, options_.proxy_port);
        } else {
            client.set_hostname_addr_map({{request_.url.host(), address}});
        }
    }

    [[nodiscard]] httplib::Request make_request() {
        httplib::Request request;
        request.method = request_.form.empty() ? "GET" : "POST";
        request.path = request_.url.target();
        const auto add = [&](const char* name, const std::string& value) {
            if (!value.empty()) request.headers.emplace(name, value);
        };
        add("Host", request_.url.authority());
        add("User-Agent", options_.user_agent);
        add("Accept", request_.accept);
        add("Accept-Encoding", "identity");
        add("If-None-Match", request_.if_none_match);
        add("If-Modified-Since", request_.if_modified_since);
        add("Authorization", request_.authorization);
        for (const auto& [name, value] : options_.fields) request.headers.emplace(name, value);
        if (!request_.form.empty()) {
            add("Content-Type", "application/x-www-form-urlencoded");
            request.body = request_.form;
        }
        request.content_receiver = [this](const char* data, std::size_t size, auto, auto) { return take(data, size); };
        return request;
    }

    [[nodiscard]] bool take(const char* data, std::size_t size) {
        is_too_large_ = size > request_.most_bytes - body_.size();
        if (!is_too_large_) body_.append(data, size);
        return !is_too_large_;
    }

    [[nodiscard]] FetchError error_of(httplib::Error error) {
        if (request_.stop.stop_requested()) return {FetchStage::stopped};
        if (is_too_large_ || watchdog_.end() == SocketWatchdog::End::size) return {FetchStage::too_large};
        if (std::chrono::steady_clock::now() >= request_.deadline) return {FetchStage::timeout};
        const bool is_explained = error == httplib::Error::SSLServerVerification && !tls_fault_.empty();
        std::string told = is_explained ? tls_fault_ : quoted_for_log(httplib::to_string(error));
        is_connection_refused_ = error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout;
        switch (error) {
            case httplib::Error::ConnectionTimeout: return {FetchStage::timeout, std::move(told)};
            case httplib::Error::Connection: return {FetchStage::connect, std::move(told)};
            case httplib::Error::SSLConnection:
            case httplib::Error::SSLLoadingCerts:
            case httplib::Error::SSLServerVerification: return {FetchStage::tls, std::move(told)};
            default: return {FetchStage::transfer, std::move(told)};
        }
    }

    const TransportOptions& options_;
    const FetchRequest& request_;
    SocketWatchdog watchdog_;
    std::string body_;
    std::string tls_fault_;
    bool is_too_large_ = false;
    bool is_connection_refused_ = false;  // so that another address is worth a try
};

}  // namespace detail

inline FetchResult HttplibTransport::operator()(const FetchRequest& request) const {
    const detail::ErrorQueueGuard queue;
    const detail::SigpipeGuard no_sigpipe;
    return detail::HttplibFetch{options_, request}.run();
}

}  // namespace credence
