// SPDX-License-Identifier: MIT
// Making room for a new connection.
#include "connections.hpp"

#include <optional>

#include <boost/system/error_code.hpp>

namespace support::beast {

std::shared_ptr<Connection> Connections::add(asio::ip::tcp::socket socket) {
    boost::system::error_code problem;
    const auto client = socket.remote_endpoint(problem);
    if (problem) return nullptr;
    const std::string address = client.address().to_string();
    const auto remove_and_delete = [this](Connection* ended) {
        remove(ended);
        delete ended;
    };
    std::shared_ptr<Connection> connection{new Connection{std::move(socket)}, remove_and_delete};
    const Room room = make_room(connection.get(), address);
    // Without the lock: a reference that is dropped here may be the last one, and `remove` takes the lock.
    if (room.closed) room.closed->close_soon();
    if (room.is_there) return connection;
    connection->turn_away();
    return nullptr;
}

Connections::Room Connections::make_room(Connection* connection, const std::string& address) {
    const std::scoped_lock lock{mutex_};
    const auto count = counts_.find(address);
    const bool is_address_full = count != counts_.end() && count->second >= limits_.of_one_address;
    Room room{.is_there = true};
    if (is_address_full || addresses_.size() >= limits_.in_all) {
        Connection* longest = longest_waiting(is_address_full ? &address : nullptr);
        if (longest == nullptr) return {};
        room.closed = longest->weak_from_this().lock();  // null when it is ending already
        forget(longest);
    }
    std::size_t& of_address = counts_[address];
    addresses_.emplace(connection, address);
    ++of_address;
    return room;
}

void Connections::remove(Connection* connection) {
    const std::scoped_lock lock{mutex_};
    forget(connection);
}

void Connections::forget(Connection* connection) {
    const auto found = addresses_.find(connection);
    if (found == addresses_.end()) return;  // it has made room for another one
    const auto count = counts_.find(found->second);
    if (--count->second == 0) counts_.erase(count);
    addresses_.erase(found);
}

/// \param address  only connections from there; null for any
Connection* Connections::longest_waiting(const std::string* address) const {
    Connection* longest = nullptr;
    std::optional<Connection::Clock::time_point> since;
    for (const auto& [connection, from] : addresses_) {
        if (address != nullptr && from != *address) continue;
        const auto waiting = connection->waiting_since();
        if (!waiting || (since && *since <= *waiting)) continue;
        longest = connection;
        since = waiting;
    }
    return longest;
}

}  // namespace support::beast
