// SPDX-License-Identifier: MIT
// A small service on cpp-httplib: routes, limits, security headers, log, and a clean end.
#pragma once

#include <credence/stacks/httplib.hpp>

#include <cstddef>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "json_body.hpp"
#include "json_log.hpp"
#include "options.hpp"
#include "stop_signals.hpp"
#include "whole_request_server.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

namespace support {

/// The reason of the refusal of this thread's request, for its line in the log.
inline std::string& refusal_reason() {
    thread_local std::string reason;
    return reason;
}

/// A hook for `protect(…).on_reject(…)`: records the reason, which never holds a token, and writes the body. A 401 says
/// `error`; 403 and 503 say what the library tells the client.
[[nodiscard]] inline auto refuse_with(std::string error) {
    return [error = std::move(error)](const credence::Rejection& rejection, const httplib::Request&,
                                      httplib::Response& response) {
        refusal_reason() = to_string(rejection.reason.code);
        const std::string text = rejection.status == 400   ? "Malformed credentials"
                                 : rejection.status == 401 ? error
                                                           : std::string{rejection.description};
        response.set_content(json_text(nlohmann::json{{"error", text}}), "application/json");
    };
}

inline void answer_json(httplib::Response& response, int status, const nlohmann::ordered_json& body) {
    response.status = status;
    response.set_content(json_text(body), "application/json");
}

class HttpService {
public:
    using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;

    explicit HttpService(std::size_t threads = 8) {
        http_.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
        http_.set_keep_alive_max_count(1000);
        http_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
            dispatch(request, response);
            return httplib::Server::HandlerResponse::Handled;
        });
        // For a request that no handler saw.
        http_.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
            if (!request.path.empty()) return;
            refusal_reason() = response.reason;
            answer_json(response, response.status, {{"error", response.reason}});
        });
        http_.set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
            if (response.status == 204) response.headers.erase("Content-Length");  // RFC 9110 §8.6
            response.set_header("X-Content-Type-Options", "nosniff");
            response.set_header("Content-Security-Policy", "default-src 'self'");
            if (!response.has_header("Cache-Control")) response.set_header("Cache-Control", "no-store");
        });
        http_.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
            write_log(request, response);
        });
    }

    /// \param path  compared whole.
    void get(const std::string& path, const Handler& handler) {
        routes_[path]["GET"] = handler;
        routes_[path]["HEAD"] = handler;
    }
    void post(const std::string& path, Handler handler) { routes_[path]["POST"] = std::move(handler); }

    /// Serves on the loopback until SIGINT or SIGTERM. \throws StartError when the port cannot be had.
    /// \param on_listening  is called with the port once it accepts connections, after the address is printed.
    void serve(int port, const std::function<void(int)>& on_listening = {}) {
        StopSignals signals;
        const int bound = port == 0                               ? http_.bind_to_any_port("127.0.0.1")
                          : http_.bind_to_port("127.0.0.1", port) ? port
                                                                  : -1;
        if (bound <= 0) throw StartError{"cannot listen at 127.0.0.1:" + std::to_string(port) + "; is the port taken?"};
        signals.on_stop([this] { http_.stop(); });
        std::cout << "listening at http://127.0.0.1:" << bound << '\n' << std::flush;
        if (on_listening) on_listening(bound);
        http_.run();
    }

private:
    using Methods = std::map<std::string, Handler, std::less<>>;

    void dispatch(const httplib::Request& request, httplib::Response& response) {
        refusal_reason().clear();
        try {
            route(request, response);
        } catch (const Refusal& refusal) {
            if (refusal_reason().empty()) refusal_reason() = refusal.what();
            answer_json(response, refusal.status(), {{"error", refusal.what()}});
        } catch (const std::exception& error) {
            log("error", "exception", {{"problem", error.what()}});
            answer_json(response, 500, {{"error", "Something went wrong on our side"}});
        }
    }

    void route(const httplib::Request& request, httplib::Response& response) {
        const auto known = routes_.find(request.path);
        if (known == routes_.end()) throw Refusal{404, "There is no such page"};
        const auto handler = known->second.find(request.method);
        if (handler == known->second.end()) {
            std::string allowed;
            for (const auto& [method, unused] : known->second) allowed += (allowed.empty() ? "" : ", ") + method;
            response.set_header("Allow", allowed);
            throw Refusal{405, "This address does not take this method"};
        }
        if (request.body.size() > most_body_bytes) throw Refusal{413, "The body of a request has at most 64 KiB"};
        if (request.has_header("Content-Encoding")) throw Refusal{415, "The body of a request must not be compressed"};
        response.status = 200;
        handler->second(request, response);
    }

    /// An unknown method or path is the client's text, and may hold anything.
    void write_log(const httplib::Request& request, const httplib::Response& response) const {
        const auto known = routes_.find(request.path);
        const bool is_known = known != routes_.end();
        const bool takes_method = is_known && known->second.contains(request.method);
        log(response.status >= 500 ? "error" : "info", "request",
            {{"method", takes_method ? std::string_view{request.method} : "(unknown)"},
             {"path", is_known ? std::string_view{request.path} : "(unknown)"},
             {"status", response.status},
             {"reason", refusal_reason()}});
    }

    std::map<std::string, Methods, std::less<>> routes_ = {};
    WholeRequestServer http_ = {};
};

}  // namespace support
