// SPDX-License-Identifier: MIT
// One thread that accepts connections, reads requests and writes answers for all clients, and never blocks on one of
// them. A silent or slow client takes a descriptor and some memory for a while, but never a thread.
#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "connection_table.hpp"
#include "descriptor.hpp"
#include "json_log.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

namespace support {

/// The bytes of an answer. If there are none, the connection is closed without one.
struct Answer {
    std::string bytes = {};
    bool is_last = true;
};

class ConnectionLoop {
public:
    /// A worker calls it for a request. For a refused request the loop itself calls it, so it must not block then.
    using MakeAnswer = std::function<Answer(WholeRequest&, const Peer&)>;
    using Job = std::function<void()>;

    /// \param listener  a listening socket that does not block. The loop closes it when it stops.
    /// \param stop      `run` ends when it is set.
    ConnectionLoop(Descriptor listener, const Event& stop, const ConnectionLimits& limits, MakeAnswer make_answer)
        : limits_(limits), table_(limits), listener_(std::move(listener)), make_answer_(std::move(make_answer)) {
        finished_.reserve(limits.requests);  // a worker then needs no memory to report its end
        taken_.reserve(limits.requests);
        watch(EPOLL_CTL_ADD, listener_.number(), listener_id, EPOLLIN);
        watch(EPOLL_CTL_ADD, stop.number(), stop_id, EPOLLIN | EPOLLET);
        watch(EPOLL_CTL_ADD, woken_.number(), woken_id, EPOLLIN);
    }

    /// Serves until the stop event. Requests that a worker has begun by then are still answered.
    /// \param enqueue  gives a job to a worker. All workers must have ended before the loop is destroyed.
    void run(std::function<void(Job)> enqueue) {
        enqueue_ = std::move(enqueue);
        std::array<epoll_event, 64> events{};
        while (!is_stopping_ || !table_.empty() || requests_ > 0) {
            const bool needs_ticks = !table_.empty() || !is_accepting_;
            const int most = static_cast<int>(events.size()), wait = needs_ticks ? static_cast<int>(tick.count()) : -1;
            const int count = ::epoll_wait(epoll_.number(), events.data(), most, wait);
            for (int at = 0; at < count; ++at) handle(events[static_cast<std::size_t>(at)]);
            if (last_tick_ + tick <= Clock::now()) handle_tick();
        }
    }

private:
    using Clock = Connection::Clock;
    using State = Connection::State;
    using Outcome = ClientSocket::Outcome;
    using Id = Connection::Id;
    struct Finished {
        Id id;
        Answer answer;
    };

    static constexpr Id listener_id = ~Id{0}, stop_id = ~Id{1}, woken_id = ~Id{2};
    static constexpr Refused too_busy{503, "too many requests at this moment"};
    static constexpr std::chrono::milliseconds tick{250};
    static constexpr int most_accepted_at_once = 64;
    static constexpr std::size_t most_discarded = std::size_t{1024} * 1024;

    void watch(int operation, int descriptor, Id id, std::uint32_t what) const {
        epoll_event event{};
        event.events = what;
        event.data.u64 = id;
        if (::epoll_ctl(epoll_.number(), operation, descriptor, &event) != 0)
            throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }

    void handle(const epoll_event& event) {
        const Id id = event.data.u64;
        if (id == listener_id) guarded(nullptr, [this] { accept_clients(); });
        if (id == stop_id) stop();
        if (id == woken_id) send_finished();
        if (Connection* const connection = table_.find(id); connection != nullptr)
            guarded(connection, [&] { handle_client(*connection, event.events); });
        table_.remove_closed();
    }

    /// An exception, for example without memory, ends one connection. The others go on.
    template <class Action>
    void guarded(Connection* connection, const Action& action) {
        try {
            action();
        } catch (...) {
            log_exception();
            if (connection != nullptr) table_.close(*connection);
        }
    }

    /// Call it in a handler of exceptions.
    static void log_exception() {
        try {
            throw;
        } catch (const std::exception& error) {
            log("error", "connection", {{"problem", error.what()}});
        } catch (...) {
            log("error", "connection", {{"problem", "an exception that is not a std::exception"}});
        }
    }

    void accept_clients() {
        for (int left = most_accepted_at_once; left > 0; --left) {
            Descriptor accepted{::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
            if (accepted) {
                add(ClientSocket{std::move(accepted)});
            } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
                return;
            } else if (is_exhausted(errno) && !table_.close_oldest(ConnectionTable::is_any)) {
                // Accept again at the next tick. Until then the listener would be readable all the time.
                watch(EPOLL_CTL_MOD, listener_.number(), listener_id, 0);
                is_accepting_ = false;
                return;
            }
        }
    }

    /// Whether the system has no descriptor or no memory left for a connection.
    [[nodiscard]] static bool is_exhausted(int error) noexcept {
        return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
    }

    void add(ClientSocket socket) {
        Connection* const added = table_.add(std::move(socket));
        if (added == nullptr) return;
        // Edge-triggered: an event comes only once, so each state continues until it would block.
        watch(EPOLL_CTL_ADD, added->socket.number(), added->id, EPOLLIN | EPOLLOUT | EPOLLET);
    }

    void handle_client(Connection& connection, std::uint32_t events) {
        if (connection.state() == State::working && (events & (EPOLLERR | EPOLLHUP)) != 0) table_.close(connection);
        if (connection.state() == State::answering) send(connection);
        if (connection.state() == State::lingering) discard(connection);
        read(connection);
    }

    /// Reads until a worker has a request of the connection, or there are no more bytes.
    void read(Connection& connection) {
        while (connection.is_reading()) {
            const bool is_complete = connection.parser.advance();
            table_.count_bytes(connection);
            if (!connection.is_reading()) return;  // it was above the limit
            if (is_complete) {
                begin(connection);
            } else if (!receive(connection)) {
                return;
            }
        }
    }

    /// \return whether the parser got more bytes.
    bool receive(Connection& connection) {
        RequestParser& parser = connection.parser;
        connection.enter(parser.has_head() ? State::body : parser.has_begun() ? State::head : State::idle);
        if (std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n"; parser.expects_continue())
            static_cast<void>(connection.socket.send(text));
        std::string_view bytes;
        const Outcome outcome = connection.socket.receive(bytes);
        if (outcome == Outcome::must_wait) return false;
        const bool is_end = outcome == Outcome::gone || bytes.empty();
        if (is_end && (outcome == Outcome::gone || !parser.has_begun())) {
            table_.close(connection);
            return false;
        }
        if (is_end) parser.refuse({400, "the request ends early"});
        parser.append(bytes);
        return true;
    }

    /// Gives a request to a worker, or answers a refused one.
    void begin(Connection& connection) {
        const auto request = std::make_shared<WholeRequest>(connection.parser.take());
        table_.count_bytes(connection);
        if (++connection.requests >= limits_.requests_of_connection) request->is_last = true;
        if (request->refused.status == 0 && requests_ >= limits_.requests) request->refused = too_busy;
        if (request->refused.status != 0) return answer(connection, make_answer_(*request, *connection.peer));
        enqueue_([this, request, id = connection.id, peer = connection.peer] { work(id, *request, *peer); });
        ++requests_;
        connection.enter(State::working);
    }

    /// Runs in a worker's thread.
    void work(Id id, WholeRequest& request, const Peer& peer) {
        Finished finished{id, {}};
        try {
            if (is_stopping_) request.refused = too_busy;
            finished.answer = make_answer_(request, peer);
        } catch (...) {
            log_exception();
        }
        const std::lock_guard lock{mutex_};
        finished_.push_back(std::move(finished));
        woken_.set();
    }

    void send_finished() {
        woken_.reset();
        {
            const std::lock_guard lock{mutex_};
            taken_.swap(finished_);
        }
        for (Finished& finished : taken_) {
            --requests_;
            Connection* const connection = table_.find(finished.id);
            if (connection == nullptr || connection->state() != State::working) continue;  // the client has gone
            guarded(connection, [&] {
                answer(*connection, std::move(finished.answer));
                read(*connection);
            });
        }
        taken_.clear();
    }

    void answer(Connection& connection, Answer answer) {
        connection.answer = std::move(answer.bytes);
        connection.unsent = connection.answer;
        connection.is_last_answer = answer.is_last || connection.answer.empty();
        connection.enter(State::answering);
        send(connection);
    }

    void send(Connection& connection) {
        const Outcome outcome = connection.socket.send(connection.unsent);
        if (outcome == Outcome::must_wait) return;
        if (outcome == Outcome::gone || is_stopping_) return table_.close(connection);
        connection.answer = std::string{};  // an idle connection holds no memory for it
        connection.enter(connection.is_last_answer ? State::lingering : State::idle);
        if (!connection.is_last_answer) return;
        connection.socket.end_sending();
        discard(connection);
    }

    /// Reads and drops further input: closing with unread bytes would make the client's system drop the answer.
    void discard(Connection& connection) {
        std::string_view bytes;
        for (;;) {
            const Outcome outcome = connection.socket.receive(bytes);
            if (outcome == Outcome::must_wait) return;
            connection.discarded += bytes.size();
            if (outcome == Outcome::gone || bytes.empty() || connection.discarded > most_discarded)
                return table_.close(connection);
        }
    }

    void handle_tick() {
        last_tick_ = Clock::now();
        if (!is_accepting_ && !is_stopping_) watch(EPOLL_CTL_MOD, listener_.number(), listener_id, EPOLLIN);
        is_accepting_ = true;
        table_.for_each([this](Connection& connection) {
            if (connection.is_overdue(limits_, last_tick_)) guarded(&connection, [&] { end_overdue(connection); });
        });
        table_.remove_closed();
    }

    void end_overdue(Connection& connection) {
        const bool is_in_request = connection.state() == State::head || connection.state() == State::body;
        if (!is_in_request) return table_.close(connection);
        connection.parser.refuse({408, "the request takes too long"});
        read(connection);
    }

    void stop() {
        is_stopping_ = true;
        listener_.close();
        limits_.answer = std::chrono::seconds{1};
        table_.for_each([this](Connection& connection) {
            if (connection.waits_for_client() && connection.state() != State::answering) table_.close(connection);
        });
    }

    ConnectionLimits limits_;
    ConnectionTable table_;
    Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
    Descriptor listener_;
    Event woken_ = {};
    MakeAnswer make_answer_;
    std::function<void(Job)> enqueue_ = {};
    std::size_t requests_ = 0;  // given to workers
    bool is_accepting_ = true;
    Clock::time_point last_tick_ = Clock::now();
    std::vector<Finished> taken_ = {};  // used by the loop only
    std::mutex mutex_ = {};
    std::vector<Finished> finished_ = {};  // guarded by mutex_
    std::atomic<bool> is_stopping_ = false;
};

}  // namespace support
