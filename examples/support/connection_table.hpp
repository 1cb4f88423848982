// SPDX-License-Identifier: MIT
// All connections of a server, within its limits: a new one takes the place of the one that has been idle longest.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "connection.hpp"

namespace support {

class ConnectionTable {
public:
    using Id = Connection::Id;
    using State = Connection::State;

    explicit ConnectionTable(const ConnectionLimits& limits) : limits_(limits) {}

    /// \return the new connection; null if there is no room because workers are busy with all connections.
    [[nodiscard]] Connection* add(ClientSocket socket) {
        Connection added{next_id_++, std::move(socket)};
        const std::string& network = added.peer->network;
        const auto is_of_network = [&](const Connection& other) { return other.peer->network == network; };
        const auto same = by_network_.find(network);
        const std::size_t of_address = same == by_network_.end() ? 0 : same->second;
        if (of_address >= limits_.connections_of_address && !close_oldest(is_of_network)) return nullptr;
        if (open_ >= limits_.connections && !close_oldest(is_any)) return nullptr;
        std::size_t& count = by_network_[network];
        Connection& there = connections_.emplace(added.id, std::move(added)).first->second;
        ++count;
        ++open_;
        return &there;
    }

    [[nodiscard]] Connection* find(Id id) {
        const auto found = connections_.find(id);
        return found == connections_.end() ? nullptr : &found->second;
    }

    [[nodiscard]] bool empty() const noexcept { return open_ == 0; }

    template <class Visitor>
    void for_each(const Visitor& visit) {
        for (auto& [id, connection] : connections_) visit(connection);
    }

    /// Closes its socket at once. The object itself lives until `remove_closed`.
    void close(Connection& connection) {
        if (connection.state() == State::closed) return;
        connection.enter(State::closed);
        connection.socket.close();
        bytes_ -= std::exchange(connection.counted_bytes, 0);
        --open_;
        has_closed_ = true;
        const auto same = by_network_.find(connection.peer->network);
        if (--same->second == 0) by_network_.erase(same);
    }

    void remove_closed() {
        if (!std::exchange(has_closed_, false)) return;
        std::erase_if(connections_, [](const auto& entry) { return entry.second.state() == State::closed; });
    }

    static constexpr auto is_any = [](const Connection&) { return true; };

    /// Closes the connection that has waited longest for its client, an idle one before others.
    /// \param may_close  a predicate.
    /// \return false if there is none.
    template <class MayClose>
    bool close_oldest(const MayClose& may_close) {
        Connection* oldest = nullptr;
        for (auto& [id, other] : connections_) {
            if (!other.waits_for_client() || !may_close(other)) continue;
            if (oldest == nullptr ||
                std::pair{other.state(), other.since()} < std::pair{oldest->state(), oldest->since()})
                oldest = &other;
        }
        if (oldest != nullptr) close(*oldest);
        return oldest != nullptr;
    }

    /// Enforces the limit on the bytes of all requests. Call it after each change of a parser's size.
    void count_bytes(Connection& connection) {
        bytes_ += connection.parser.size();
        bytes_ -= std::exchange(connection.counted_bytes, connection.parser.size());
        const auto holds_bytes = [](const Connection& other) { return other.counted_bytes > 0; };
        while (bytes_ > limits_.bytes && close_oldest(holds_bytes)) {
        }
    }

private:
    ConnectionLimits limits_;
    std::unordered_map<Id, Connection> connections_ = {};
    std::map<std::string, std::size_t> by_network_ = {};
    std::size_t open_ = 0;
    std::size_t bytes_ = 0;
    Id next_id_ = 0;
    bool has_closed_ = false;
};

}  // namespace support
