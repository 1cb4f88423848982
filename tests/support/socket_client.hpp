// SPDX-License-Identifier: MIT
// A TCP client that sends exactly the given bytes, in the given packets, and reads HTTP/1.1 responses.
#pragma once

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace support {

struct HttpResponse {
    int status = 0;                                                ///< 0: the connection ended before a response.
    std::vector<std::pair<std::string, std::string>> fields = {};  ///< Names in lower case.
    std::string body = {};
    bool ended_with_connection = false;

    /// The value of a field; empty when it is absent. The name is in lower case.
    [[nodiscard]] std::string field(std::string_view name) const {
        for (const auto& [own, value] : fields) {
            if (own == name) return value;
        }
        return {};
    }
    [[nodiscard]] std::size_t count(std::string_view name) const {
        std::size_t number = 0;
        for (const auto& [own, value] : fields) number += own == name ? 1U : 0U;
        return number;
    }
};

class SocketClient {
public:
    explicit SocketClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const int yes = 1;
        const timeval patience{.tv_sec = 20,
                               .tv_usec = 0};  // a server that hangs fails the test instead of stopping it
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error("cannot connect to port " + std::to_string(port));
        }
    }
    SocketClient(const SocketClient&) = delete;
    SocketClient& operator=(const SocketClient&) = delete;
    ~SocketClient() { ::close(socket_); }

    /// Sends these bytes. \return whether the connection still accepted them.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Closes the sending side of the connection.
    void finish() { ::shutdown(socket_, SHUT_WR); }

    /// Reads one response: a body of `Content-Length`, or of chunks as they come, or up to the end of the connection.
    HttpResponse receive() {
        HttpResponse response;
        const std::size_t head = wait_for("\r\n\r\n");
        if (head == std::string::npos) return response;
        read_head(response, std::string_view{buffer_}.substr(0, head));
        buffer_.erase(0, head + 4);
        const std::string length = response.field("content-length");
        if (response.status < 200 || response.status == 204) return response;
        response.ended_with_connection = length.empty();
        while (length.empty() || buffer_.size() < std::stoul(length)) {
            if (!read_more()) break;
        }
        const std::size_t size = length.empty() ? buffer_.size() : std::stoul(length);
        response.body = buffer_.substr(0, size);
        buffer_.erase(0, response.body.size());
        return response;
    }

    HttpResponse ask(std::string_view request) {
        send(request);
        return receive();
    }

    /// Whether the other side closes the connection without a further byte.
    bool is_closed() { return buffer_.empty() && !read_more(); }

private:
    bool read_more() {
        char bytes[4096];
        const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
        if (size <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(size));
        return true;
    }

    std::size_t wait_for(std::string_view text) {
        while (buffer_.find(text) == std::string::npos) {
            if (!read_more()) return std::string::npos;
        }
        return buffer_.find(text);
    }

    static void read_head(HttpResponse& response, std::string_view head) {
        response.status = std::stoi(std::string{head.substr(9, 3)});
        std::size_t start = head.find("\r\n");
        while (start != std::string_view::npos) {
            const std::size_t end = head.find("\r\n", start + 2);
            const std::string_view line = head.substr(start + 2, end == std::string_view::npos ? end : end - start - 2);
            const std::size_t colon = line.find(':');
            std::string name{line.substr(0, colon)};
            for (char& byte : name) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
            const std::size_t value = line.find_first_not_of(' ', colon + 1);
            response.fields.emplace_back(std::move(name), value == std::string_view::npos ? "" : line.substr(value));
            start = end;
        }
    }

    int socket_;
    std::string buffer_ = {};
};

}  // namespace support
