// SPDX-License-Identifier: MIT
// For the pages on oatpp: see protocol/http/outgoing/ResponseFactory.hpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <oatpp/web/server/HttpRequestHandler.hpp>

namespace oatpp::web::server {

/// A router that keeps its handlers without calling them.
class HttpRouter {
public:
    static std::shared_ptr<HttpRouter> createShared() { return std::make_shared<HttpRouter>(); }
    void route(const String& method, const String& path, const std::shared_ptr<HttpRequestHandler>& handler) {
        handlers_[{*method, *path}] = handler;
    }

private:
    std::map<std::pair<std::string, std::string>, std::shared_ptr<HttpRequestHandler>> handlers_ = {};
};

}  // namespace oatpp::web::server
