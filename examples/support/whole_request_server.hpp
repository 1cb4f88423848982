// SPDX-License-Identifier: MIT
// cpp-httplib behind a front of its own: its routes see a request only when it is complete. By itself, version 0.11
// reads an unread body as the next request, has no limit for some bodies, and gives each silent client a thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "connection_loop.hpp"

#include <fcntl.h>
#include <httplib.h>
#include <sys/resource.h>

namespace support {

/// A `httplib::Server`. Handlers find the body in `request.body`. A body that is longer than `most_body_bytes` was not
/// read, and the handler must refuse it.
///
/// Requests that are refused earlier go to the error handler, with an empty path and the reason in `response.reason`. A
/// pre-routing handler sees every method, also those that cpp-httplib does not know.
///
/// `new_task_queue` gives the workers, `set_keep_alive_timeout` and `set_keep_alive_max_count` the limits of a connection.
class WholeRequestServer : public httplib::Server {
public:
    using ErrorHandler = std::function<void(const httplib::Request&, httplib::Response&)>;

    WholeRequestServer() {
        set_tcp_nodelay(true);
        set_default_headers({{"Accept-Ranges", "none"}});  // cpp-httplib would promise them in answers to HEAD
        set_error_handler([](const httplib::Request&, httplib::Response&) {});
        // cpp-httplib would share a taken port with the other server, and each would get some of the requests.
        set_socket_options([this](socket_t socket) {
            const int yes = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            listener_ = socket;
        });
    }
    WholeRequestServer(const WholeRequestServer&) = delete;
    WholeRequestServer& operator=(const WholeRequestServer&) = delete;
    ~WholeRequestServer() override = default;

    void set_connection_limits(const ConnectionLimits& limits) {
        limits_ = limits;
        set_keep_alive_timeout(limits.idle.count());
        set_keep_alive_max_count(limits.requests_of_connection);
    }

    void set_error_handler(ErrorHandler handler) {
        httplib::Server::set_error_handler(
            [handler = std::move(handler)](const httplib::Request& request, httplib::Response& response) {
                if (refused().status != 0) {
                    response.status = refused().status;
                    response.reason = refused().reason;
                    if (response.status == 503) response.set_header("Retry-After", "1");
                }
                handler(request, response);
            });
    }

    /// Serves until `stop`, once a port is bound.
    void run() {
        ::listen(listener_, 1024);
        ::fcntl(listener_, F_SETFL, O_NONBLOCK);
        ConnectionLoop loop{Descriptor{listener_}, stop_, usable_limits(),
                            [this](WholeRequest& request, const Peer& peer) { return answer(request, peer); }};
        const auto end = [](httplib::TaskQueue* workers) {
            workers->shutdown();  // waits for them
            delete workers;
        };
        const std::unique_ptr<httplib::TaskQueue, decltype(end)> workers{new_task_queue(), end};
        loop.run([&workers](std::function<void()> job) { workers->enqueue(std::move(job)); });
    }

    /// Any thread may call it, also before `run`.
    void stop() { stop_.set(); }

    /// Deleted, because these functions would serve without the front.
    bool listen(const std::string&, int, int = 0) = delete;
    bool listen_after_bind() = delete;

private:
    /// A request in memory, for cpp-httplib to read, and the answer that it writes.
    class Exchange final : public httplib::Stream {
    public:
        Exchange(std::string head, const Peer& peer, int always_there)
            : head_(std::move(head)), peer_(peer), always_there_(always_there) {}

        [[nodiscard]] std::string take_answer() noexcept { return std::move(answer_); }

        [[nodiscard]] bool is_readable() const override { return true; }
        [[nodiscard]] bool is_writable() const override { return true; }
        ssize_t read(char* bytes, std::size_t size) override {
            const std::size_t read = head_.copy(bytes, size, taken_);
            taken_ += read;
            return static_cast<ssize_t>(read);
        }
        ssize_t write(const char* bytes, std::size_t size) override {
            answer_.append(bytes, size);
            return static_cast<ssize_t>(size);
        }
        void get_remote_ip_and_port(std::string& address, int& port) const override {
            address = peer_.address;
            port = peer_.port;
        }
        void get_local_ip_and_port(std::string& address, int& port) const override {
            address = peer_.local_address;
            port = peer_.local_port;
        }
        [[nodiscard]] socket_t socket() const override { return always_there_; }

    private:
        std::string head_;
        const Peer& peer_;
        int always_there_;
        std::size_t taken_ = 0;
        std::string answer_ = {};
    };

    /// Data for the error handler about the request that this thread is answering.
    static Refused& refused() {
        thread_local Refused refused;
        return refused;
    }

    [[nodiscard]] ConnectionLimits usable_limits() const {
        ConnectionLimits limits = limits_;
        limits.idle = std::chrono::seconds{keep_alive_timeout_sec_};
        limits.requests_of_connection = keep_alive_max_count_;
        // A quarter of the descriptors is left for files and databases.
        rlimit descriptors{};
        if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur / 4 * 3 < limits.connections)
            limits.connections = descriptors.rlim_cur / 4 * 3;
        return limits;
    }

    /// The request without its fields and body. A refused one becomes what cpp-httplib refuses. It sees a method that it
    /// knows, and one question mark: version 0.11 refuses a second one, which a query may hold (RFC 3986 §3.4).
    [[nodiscard]] static std::string head_of(const WholeRequest& request) {
        if (request.refused.status != 0) return "refused\r\n\r\n";
        constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
        const bool is_known = std::find(known.begin(), known.end(), request.method) != known.end();
        std::string target;
        for (bool has_query = false; const char byte : request.target) {
            if (byte == '?' && std::exchange(has_query, true)) {
                target += "%3F";
            } else {
                target += byte;
            }
        }
        return (is_known ? request.method : "GET") + ' ' + target + " HTTP/1.1\r\n\r\n";
    }

    [[nodiscard]] Answer answer(WholeRequest& request, const Peer& peer) {
        refused() = request.refused;
        Exchange exchange{head_of(request), peer, stop_.number()};
        bool is_closed = false;
        const bool is_last = request.is_last || request.refused.status != 0;
        const auto set_up = [&request](httplib::Request& known) {
            known.method = request.method;
            known.body = std::move(request.body);
            // As they were written: cpp-httplib would decode %41 in them, which proxies do not.
            known.headers = {request.fields.begin(), request.fields.end()};
        };
        const bool is_answered = process(*this, exchange, peer, is_last, is_closed, set_up);
        return {exchange.take_answer(), is_last || is_closed || !is_answered};
    }

    /// cpp-httplib's own function, whose parameters differ between versions.
    template <class Self>
    static bool process(Self& self, Exchange& exchange, const Peer& peer, bool is_last, bool& is_closed,
                        const std::function<void(httplib::Request&)>& set_up) {
        if constexpr (requires { self.process_request(exchange, is_last, is_closed, set_up); }) {
            return self.process_request(exchange, is_last, is_closed, set_up);
        } else {
            return self.process_request(exchange, peer.address, peer.port, peer.local_address, peer.local_port, is_last,
                                        is_closed, set_up);
        }
    }

    ConnectionLimits limits_ = {};
    Event stop_ = {};
    socket_t listener_ = INVALID_SOCKET;
};

}  // namespace support
