// SPDX-License-Identifier: MIT
// The connections that are open, within limits: clients that are silent or slow must not keep others out.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>  // Boost 1.74 needs it before asio

#include "connection.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace support::beast {

struct ConnectionLimits {
    std::size_t in_all = 768;
    std::size_t of_one_address = 256;  ///< All clients behind a proxy have the proxy's address.
};

/// Threads may share it. It outlives the connections.
class Connections {
public:
    explicit Connections(ConnectionLimits limits = {}) : limits_(limits) {}

    /// Adds a connection. Over a limit, it replaces the connection that has waited longest for its client.
    /// \return null if all connections are busy with a request, and then the client is told to come again; also if the
    ///         client has already gone.
    [[nodiscard]] std::shared_ptr<Connection> add(asio::ip::tcp::socket socket);

private:
    struct Room {
        bool is_there = false;
        std::shared_ptr<Connection> closed = nullptr;  ///< The caller must close it.
    };

    [[nodiscard]] Room make_room(Connection* connection, const std::string& address);
    [[nodiscard]] Connection* longest_waiting(const std::string* address) const;
    void remove(Connection* connection);
    void forget(Connection* connection);

    ConnectionLimits limits_;
    std::mutex mutex_;
    std::unordered_map<Connection*, std::string> addresses_ = {};
    std::unordered_map<std::string, std::size_t> counts_ = {};
};

}  // namespace support::beast
