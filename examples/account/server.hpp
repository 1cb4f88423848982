// SPDX-License-Identifier: MIT
// The HTTP server around the routes: what holds for every request, whatever it asks for.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"

namespace account {

using Handler = std::function<void(const Call&, httplib::Response&)>;

/// What the server checks of every request.
struct ServerRules {
    std::string client_origin = {};
    /// Cookies that log somebody in: an unsafe request that carries one must come from an own page.
    std::vector<std::string> cookies = {};
    std::size_t most_body_bytes = std::size_t{64} * 1024;
    /// cpp-httplib gives each connection a thread.
    std::size_t threads = 256;
};

/// Routes, limits, CORS, the rule for requests of other sites, security headers and the log.
class Server {
public:
    explicit Server(ServerRules rules);

    /// \param path  compared whole.
    void add(const std::string& method, const std::string& path, Handler handler);

    /// \return the port; 0 when it cannot be had.
    [[nodiscard]] int bind(const std::string& host, int port);
    /// Serves until `stop`.
    void run();
    void stop();

private:
    using Methods = std::map<std::string, Handler, std::less<>>;

    void take_requests();
    void dispatch(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader* body);
    void route(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader* body);
    [[nodiscard]] bool is_foreign(const httplib::Request& request) const;
    void finish(const httplib::Request& request, httplib::Response& response) const;

    ServerRules rules_;
    std::map<std::string, Methods, std::less<>> routes_ = {};
    httplib::Server http_ = {};
    socket_t listener_ = INVALID_SOCKET;
    std::atomic<bool> is_done_ = false;
};

/// For the log: why a request was refused.
void note_reason(std::string_view reason);

}  // namespace account
