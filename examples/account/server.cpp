// SPDX-License-Identifier: MIT
// The HTTP server around the routes, on cpp-httplib.
#include "server.hpp"

#include <credence/http/cookie.hpp>
#include <credence/http/cross_origin.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "../support/json_log.hpp"
#include "answers.hpp"

#include <sodium.h>

namespace account {
namespace {

/// The log entry of the request that this thread is serving.
struct Trace {
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    // Never a name that a client invented: it might be a secret.
    std::string method = "(unknown)";
    std::string path = "(unknown)";
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

void begin_request() {
    support::request_id() = next_request_id();
    trace() = Trace{};
}

void write_log(const httplib::Request& request, const httplib::Response& response) {
    using namespace std::chrono;
    const auto took = duration_cast<microseconds>(steady_clock::now() - trace().started);
    const std::string_view level = response.status >= 500 ? "error" : "info";
    if (trace().reason.empty()) {
        support::log(level, "request",
                     {{"method", trace().method},
                      {"path", trace().path},
                      {"status", response.status},
                      {"microseconds", took.count()},
                      {"client", request.remote_addr}});
    } else {
        support::log(level, "request",
                     {{"method", trace().method},
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
    http_.set_keep_alive_max_count(10'000);
    http_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
        dispatch(request, response);
        return httplib::Server::HandlerResponse::Handled;
    });
    // Also called for a request that no handler saw.
    http_.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
        if (!response.body.empty()) return;
        if (request.path.empty()) {
            begin_request();
            note_reason(response.reason);
        }
        refuse(response, Refusal{response.status, response.reason});
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
    return bound <= 0 ? 0 : bound;
}

void Server::run() { http_.run(); }
void Server::stop() { http_.stop(); }

void Server::dispatch(const httplib::Request& request, httplib::Response& response) {
    begin_request();
    try {
        route(request, response);
    } catch (const Refusal& refusal) {
        if (trace().reason.empty()) note_reason(refusal.message());
        refuse(response, refusal);
    } catch (const StoreIsDown& error) {
        note_reason(error.what());
        fail(response, 503);
    } catch (const std::exception& error) {
        support::log("error", "exception", {{"problem", error.what()}});
        fail(response, 500);
    }
}

const std::pair<const std::string, Server::Methods>* Server::find_route(const std::string& path) const {
    auto known = routes_.find(path);
    if (known == routes_.end()) known = routes_.find(path.substr(0, path.rfind('/') + 1) + "*");
    return known == routes_.end() ? nullptr : &*known;
}

void Server::route(const httplib::Request& request, httplib::Response& response) {
    const auto* const known = find_route(request.path);
    if (known != nullptr) trace().path = known->first;
    if (request.method == "OPTIONS") {
        trace().method = "OPTIONS";
        response.status = 204;
        return;
    }
    if (known == nullptr) throw Refusal{404, "There is no such page"};
    const auto handler = known->second.find(request.method);
    if (handler == known->second.end()) {
        std::string allowed = "OPTIONS";
        for (const auto& [method, unused] : known->second) allowed.append(", ").append(method);
        response.set_header("Allow", allowed);
        throw Refusal{405, "This address does not take this method"};
    }
    trace().method = request.method;
    if (request.body.size() > support::most_body_bytes) throw Refusal{413, "The body of a request has at most 64 KiB"};
    if (request.has_header("Content-Encoding")) throw Refusal{415, "The body of a request must not be compressed"};
    const bool is_named = known->first.ends_with('*');
    const Call call{.http = request,
                    .last_part = is_named ? request.path.substr(known->first.size() - 1) : std::string{}};
    if (has_cookie(request) && !credence::check_origin(call, rules_.pages))
        throw Refusal{403, "A request with a cookie must come from a page of this server"};
    handler->second(call, response);
}

bool Server::has_cookie(const httplib::Request& request) const {
    const auto [first, last] = request.headers.equal_range("Cookie");
    for (auto field = first; field != last; ++field) {
        for (const std::string& name : rules_.cookies) {
            const auto cookie = credence::find_cookie(field->second, name);
            if (!cookie || cookie->has_value()) return true;
        }
    }
    return false;
}

void Server::add_cors(const httplib::Request& request, httplib::Response& response) const {
    // Always, so that a cache does not give one origin's answer to another.
    response.set_header("Vary", "Origin");
    const auto [first, last] = request.headers.equal_range("Origin");
    if (first == last || std::next(first) != last || first->second != rules_.client_origin) return;
    response.set_header("Access-Control-Allow-Origin", rules_.client_origin);
    response.set_header("Access-Control-Allow-Credentials", "true");
    if (request.method != "OPTIONS") return;
    response.set_header("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
    response.set_header("Access-Control-Allow-Headers", "Authorization, Accept, Content-Type");
}

void Server::finish(const httplib::Request& request, httplib::Response& response) const {
    if (response.status == 204) response.headers.erase("Content-Length");  // RFC 9110 §8.6
    add_cors(request, response);
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("X-Frame-Options", "DENY");
    response.set_header("Referrer-Policy", "same-origin");
    response.set_header("Content-Security-Policy", "default-src 'self'");
    if (!response.has_header("Cache-Control")) response.set_header("Cache-Control", "no-store");
}

}  // namespace account
