// SPDX-License-Identifier: MIT
// For the pages on oatpp: see web/protocol/http/outgoing/ResponseFactory.hpp.
#pragma once

#include <cstdint>
#include <memory>

#include <oatpp/web/protocol/http/outgoing/ResponseFactory.hpp>

namespace oatpp::network {

struct Address {
    Address(const String& host_name, std::uint16_t port_number) : host(host_name), port(port_number) {}

    String host;
    std::uint16_t port;
};

namespace tcp::server {

class ConnectionProvider {
public:
    static std::shared_ptr<ConnectionProvider> createShared(const Address&) {
        return std::make_shared<ConnectionProvider>();
    }
};

}  // namespace tcp::server
}  // namespace oatpp::network
