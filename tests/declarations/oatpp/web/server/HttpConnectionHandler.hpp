// SPDX-License-Identifier: MIT
// For the pages on oatpp: see protocol/http/outgoing/ResponseFactory.hpp.
#pragma once

#include <memory>

#include <oatpp/web/server/HttpRouter.hpp>

namespace oatpp::web::server {

class HttpConnectionHandler {
public:
    static std::shared_ptr<HttpConnectionHandler> createShared(const std::shared_ptr<HttpRouter>&) {
        return std::make_shared<HttpConnectionHandler>();
    }
};

}  // namespace oatpp::web::server
