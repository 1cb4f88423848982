// SPDX-License-Identifier: MIT
// cpp-httplib, given each request only when it is there to its end. Version 0.11 on its own takes a body that no handler
// read for the next request of the connection, has no limit for some bodies, and cannot stop while a client is silent.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "client_socket.hpp"
#include "json_log.hpp"
#include "request_reader.hpp"

#include <httplib.h>
#include <sys/eventfd.h>

namespace support {

/// A `httplib::Server`. Handlers find the body in `request.body`; one of more than `most_body_bytes` was not read, and is
/// to be refused. A request that does not follow the RFC is answered 400 by the error handler, and ends the connection.
///
/// A pre-routing handler sees every method, also those that cpp-httplib does not know.
class WholeRequestServer : public httplib::Server {
public:
    WholeRequestServer() {
        set_tcp_nodelay(true);
        set_default_headers({{"Accept-Ranges", "none"}});  // cpp-httplib would promise them in answers to HEAD
        // cpp-httplib would share a port that is taken, and each server would get some of the requests.
        set_socket_options([this](socket_t socket) {
            const int yes = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            listener_ = socket;
        });
    }
    WholeRequestServer(const WholeRequestServer&) = delete;
    WholeRequestServer& operator=(const WholeRequestServer&) = delete;
    ~WholeRequestServer() override { ::close(stop_event_); }

    /// How many clients may wait for their connection to be accepted, once a port is bound. cpp-httplib lets five wait;
    /// the others of a crowd would be dropped, and try again a second later.
    void let_wait(int clients) const { ::listen(listener_, clients); }

    /// Serves until `stop`, once a port is bound.
    void run() {
        listen_after_bind();
        is_done_ = true;
    }

    /// Ends all waiting for clients. A request that is there is still answered.
    void stop() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
        // cpp-httplib forgets a stop that comes before it listens.
        while (!is_running() && !is_done_) std::this_thread::sleep_for(std::chrono::milliseconds{1});
        httplib::Server::stop();
    }

private:
    /// What cpp-httplib reads a request from, and writes the answer to.
    class Exchange final : public httplib::Stream {
    public:
        Exchange(const ClientSocket& client, std::string head) : client_(client), head_(std::move(head)) {}

        [[nodiscard]] const std::string& answer() const noexcept { return answer_; }

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
            client_.name(::getpeername, address, port);
        }
        void get_local_ip_and_port(std::string& address, int& port) const override {
            client_.name(::getsockname, address, port);
        }
        [[nodiscard]] socket_t socket() const override { return client_.descriptor(); }

    private:
        const ClientSocket& client_;
        std::string head_;
        std::size_t taken_ = 0;
        std::string answer_ = {};
    };

    /// The request without its fields and body. An unclear one becomes what cpp-httplib refuses; it sees a method that it
    /// knows, and one question mark: it refuses a second, which a query may hold (RFC 3986 §3.4).
    [[nodiscard]] static std::string head_of(const WholeRequest& request) {
        if (!request.is_clear) return "unclear\r\n\r\n";
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

    bool process_and_close_socket(socket_t socket) override {
        ClientSocket client{socket, stop_event_};
        try {
            RequestReader reader{client};
            for (std::size_t left = keep_alive_max_count_; left > 0 && answer_next(client, reader, left == 1);) --left;
        } catch (const std::exception& error) {  // no memory, for one: the connection ends, the server goes on
            log("error", "connection", {{"problem", error.what()}});
        }
        client.finish();
        return true;
    }

    /// \return whether another request may follow.
    bool answer_next(ClientSocket& client, RequestReader& reader, bool is_last) {
        auto request = reader.next();
        if (!request) return false;
        is_last = is_last || request->is_last;
        Exchange exchange{client, head_of(*request)};
        bool is_closed = false;
        const bool is_answered = process_request(exchange, is_last, is_closed, [&](httplib::Request& known) {
            known.method = request->method;
            known.body = std::move(request->body);
            // As they were written: cpp-httplib would decode %41 in them, which no proxy before it does.
            known.headers = {request->fields.begin(), request->fields.end()};
        });
        return client.send(exchange.answer()) && is_answered && !is_closed && !is_last;
    }

    int stop_event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    socket_t listener_ = INVALID_SOCKET;
    std::atomic<bool> is_done_ = false;
};

}  // namespace support
