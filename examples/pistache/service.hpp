// SPDX-License-Identifier: MIT
// The parts of a small service around Pistache's router: the fields of every answer, errors in JSON, a line in the log for
// each request, and a clean end.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "../support/json_body.hpp"
#include "../support/json_log.hpp"
#include "../support/options.hpp"
#include "../support/stop_signals.hpp"
#include "strict_handler.hpp"

#include <pistache/async.h>
#include <pistache/endpoint.h>
#include <pistache/http_headers.h>
#include <pistache/peer.h>
#include <pistache/router.h>
#include <sys/socket.h>

namespace service {

using Pistache::Http::Code, Pistache::Http::ResponseWriter;
using Request = Pistache::Http::Request;

/// A field that Pistache has no class for.
class NoSniff final : public Pistache::Http::Header::Header {
public:
    NAME("X-Content-Type-Options")
    void parse(const std::string&) override {}
    void write(std::ostream& stream) const override { stream << "nosniff"; }
};

/// Closes the connection after an answer that announces it. Pistache would announce it and leave the connection open.
inline void end_as_promised(Pistache::Async::Promise<ssize_t> sent, const ResponseWriter& response) {
    using Pistache::Http::ConnectionControl;
    const auto connection = response.headers().tryGet<Pistache::Http::Header::Connection>();
    if (!connection || connection->control() == ConnectionControl::KeepAlive) return;
    sent.then([peer = response.getPeer()](ssize_t) { ::shutdown(peer->fd(), SHUT_WR); }, [](std::exception_ptr) {});
}

/// Sends text, or the error as JSON.
inline void send(ResponseWriter& response, Code code, std::string_view text, bool has_body = true) {
    using namespace Pistache::Http;
    response.headers().add<Header::CacheControl>(CacheDirective::NoStore).add<NoSniff>();
    const bool is_error = static_cast<int>(code) >= 400;
    std::string body = is_error ? support::json_text(nlohmann::json{{"error", text}}) : std::string{text};
    if (!has_body) body.clear();  // Pistache would send it, and the client would read it as the next answer
    end_as_promised(response.send(code, body, is_error ? MIME(Application, Json) : MIME(Text, Plain)), response);
}

inline void log(std::string_view method, std::string_view path, Code code, std::string_view reason) {
    const int status = static_cast<int>(code);
    support::log(status >= 500 ? "error" : "info", "request",
                 {{"method", method}, {"path", path}, {"status", status}, {"reason", reason}});
}

/// Answers a request. The reason and the path are for the log, so the path must be one of the service's own.
inline void answer(const Request& request, ResponseWriter& response, Code code, const std::string& text,
                   std::string_view reason = {}, std::string_view path = {}) {
    log(methodString(request.method()), path.empty() ? std::string_view{request.resource()} : path, code, reason);
    send(response, code, text, request.method() != Pistache::Http::Method::Head);
}

/// The routes, all of them GET. Another path is 404, and another method 405, before the router is asked.
class Service final : public StrictHandler {
public:
    HTTP_PROTOTYPE(Service)

    void get(const std::string& path, Pistache::Rest::Route::Handler handler) {
        router_->get(path, std::move(handler));
        paths_->insert(path);
    }
    [[nodiscard]] Pistache::Rest::Router& router() { return *router_; }

    void onRequest(const Request& request, ResponseWriter response) override {
        ResponseWriter spare = response.clone();
        try {
            if (!paths_->contains(request.resource()))
                return answer(request, spare, Code::Not_Found, "There is no such page", "no such page", "(unknown)");
            if (request.method() != Pistache::Http::Method::Get) {
                spare.headers().add<Pistache::Http::Header::Allow>(Pistache::Http::Method::Get);
                return answer(request, spare, Code::Method_Not_Allowed, "This address takes GET only", "wrong method");
            }
            router_->route(request, std::move(response));
        } catch (const std::exception& error) {  // Pistache would send its text to the client
            answer(request, spare, Code::Internal_Server_Error, "Something went wrong on our side", error.what());
        }
    }

    void refuse(support::Refused refused, std::string_view path, ResponseWriter response) override {
        const bool is_known = paths_->contains(std::string{path});
        auto code = static_cast<Code>(refused.status);
        if (code == Code::Method_Not_Allowed && !is_known) code = Code::Not_Found;
        if (code == Code::Method_Not_Allowed)
            response.headers().add<Pistache::Http::Header::Allow>(Pistache::Http::Method::Get);
        log("(unknown)", is_known ? path : "(unknown)", code, refused.reason);
        send(response, code, refused.reason);
    }

private:
    // Shared, because Pistache copies the handler for each of its threads. Nothing changes once it serves.
    std::shared_ptr<Pistache::Rest::Router> router_ = std::make_shared<Pistache::Rest::Router>();
    std::shared_ptr<std::set<std::string>> paths_ = std::make_shared<std::set<std::string>>();
};

/// Serves on the loopback until SIGINT or SIGTERM. \throws StartError when the port cannot be had.
/// \param on_listening  is called with the port, after the address is printed.
inline void serve(const std::shared_ptr<Service>& service, int port,
                  const std::function<void(int)>& on_listening = {}) {
    using Pistache::Http::Endpoint;
    support::StopSignals signals;
    Endpoint endpoint{{Pistache::Ipv4::loopback(), static_cast<std::uint16_t>(port)}};
    endpoint.init(Endpoint::options()
                      .flags(Pistache::Tcp::Options::ReuseAddr)
                      .maxRequestSize(StrictHandler::most_request_bytes)
                      .headerTimeout(std::chrono::seconds{10})
                      .bodyTimeout(std::chrono::seconds{20})
                      .keepaliveTimeout(std::chrono::seconds{5}));
    endpoint.setHandler(service);
    try {
        endpoint.serveThreaded();
    } catch (const std::exception&) {
        throw support::StartError{"cannot listen at 127.0.0.1:" + std::to_string(port) + "; is the port taken?"};
    }
    std::latch stopped{1};
    signals.on_stop([&stopped] { stopped.count_down(); });
    std::cout << "listening at http://127.0.0.1:" << endpoint.getPort() << std::endl;
    if (on_listening) on_listening(endpoint.getPort());
    stopped.wait();
    endpoint.shutdown();
}

}  // namespace service
