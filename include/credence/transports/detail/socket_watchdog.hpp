// SPDX-License-Identifier: MIT
// A watchdog over a client's socket: a deadline, a size limit and a stop token, for clients that have none.
#pragma once

#include <credence/remote/fetch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace credence::detail {

/// How many bytes a TCP connection has received; 0 if the system does not say.
[[nodiscard]] inline std::uint64_t received_bytes(int socket) noexcept {
    // `tcpi_bytes_received` of the kernel's `tcp_info`, which the C library's own declaration lacks.
    constexpr std::size_t offset = 128;
    std::array<unsigned char, 512> info{};
    auto size = static_cast<socklen_t>(info.size());
    std::uint64_t bytes = 0;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, info.data(), &size) != 0 || size < offset + sizeof bytes) return 0;
    std::memcpy(&bytes, info.data() + offset, sizeof bytes);
    return bytes;
}

/// Closes a connection at a deadline, above a size, or on request, independently of the client that uses it.
///
/// cpp-httplib limits the time of each step, so a server that makes many small steps has no limit; its own `stop` waits
/// for the TLS handshake, which is one step. Version 0.11 also accepts header lines of any length.
class SocketWatchdog {
public:
    SocketWatchdog(SteadyTime deadline, std::uint64_t most_bytes, std::stop_token stop)
        : most_bytes_(most_bytes),
          on_stop_(std::move(stop), Wake{*this}),
          thread_([this, deadline] { watch(deadline); }) {}
    SocketWatchdog(const SocketWatchdog&) = delete;
    SocketWatchdog& operator=(const SocketWatchdog&) = delete;
    ~SocketWatchdog() {
        {
            const std::scoped_lock lock{mutex_};
            is_done_ = true;
            changed_.notify_all();
        }
        thread_.join();
        if (socket_ >= 0) ::close(socket_);
    }

    /// Watches this socket from now on. It is duplicated, so that its number cannot be reused for another one.
    void watch_socket(int socket) {
        const std::scoped_lock lock{mutex_};
        if (socket_ >= 0) ::close(socket_);
        socket_ = ::dup(socket);
        if (end_ != End::none) shut();
    }

    enum class End : std::uint8_t { none, stop, deadline, size };

    /// Why the connection was closed.
    [[nodiscard]] End end() {
        const std::scoped_lock lock{mutex_};
        return end_;
    }

private:
    struct Wake {
        void operator()() const {
            const std::scoped_lock lock{watchdog.mutex_};
            watchdog.is_stopped_ = true;
            watchdog.changed_.notify_all();
        }
        SocketWatchdog& watchdog;
    };

    /// How often the size is checked: at network speed that means a few megabytes.
    static constexpr std::chrono::milliseconds pause{20};

    void watch(SteadyTime deadline) {
        std::unique_lock lock{mutex_};
        while (end_ == End::none) {
            const SteadyTime now = std::chrono::steady_clock::now();
            changed_.wait_until(lock, (std::min)(deadline, now + pause), [this] { return is_done_ || is_stopped_; });
            if (is_done_) return;
            if (is_stopped_) {
                end_ = End::stop;
            } else if (std::chrono::steady_clock::now() >= deadline) {
                end_ = End::deadline;
            } else if (socket_ >= 0 && received_bytes(socket_) > most_bytes_) {
                end_ = End::size;
            }
        }
        shut();
    }

    void shut() const {
        if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
    }

    const std::uint64_t most_bytes_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int socket_ = -1;
    bool is_done_ = false;
    bool is_stopped_ = false;
    End end_ = End::none;
    std::stop_callback<Wake> on_stop_;
    std::thread thread_;
};

}  // namespace credence::detail
