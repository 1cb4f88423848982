// SPDX-License-Identifier: MIT
// Finding the route of a request, and answering where there is none.
#include "router.hpp"

#include <credence/stacks/beast.hpp>

#include <utility>

#include "../json_body.hpp"
#include "log_exception.hpp"

namespace support::beast {
namespace {

Response error_answer(int status, const std::string& error) {
    return json_answer(static_cast<unsigned>(status), support::json_text(nlohmann::json{{"error", error}}));
}

}  // namespace

Response refuse(const credence::Rejection& rejection, Exchange& exchange) {
    const bool is_about_token = rejection.status == 401;
    Response response =
        text_answer(static_cast<unsigned>(rejection.status), is_about_token ? "Invalid token" : rejection.description);
    credence::HttpTraits<Head>::reject(rejection, exchange.head(), response);
    exchange.note_reason(to_string(rejection.reason.code));
    exchange.end_connection();
    return response;
}

void Router::add(const std::string& method, const std::string& path, Route route) {
    if (method == "GET") routes_[path]["HEAD"] = route;
    routes_[path][method] = std::move(route);
}

Router::Table::const_iterator Router::find(std::string_view path) const {
    const auto exact = path.ends_with("/*") ? routes_.end() : routes_.find(path);
    const std::size_t slash = path.rfind('/');
    if (exact != routes_.end() || slash == std::string_view::npos || slash + 1 == path.size()) return exact;
    return routes_.find(std::string{path.substr(0, slash)} + "/*");
}

std::string_view Router::name_of(std::string_view path) const {
    const auto found = find(path);
    return found == routes_.end() ? "(unknown)" : std::string_view{found->first};
}

asio::awaitable<Response> Router::answer(Exchange& exchange) const {
    const auto found = find(exchange.path());
    if (found == routes_.end()) co_return error_answer(404, "There is no such page");
    const Methods& methods = found->second;
    const auto route = methods.find(exchange.method());
    if (route == methods.end()) {
        Response response = error_answer(405, "This address does not take this method");
        std::string allowed;
        for (const auto& [method, unused] : methods) allowed += (allowed.empty() ? "" : ", ") + method;
        response.set(http::field::allow, allowed);
        co_return response;
    }
    try {
        co_return co_await route->second(exchange);
    } catch (const support::Refusal& refusal) {
        if (exchange.reason().empty()) exchange.note_reason(refusal.what());
        co_return error_answer(refusal.status(), refusal.what());
    } catch (const ConnectionEnded&) {
        throw;
    } catch (...) {
        log_exception("handler_failed");
        exchange.end_connection();
        co_return error_answer(500, "Something went wrong on our side");
    }
}

}  // namespace support::beast
