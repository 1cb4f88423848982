// SPDX-License-Identifier: MIT
// The HTTP server around the routes: the rules for every request.
#pragma once

#include <credence/http/http_traits.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/whole_request_server.hpp"
#include "call.hpp"

namespace account {

using Handler = std::function<void(const Call&, httplib::Response&)>;

/// The checks of every request.
struct ServerRules {
    static constexpr std::size_t usual_threads = 256;

    /// The one other origin whose pages may use the API.
    std::string client_origin = {};
    /// Cookies with credentials: an unsafe request with one of them must come from a page that these rules accept.
    std::vector<std::string> cookies = {};
    credence::CrossOrigin pages = {};
    /// The threads that answer requests. A connection takes none while its client is silent.
    std::size_t threads = usual_threads;
};

/// Routes, limits, CORS, the rule for requests of other sites, security headers and the log.
class Server {
public:
    explicit Server(ServerRules rules);

    /// \param path  compared whole; or `/…/*`, whose last part may be anything, and is `Call::last_part`.
    void add(const std::string& method, const std::string& path, Handler handler);

    /// \return the port; 0 if it is not available.
    [[nodiscard]] int bind(const std::string& host, int port);
    /// Serves until `stop`.
    void run();
    void stop();

private:
    using Methods = std::map<std::string, Handler, std::less<>>;

    void dispatch(const httplib::Request& request, httplib::Response& response);
    [[nodiscard]] const std::pair<const std::string, Methods>* find_route(const std::string& path) const;
    void route(const httplib::Request& request, httplib::Response& response);
    [[nodiscard]] bool has_cookie(const httplib::Request& request) const;
    void add_cors(const httplib::Request& request, httplib::Response& response) const;
    void finish(const httplib::Request& request, httplib::Response& response) const;

    ServerRules rules_;
    std::map<std::string, Methods, std::less<>> routes_ = {};
    support::WholeRequestServer http_ = {};
};

/// For the log: why a request was refused.
void note_reason(std::string_view reason);

}  // namespace account
