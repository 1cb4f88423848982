// SPDX-License-Identifier: MIT
// A TCP server in this process that sends a fixed answer to each request, and keeps the requests.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

/// Listens on 127.0.0.1 until it is destroyed. It serves one connection at a time.
class AnsweringServer {
public:
    /// \param answer  sent to each request; empty: the connection is kept open without an answer.
    explicit AnsweringServer(std::string answer)
        : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const place = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, place, size) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, place, &size) != 0 || ::pipe(over_) != 0) {
            throw std::runtime_error("the server cannot be started");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { serve(); }};
    }
    AnsweringServer(const AnsweringServer&) = delete;
    AnsweringServer& operator=(const AnsweringServer&) = delete;
    ~AnsweringServer() {
        ::close(over_[1]);
        thread_.join();
        ::close(over_[0]);
        ::close(listener_);
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }

    /// The requests so far, head and body.
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::scoped_lock lock{mutex_};
        return requests_;
    }

    /// Returns when the first request has been read.
    void wait_for_request() const {
        std::unique_lock lock{mutex_};
        has_request_.wait(lock, [this] { return !requests_.empty(); });
    }

private:
    /// Waits for a socket. \return false if the server is to end.
    [[nodiscard]] bool wait_for(int socket) const {
        pollfd polled[] = {{socket, POLLIN, 0}, {over_[0], POLLIN, 0}};
        return ::poll(polled, 2, -1) > 0 && (polled[1].revents & (POLLIN | POLLHUP)) == 0;
    }

    void serve() {
        while (wait_for(listener_)) {
            const int connection = ::accept(listener_, nullptr, nullptr);
            if (connection < 0) continue;
            if (read_request(connection)) {
                ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
                // Without an answer the connection stays open until the client closes it.
                while (answer_.empty() && wait_for(connection) && read_some(connection, ignored_) > 0) continue;
            }
            ::close(connection);
        }
    }

    static long read_some(int connection, std::string& text) {
        char bytes[4096];
        const long size = ::recv(connection, bytes, sizeof bytes, 0);
        if (size > 0) text.append(bytes, static_cast<std::size_t>(size));
        return size;
    }

    [[nodiscard]] bool read_request(int connection) {
        std::string request;
        while (!is_complete(request)) {
            if (!wait_for(connection) || read_some(connection, request) <= 0) return false;
        }
        const std::scoped_lock lock{mutex_};
        requests_.push_back(std::move(request));
        has_request_.notify_all();
        return true;
    }

    [[nodiscard]] static bool is_complete(const std::string& request) {
        if (request.starts_with('\x16')) return true;  // a TLS handshake
        const std::size_t end = request.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const std::size_t length = request.find("Content-Length: ");
        return length == std::string::npos || request.size() - end - 4 >= std::stoul(request.substr(length + 16));
    }

    std::string answer_;
    std::string ignored_;
    int listener_;
    int over_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    mutable std::condition_variable has_request_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

}  // namespace support
