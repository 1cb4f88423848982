// SPDX-License-Identifier: MIT
// A small service on cpp-httplib: routes, limits, security headers, log, and a clean end. It also closes the gaps that
// version 0.11 has: bodies without a limit, bodies that become the next request, ports that are shared.
#pragma once

#include <credence/http/httplib.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "json_body.hpp"
#include "json_log.hpp"
#include "options.hpp"
#include "stop_signals.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>

namespace support {

/// Why the request that this thread is serving was refused, for its line in the log.
inline std::string& refusal_reason() {
    thread_local std::string reason;
    return reason;
}

/// A hook for `protect(…).on_reject(…)`: notes the reason, which never holds a token, and gives the body `error`.
[[nodiscard]] inline auto refuse_with(std::string error) {
    return [error = std::move(error)](const credence::Rejection& rejection, const httplib::Request&,
                                      httplib::Response& response) {
        refusal_reason() = to_string(rejection.reason.code);
        const std::string text = rejection.status == 400 ? "Malformed credentials" : error;
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
    using BodyHandler = std::function<void(const httplib::Request&, const std::string& body, httplib::Response&)>;

    static constexpr std::size_t most_body_bytes = std::size_t{64} * 1024;

    HttpService() {
        http_.new_task_queue = [] { return new httplib::ThreadPool(64); };  // a connection takes a thread
        http_.set_tcp_nodelay(true);
        http_.set_keep_alive_max_count(1000);
        http_.set_read_timeout(10);
        // cpp-httplib would share a port that is taken, and each server would get some of the requests.
        http_.set_socket_options([this](socket_t socket) {
            const int yes = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            listener_ = socket;
        });
        take_requests();
    }

    /// \param path  compared whole.
    void get(const std::string& path, const Handler& handler) {
        const auto without_body = [handler](const httplib::Request& request, const std::string&,
                                            httplib::Response& response) { handler(request, response); };
        routes_[path]["GET"] = without_body;
        routes_[path]["HEAD"] = without_body;
    }
    void post(const std::string& path, BodyHandler handler) { routes_[path]["POST"] = std::move(handler); }

    /// Serves on the loopback until SIGINT or SIGTERM. \throws StartError when the port cannot be had.
    void serve(int port) {
        StopSignals signals;
        const int bound = port == 0                               ? http_.bind_to_any_port("127.0.0.1")
                          : http_.bind_to_port("127.0.0.1", port) ? port
                                                                  : -1;
        if (bound <= 0) throw StartError{"cannot listen at 127.0.0.1:" + std::to_string(port) + "; is the port taken?"};
        ::listen(listener_, 1024);  // cpp-httplib lets five clients wait, and the others of a crowd try a second later
        signals.on_stop([this] {
            // `stop` does nothing to a server that does not listen yet.
            while (!http_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
            http_.stop();
        });
        std::cout << "listening at http://127.0.0.1:" << bound << std::endl;
        http_.listen_after_bind();
    }

private:
    void take_requests() {
        const auto without_body = [this](const httplib::Request& request, httplib::Response& response) {
            dispatch(request, response, nullptr);
        };
        const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                      const httplib::ContentReader& body) { dispatch(request, response, &body); };
        const std::string anything = R"([\s\S]*)";  // the routes are in a map of ours, which also knows 405
        http_.Get(anything, without_body);
        http_.Options(anything, without_body);
        http_.Post(anything, with_body);
        http_.Put(anything, with_body);
        http_.Patch(anything, with_body);
        http_.Delete(anything, with_body);
        // For what cpp-httplib refuses itself. An answer of ours that ends the connection has a provider and no body.
        http_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
            if (response.body.empty() && !response.content_provider_)
                answer_json(response, response.status, {{"error", "The request is malformed"}});
        });
        http_.set_exception_handler(
            [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
                answer_json(response, 500, {{"error", "Something went wrong on our side"}});
            });
        http_.set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
            response.set_header("X-Content-Type-Options", "nosniff");
            response.set_header("Content-Security-Policy", "default-src 'self'");
            if (!response.has_header("Cache-Control")) response.set_header("Cache-Control", "no-store");
        });
    }

    void dispatch(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader* reader) {
        refusal_reason().clear();
        try {
            route(request, response, reader);
        } catch (const Refusal& refusal) {
            if (refusal_reason().empty()) refusal_reason() = refusal.what();
            answer_json(response, refusal.status(), {{"error", refusal.what()}});
        } catch (const std::exception& error) {
            log("error", "exception", {{"problem", error.what()}});
            answer_json(response, 500, {{"error", "Something went wrong on our side"}});
        }
        if (response.get_header_value("Connection") == "close") close_after(response);
        // A path that is not ours is the client's text, and might hold anything.
        const std::string_view path = routes_.contains(request.path) ? std::string_view{request.path} : "(unknown)";
        log(response.status >= 500 ? "error" : "info", "request",
            {{"method", request.method}, {"path", path}, {"status", response.status}, {"reason", refusal_reason()}});
    }

    void route(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader* reader) {
        const std::string body = read_body(request, response, reader);
        const auto known = routes_.find(request.path);
        if (known == routes_.end()) throw Refusal{404, "There is no such page"};
        const auto handler = known->second.find(request.method);
        if (handler == known->second.end()) {
            std::string allowed;
            for (const auto& [method, unused] : known->second) allowed += (allowed.empty() ? "" : ", ") + method;
            response.set_header("Allow", allowed);
            throw Refusal{405, "This address does not take " + request.method};
        }
        response.status = 200;
        handler->second(request, body, response);
    }

    /// Reads the body, whoever sent it: cpp-httplib would take it for the connection's next request. One that is too
    /// long is read on and dropped for a while, so that the client sees the answer, and then the connection ends.
    static std::string read_body(const httplib::Request& request, httplib::Response& response,
                                 const httplib::ContentReader* reader) {
        const std::string length = request.get_header_value("Content-Length");
        const bool is_chunked = request.has_header("Transfer-Encoding");
        if (!is_chunked && (length.empty() || length == "0")) return {};
        const bool is_number = length.find_first_not_of("0123456789") == std::string::npos;
        const bool is_clear = request.get_header_value_count("Content-Length") + (is_chunked ? 1U : 0U) == 1;
        if (reader == nullptr || !is_number || !is_clear) {
            response.set_header("Connection", "close");
            throw Refusal{400, reader == nullptr ? "A " + request.method + " request has no body"
                                                 : "The length of the body is not clear"};
        }
        std::string body;
        std::size_t size = 0;
        const auto receive = [&](const char* data, std::size_t part) {
            size += part;
            if (size <= most_body_bytes) body.append(data, part);
            return size <= 16 * most_body_bytes;
        };
        const auto any_part = [](const httplib::MultipartFormData&) { return true; };
        const bool is_read = request.is_multipart_form_data() ? (*reader)(any_part, receive) : (*reader)(receive);
        if (!is_read) response.set_header("Connection", "close");
        if (size > most_body_bytes) throw Refusal{413, "The body of a request has at most 64 KiB"};
        if (!is_read) throw Refusal{400, "The body of the request could not be read"};
        return body;
    }

    /// Sends the body by a provider that fails at its end: the one thing that makes cpp-httplib close a connection.
    static void close_after(httplib::Response& response) {
        const std::string type = response.get_header_value("Content-Type");
        response.headers.erase("Content-Type");
        response.set_content_provider(type, [body = std::move(response.body)](std::size_t, httplib::DataSink& sink) {
            if (!body.empty()) sink.write(body.data(), body.size());
            return false;
        });
        response.body.clear();
    }

    std::map<std::string, std::map<std::string, BodyHandler>, std::less<>> routes_ = {};
    httplib::Server http_ = {};
    socket_t listener_ = INVALID_SOCKET;
};

}  // namespace support
