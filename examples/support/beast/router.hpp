// SPDX-License-Identifier: MIT
// Routes: which coroutine answers a request whose head was read.
#pragma once

#include <credence/http/rejection.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>  // Boost 1.74 needs it before asio

#include "exchange.hpp"

#include <boost/asio/awaitable.hpp>

namespace support::beast {

using Route = std::function<asio::awaitable<Response>(Exchange&)>;

/// The answer to a request whose credentials or origin were refused. The connection ends, because the body was not
/// read.
[[nodiscard]] Response refuse(const credence::Rejection& rejection, Exchange& exchange);

/// The routes and their handlers.
class Router {
public:
    /// \param path  compared as a whole; a path that ends with `/*` matches all with one more segment.
    void add(const std::string& method, const std::string& path, Route route);

    /// Answers a request whose head was read, also if there is no route or an error occurs.
    asio::awaitable<Response> answer(Exchange& exchange) const;

    /// The path of a route, for the log. Any other path is a client's text, and may hold anything.
    [[nodiscard]] std::string_view name_of(std::string_view path) const;

private:
    using Methods = std::map<std::string, Route, std::less<>>;

    using Table = std::map<std::string, Methods, std::less<>>;

    [[nodiscard]] Table::const_iterator find(std::string_view path) const;

    Table routes_ = {};
};

}  // namespace support::beast
