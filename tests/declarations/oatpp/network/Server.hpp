// SPDX-License-Identifier: MIT
// For the pages on oatpp: see web/protocol/http/outgoing/ResponseFactory.hpp.
#pragma once

#include <memory>

#include <oatpp/network/tcp/server/ConnectionProvider.hpp>
#include <oatpp/web/server/HttpConnectionHandler.hpp>

namespace oatpp::network {

/// A server that does nothing.
class Server {
public:
    Server(const std::shared_ptr<tcp::server::ConnectionProvider>&,
           const std::shared_ptr<web::server::HttpConnectionHandler>&) {}
    void run() {}
};

}  // namespace oatpp::network
