// SPDX-License-Identifier: MIT
// The HTTP server around the routes, on cpp-httplib.
#include "server.hpp"

#include <credence/cookie.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "../support/json_log.hpp"
#include "answers.hpp"
#include "body.hpp"
#include "origin.hpp"

#include <sodium.h>

namespace account {
namespace {

/// What the log says about the request that this thread is serving.
struct Trace {
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::string path = "(unknown)";  // never one that a client made up: it might hold a secret
    std::string reason = {};
};

Trace& trace() {
    thread_local Trace trace;
    return trace;
}

/// Unique among all instances, and in the order of the requests.
std::string next_request_id() {
    static const std::string process = std::to_string(randombytes_random());
    static std::atomic<unsigned long long> count{0};
    return process + "-" + std::to_string(++count);
}

/// How many clients may wait for their connection to be accepted.
constexpr int most_waiting = 1024;

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

/// A body that fails at its end makes cpp-httplib close the connection, which a field alone does not.
void close_if_promised(httplib::Response& response) {
    if (response.get_header_value("Connection") != "close" || response.content_provider_) return;
    const std::string type = response.get_header_value("Content-Type");
    response.headers.erase("Content-Length");
    response.headers.erase("Content-Type");
    response.set_content_provider(type.empty() ? "text/plain" : type,
                                  [body = std::move(response.body)](std::size_t, httplib::DataSink& sink) {
                                      if (!body.empty()) sink.write(body.data(), body.size());
                                      return false;
                                  });
    response.body.clear();
}

std::string_view message_for(int status) {
    if (status == 404) return "There is no such page";
    if (status == 413) return "The body of a request has at most 64 KiB";
    if (status == 414) return "The address is too long";
    if (status >= 500) return "Something went wrong on our side, please try again later";
    return "The request is malformed";
}

void write_log(const httplib::Request& request, const httplib::Response& response) {
    using namespace std::chrono;
    const auto took = duration_cast<microseconds>(steady_clock::now() - trace().started);
    const std::string_view level = response.status >= 500 ? "error" : "info";
    if (trace().reason.empty()) {
        support::log(level, "request",
                     {{"method", request.method},
                      {"path", trace().path},
                      {"status", response.status},
                      {"microseconds", took.count()},
                      {"client", request.remote_addr}});
    } else {
        support::log(level, "request",
                     {{"method", request.method},
                      {"path", trace().path},
                      {"status", response.status},
                      {"reason", trace().reason},
                      {"microseconds", took.count()},
                      {"client", request.remote_addr}});
    }
    support::request_id().clear();
}

}  // namespace

void note_reason(std::string_view reason) { trace().reason = reason; }

Server::Server(ServerRules rules) : rules_(std::move(rules)) {
    http_.new_task_queue = [threads = rules_.threads] { return new httplib::ThreadPool(threads); };
    http_.set_tcp_nodelay(true);
    http_.set_keep_alive_max_count(10'000);
    http_.set_keep_alive_timeout(5);
    http_.set_read_timeout(10);
    http_.set_write_timeout(10);
    http_.set_payload_max_length(16 * rules_.most_body_bytes);
    // Another server on the port is an error, not a neighbour: cpp-httplib would share it.
    http_.set_socket_options([this](socket_t socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        listener_ = socket;
    });
    take_requests();
}

void Server::take_requests() {
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
    // Also called for what cpp-httplib refuses itself, such as a request line that is none.
    http_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
        if (support::request_id().empty()) support::request_id() = next_request_id();
        if (response.body.empty() && !response.content_provider_)
            refuse(response, Refusal{response.status, std::string{message_for(response.status)}});
    });
    http_.set_post_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) { finish(request, response); });
    http_.set_logger(write_log);
}

void Server::add(const std::string& method, const std::string& path, Handler handler) {
    if (method == "GET") routes_[path]["HEAD"] = handler;
    routes_[path][method] = std::move(handler);
}

int Server::bind(const std::string& host, int port) {
    const int bound = port == 0 ? http_.bind_to_any_port(host) : http_.bind_to_port(host, port) ? port : 0;
    if (bound <= 0) return 0;
    // cpp-httplib lets five clients wait to be accepted. The others of a crowd would be dropped, and try again a second later.
    ::listen(listener_, most_waiting);
    return bound;
}

void Server::run() {
    http_.listen_after_bind();
    is_done_ = true;
}

void Server::stop() {
    // cpp-httplib forgets a stop that comes before it listens.
    while (!http_.is_running() && !is_done_) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    http_.stop();
}

void Server::dispatch(const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader* body) {
    support::request_id() = next_request_id();
    trace() = Trace{};
    try {
        route(request, response, body);
    } catch (const Refusal& refusal) {
        if (trace().reason.empty()) note_reason(refusal.message());
        refuse(response, refusal);
    } catch (const std::exception& error) {
        support::log("error", "exception", {{"problem", error.what()}});
        fail(response, 500);
    }
    close_if_promised(response);
}

void Server::route(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader* body) {
    if (body == nullptr && has_body(request)) {
        // cpp-httplib does not read it, and would take it for the next request of this connection.
        close_after(response);
        throw Refusal{400, "A " + request.method + " request has no body"};
    }
    const auto known = routes_.find(request.path);
    if (known != routes_.end()) trace().path = request.path;
    if (request.method == "OPTIONS") {
        response.status = 204;
        return;
    }
    const auto handler = known == routes_.end() ? Methods::const_iterator{} : known->second.find(request.method);
    if (known == routes_.end() || handler == known->second.end()) {
        if (body != nullptr) skip_body(request, response, *body);
        if (known == routes_.end()) throw Refusal{404, "There is no such page"};
        std::string allowed = "OPTIONS";
        for (const auto& [method, unused] : known->second) allowed.append(", ").append(method);
        response.set_header("Allow", allowed);
        throw Refusal{405, "This address does not take " + request.method};
    }
    Call call{.http = request};
    if (body != nullptr && has_body(request)) call.body = read_body(request, response, *body, rules_.most_body_bytes);
    if (!is_safe(request.method) && is_foreign(request))
        throw Refusal{403, "A request with a cookie must come from a page of this server"};
    handler->second(call, response);
}

bool Server::is_foreign(const httplib::Request& request) const {
    const auto [first, last] = request.headers.equal_range("Cookie");
    for (auto field = first; field != last; ++field) {
        for (const std::string& name : rules_.cookies) {
            const auto cookie = credence::find_cookie(field->second, name);
            if (!cookie || cookie->has_value()) return !is_own_origin(request, rules_.client_origin);
        }
    }
    return false;
}

void Server::finish(const httplib::Request& request, httplib::Response& response) const {
    if (response.status == 204) response.headers.erase("Content-Length");  // RFC 9110 §8.6
    add_cors(request, response, rules_.client_origin);
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("X-Frame-Options", "DENY");
    response.set_header("Referrer-Policy", "same-origin");
    response.set_header("Content-Security-Policy", "default-src 'self'");
    if (!response.has_header("Cache-Control")) response.set_header("Cache-Control", "no-store");
}

}  // namespace account
