// SPDX-License-Identifier: MIT
// The socket of a client's connection. No call waits.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "descriptor.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace support {

/// The two ends of a connection.
struct Peer {
    std::string address = {};  ///< The client's numeric address.
    int port = 0;
    std::string local_address = {};
    int local_port = 0;
    /// The part of the client's address that one client cannot choose: in IPv6 the first half.
    std::string network = {};
};

class ClientSocket {
public:
    enum class Outcome : std::uint8_t { done, must_wait, gone };

    explicit ClientSocket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    [[nodiscard]] int number() const noexcept { return descriptor_.number(); }
    void close() noexcept { descriptor_.close(); }

    /// \param[out] bytes  the bytes, in a buffer that the next call overwrites; none after the client's last byte.
    [[nodiscard]] Outcome receive(std::string_view& bytes) const {
        thread_local std::array<char, std::size_t{16} * 1024> buffer{};
        ssize_t size = 0;
        do {
            size = ::recv(number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        } while (size < 0 && errno == EINTR);
        bytes = {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
        return size < 0 ? outcome_of_error() : Outcome::done;
    }

    /// \param[in,out] bytes  the bytes to send; the sent ones are removed.
    [[nodiscard]] Outcome send(std::string_view& bytes) const {
        while (!bytes.empty()) {
            const ssize_t size = ::send(number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) return outcome_of_error();
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return Outcome::done;
    }

    void end_sending() const { ::shutdown(number(), SHUT_WR); }

    [[nodiscard]] Peer peer() const {
        Peer peer;
        const sockaddr_storage client = name_of(::getpeername, peer.address, peer.port);
        name_of(::getsockname, peer.local_address, peer.local_port);
        peer.network = peer.address;
        const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(client);
        if (client.ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr))
            peer.network.assign(reinterpret_cast<const char*>(&ipv6.sin6_addr), sizeof(in6_addr) / 2);
        return peer;
    }

private:
    static Outcome outcome_of_error() noexcept {
        return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::must_wait : Outcome::gone;
    }

    template <class GetName>
    sockaddr_storage name_of(GetName get_name, std::string& address, int& port) const {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        auto* const known = reinterpret_cast<sockaddr*>(&storage);
        std::array<char, NI_MAXHOST> host{};
        std::array<char, NI_MAXSERV> service{};
        if (get_name(number(), known, &size) == 0 &&
            ::getnameinfo(known, size, host.data(), host.size(), service.data(), service.size(),
                          NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
            address = host.data();
            port = std::stoi(service.data());
        }
        return storage;
    }

    Descriptor descriptor_;
};

}  // namespace support
