// SPDX-License-Identifier: MIT
// The connection of a client, whom nobody waits for longer than was said, nor after the server was told to stop.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

/// Owns the socket. All waiting ends at the deadline, and when `stop_event` becomes readable.
class ClientSocket {
public:
    ClientSocket(int socket, int stop_event) : socket_(socket), stop_event_(stop_event) {}
    ClientSocket(const ClientSocket&) = delete;
    ClientSocket& operator=(const ClientSocket&) = delete;
    ~ClientSocket() { ::close(socket_); }

    void set_time_limit(std::chrono::seconds limit) { deadline_ = Clock::now() + limit; }

    /// Waits for bytes and appends them. \return false when the client has gone, or nobody waits any longer.
    [[nodiscard]] bool receive(std::string& bytes) {
        std::array<char, std::size_t{16} * 1024> part{};
        for (;;) {
            const ssize_t size = ::recv(socket_, part.data(), part.size(), MSG_DONTWAIT);
            if (size > 0) bytes.append(part.data(), static_cast<std::size_t>(size));
            if (size > 0) return true;
            if (size == 0 || !may_try_again() || !wait_for(POLLIN)) return false;
        }
    }

    /// \return false when the client has gone, or takes too long.
    [[nodiscard]] bool send(std::string_view bytes) {
        set_time_limit(std::chrono::seconds{10});
        while (!bytes.empty()) {
            const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
            if (size < 0 && (!may_try_again() || !wait_for(POLLOUT))) return false;
        }
        return true;
    }

    /// Says that no more will be sent, and reads away for a while what still comes: to close with bytes unread would take
    /// the last answer from the client.
    void finish() {
        constexpr std::size_t most_bytes = std::size_t{1024} * 1024;
        ::shutdown(socket_, SHUT_WR);
        set_time_limit(std::chrono::seconds{2});
        std::string bytes;
        for (std::size_t total = 0; total < most_bytes && receive(bytes); total += bytes.size()) bytes.clear();
    }

    [[nodiscard]] int descriptor() const noexcept { return socket_; }

    /// Where the client is, or what it reached: `getpeername` or `getsockname`.
    template <class GetName>
    void name(GetName get_name, std::string& address, int& port) const {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        auto* const known = reinterpret_cast<sockaddr*>(&storage);
        std::array<char, NI_MAXHOST> host{};
        std::array<char, NI_MAXSERV> service{};
        if (get_name(socket_, known, &size) != 0 || ::getnameinfo(known, size, host.data(), host.size(), service.data(),
                                                                  service.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
            return;
        address = host.data();
        port = std::stoi(service.data());
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] static bool may_try_again() noexcept {
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    }

    [[nodiscard]] bool wait_for(short event) const {
        using namespace std::chrono;
        const auto left = ceil<milliseconds>(deadline_ - Clock::now()).count();
        std::array<pollfd, 2> waited{{{socket_, event, 0}, {stop_event_, POLLIN, 0}}};
        if (left <= 0 || ::poll(waited.data(), waited.size(), static_cast<int>(left)) == 0) return false;
        return waited[1].revents == 0;
    }

    int socket_;
    int stop_event_;
    Clock::time_point deadline_ = Clock::now();
};

}  // namespace support
