// SPDX-License-Identifier: MIT
// A connection to Redis: commands with arguments of any bytes, and bounded waiting.
//
// hiredis connects and parses replies. Its own functions for sending raise SIGPIPE, and their timeouts start again with
// each byte that arrives, so sending and receiving is done here.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/redis_address.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>

namespace credence::detail {

/// A command as it is sent. RESP: https://redis.io/docs/reference/protocol-spec
class RedisCommand {
public:
    RedisCommand(std::initializer_list<std::string_view> words) {
        for (const std::string_view word : words) add(word);
    }
    /// A script, which Redis runs atomically; its text in two parts.
    [[nodiscard]] static RedisCommand script(std::string_view functions, std::string_view body,
                                             std::initializer_list<std::string_view> keys) {
        RedisCommand command{"EVAL"};
        command.start_word(functions.size() + body.size());
        command.words_.append(functions).append(body).append("\r\n");
        command.add(std::to_string(keys.size()));
        for (const std::string_view key : keys) command.add(key);
        return command;
    }

    RedisCommand& add(std::string_view word) {
        start_word(word.size());
        words_.append(word).append("\r\n");
        return *this;
    }
    RedisCommand& add(std::chrono::seconds span) { return add(std::to_string(span.count())); }
    RedisCommand& add(NumericDate date) { return add(date.time_since_epoch()); }
    RedisCommand& add(const std::optional<NumericDate>& date) { return date ? add(*date) : add(std::string_view{}); }

    [[nodiscard]] std::string bytes() const { return "*" + std::to_string(count_) + "\r\n" + words_; }

private:
    void start_word(std::size_t size) {
        ++count_;
        words_.append("$").append(std::to_string(size)).append("\r\n");
    }

    std::size_t count_ = 0;
    std::string words_ = {};
};

struct FreeRedis {
    void operator()(redisContext* context) const noexcept { redisFree(context); }
    void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, FreeRedis>;

/// The text of a reply; nullopt if it is not text.
[[nodiscard]] inline std::optional<std::string_view> redis_text(const redisReply& reply) {
    if (reply.type != REDIS_REPLY_STRING) return std::nullopt;
    return std::string_view{reply.str, static_cast<std::size_t>(reply.len)};
}

/// A number that Redis stores as text.
[[nodiscard]] inline std::optional<NumericDate> redis_date(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return NumericDate{std::chrono::seconds{seconds}};
}

/// Why Redis refused a command. Its message may quote the command, so only the kind of the error is returned.
[[nodiscard]] inline Error redis_refusal(std::string_view sentence) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kinds{{
        {"NOAUTH", "Redis asks for a password"},
        {"WRONGPASS", "Redis refused the user or the password"},
        {"NOPERM", "the user may not run a command that the store needs"},
        {"OOM", "Redis has no memory left"},
        {"READONLY", "this Redis is a replica"},
        {"LOADING", "Redis is loading its data"},
        {"BUSY", "Redis is busy with a script"},
        {"WRONGTYPE", "a record in Redis does not have the form that the store writes"},
    }};
    const std::string_view kind = sentence.substr(0, sentence.find(' '));
    for (const auto& [name, reason] : kinds) {
        if (kind == name) return {Errc::store_unavailable, {}, reason};
    }
    return {Errc::store_unavailable, {}, "Redis refused a command"};
}

/// One connection, for one thread at a time.
class RedisConnection {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// Connects and logs in.
    [[nodiscard]] static Result<std::unique_ptr<RedisConnection>> open(const RedisAddress& address, Deadline deadline) {
        const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return no_answer();
        timeval limit{};
        limit.tv_sec = static_cast<decltype(limit.tv_sec)>(left.count() / 1'000'000);
        limit.tv_usec = static_cast<decltype(limit.tv_usec)>(left.count() % 1'000'000);
        std::unique_ptr<redisContext, FreeRedis> context{
            address.socket.empty() ? redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                                   : redisConnectUnixWithTimeout(address.socket.c_str(), limit)};
        if (!context || context->err != 0) return Error{Errc::store_unavailable, {}, "Redis cannot be reached"};
        static_cast<void>(::fcntl(context->fd, F_SETFD, FD_CLOEXEC));  // not inherited by child programs
        std::unique_ptr<RedisConnection> connection{new RedisConnection{std::move(context)}};
        if (const auto done = connection->log_in(address, deadline); !done) return done.error();
        return connection;
    }

    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;
    ~RedisConnection() = default;

    /// Whether it can be used again. Sends nothing: a server sends something by itself only to end a connection.
    [[nodiscard]] bool is_alive() const noexcept {
        pollfd socket{.fd = context_->fd, .events = POLLIN, .revents = 0};
        return is_usable_ && ::poll(&socket, 1, 0) == 0;
    }

    /// Sends a command and waits for its reply. After an error the connection is closed: the reply may still arrive.
    [[nodiscard]] Result<RedisReply> ask(const RedisCommand& command, Deadline deadline) {
        is_usable_ = false;
        if (!send(command.bytes(), deadline)) return no_answer();
        RedisReply reply = receive(deadline);
        if (!reply) return no_answer();
        // The connection to a server that has become a replica is closed as well.
        if (reply->type == REDIS_REPLY_ERROR) return redis_refusal({reply->str, static_cast<std::size_t>(reply->len)});
        is_usable_ = true;
        return reply;
    }

private:
    explicit RedisConnection(std::unique_ptr<redisContext, FreeRedis> context) : context_(std::move(context)) {}

    [[nodiscard]] static Error no_answer() { return {Errc::store_unavailable, {}, "Redis does not answer"}; }

    [[nodiscard]] Result<void> log_in(const RedisAddress& address, Deadline deadline) {
        if (!address.password.empty()) {
            RedisCommand command{"AUTH"};
            if (!address.user.empty()) command.add(address.user);
            if (const auto done = ask(command.add(address.password), deadline); !done) return done.error();
        }
        if (!address.database.empty()) {
            if (const auto done = ask({"SELECT", address.database}, deadline); !done) return done.error();
        }
        return {};
    }

    [[nodiscard]] bool send(std::string_view bytes, Deadline deadline) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(context_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            } else if (!may_try_again() || !wait(POLLOUT, deadline)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] RedisReply receive(Deadline deadline) const {
        std::array<char, 4096> bytes;
        while (true) {
            void* reply = nullptr;
            if (redisReaderGetReply(context_->reader, &reply) != REDIS_OK) return nullptr;
            if (reply != nullptr) return RedisReply{static_cast<redisReply*>(reply)};
            // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): it does not wait, and no lock is held here
            const ssize_t count = ::recv(context_->fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (count > 0) {
                if (redisReaderFeed(context_->reader, bytes.data(), static_cast<std::size_t>(count)) != REDIS_OK)
                    return nullptr;
            } else if (count == 0 || !may_try_again() || !wait(POLLIN, deadline)) {
                return nullptr;
            }
        }
    }

    [[nodiscard]] static bool may_try_again() noexcept {
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    }

    /// Waits until it is possible to send or receive, or a signal arrives. \return false after the deadline.
    [[nodiscard]] bool wait(short event, Deadline deadline) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd socket{.fd = context_->fd, .events = event, .revents = 0};
        return ::poll(&socket, 1, static_cast<int>(left.count())) >= 0 || errno == EINTR;
    }

    std::unique_ptr<redisContext, FreeRedis> context_;
    bool is_usable_ = true;
};

/// Whether the server keeps all records: it is not a replica, whose answers may be old, and does not evict records
/// before their end.
[[nodiscard]] inline Result<void> redis_keeps_records(RedisConnection& connection, RedisConnection::Deadline deadline,
                                                      bool allow_eviction) {
    const auto reply = connection.ask({"INFO"}, deadline);
    if (!reply) return reply.error();
    const std::string_view lines = redis_text(**reply).value_or("");
    const auto has = [&](std::string_view line) { return lines.find(line) != std::string_view::npos; };
    if (!has("\nrole:master\r"))
        return Error{
            Errc::store_unavailable, {}, has("\nrole:") ? "this Redis is a replica" : "Redis does not tell its role"};
    if (allow_eviction || has("\nmaxmemory:0\r") || has("\nmaxmemory_policy:noeviction\r")) return {};
    return Error{Errc::store_unavailable, {}, "this Redis may evict records: set its maxmemory-policy to noeviction"};
}

}  // namespace credence::detail
