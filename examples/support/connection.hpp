// SPDX-License-Identifier: MIT
// One client's connection: its state, the start of that state, and its time limit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "client_socket.hpp"
#include "request_parser.hpp"

namespace support {

/// The limits of one client, and of all of them together.
struct ConnectionLimits {
    std::size_t connections = 800;  ///< Fewer than the 1,024 descriptors that a process may usually have.
    std::size_t connections_of_address = 600;
    std::size_t requests = 512;  ///< Requests at work or waiting for a worker. Others get 503.
    std::size_t requests_of_connection = 1000;
    std::size_t bytes = std::size_t{16} * 1024 * 1024;  ///< Bytes of all incomplete requests.

    std::chrono::seconds idle{5};     ///< Without a byte of the next request.
    std::chrono::seconds head{10};    ///< From the first byte of a request to the end of its head.
    std::chrono::seconds body{20};    ///< From there to the end of the request.
    std::chrono::seconds answer{10};  ///< Until the client has taken the whole answer.
    std::chrono::seconds linger{2};   ///< From the last answer until the client closes.
};

/// A plain record with its state; `ConnectionLoop` moves it from one to the next.
class Connection {
public:
    using Id = std::uint64_t;
    using Clock = std::chrono::steady_clock;

    /// If there are too many connections, those in the first states are closed first, and none from `working` on.
    enum class State : std::uint8_t { lingering, idle, head, body, answering, working, closed };

    Connection(Id its_id, ClientSocket its_socket) : id(its_id), socket(std::move(its_socket)) {}

    /// A closed connection stays closed.
    void enter(State next) {
        if (state_ == next || state_ == State::closed) return;
        state_ = next;
        since_ = Clock::now();
    }
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] Clock::time_point since() const noexcept { return since_; }
    [[nodiscard]] bool is_reading() const noexcept { return state_ >= State::idle && state_ <= State::body; }
    [[nodiscard]] bool waits_for_client() const noexcept { return state_ < State::working; }

    [[nodiscard]] bool is_overdue(const ConnectionLimits& limits, Clock::time_point now) const {
        switch (state_) {
            case State::lingering: return since_ + limits.linger <= now;
            case State::idle: return since_ + limits.idle <= now;
            case State::head: return since_ + limits.head <= now;
            case State::body: return since_ + limits.body <= now;
            case State::answering: return since_ + limits.answer <= now;
            case State::working:
            case State::closed: break;
        }
        return false;
    }

    Id id;
    ClientSocket socket;
    std::shared_ptr<const Peer> peer = std::make_shared<const Peer>(socket.peer());
    RequestParser parser = {};
    std::size_t requests = 0;
    std::string answer = {};
    std::string_view unsent = {};  ///< The rest of the answer.
    bool is_last_answer = false;
    std::size_t discarded = 0;      ///< Bytes that came after the last answer.
    std::size_t counted_bytes = 0;  ///< The size of the parser that `ConnectionTable` has counted.

private:
    State state_ = State::idle;
    Clock::time_point since_ = Clock::now();
};

}  // namespace support
