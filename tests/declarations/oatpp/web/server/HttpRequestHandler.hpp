// SPDX-License-Identifier: MIT
// For the tests of credence/stacks/oatpp.hpp: see protocol/http/outgoing/ResponseFactory.hpp beside it.
#pragma once

#include <memory>

#include <oatpp/web/protocol/http/outgoing/ResponseFactory.hpp>

namespace oatpp::web::server {

class HttpRequestHandler {
public:
    virtual ~HttpRequestHandler() = default;
    virtual std::shared_ptr<protocol::http::outgoing::Response> handle(
        const std::shared_ptr<protocol::http::incoming::Request>& request) = 0;
};

}  // namespace oatpp::web::server
