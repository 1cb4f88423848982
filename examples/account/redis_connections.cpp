// SPDX-License-Identifier: MIT
// Redis, through hiredis.
#include "redis_connections.hpp"

#include <charconv>
#include <utility>

#include "settings.hpp"

#include <hiredis/hiredis.h>
#include <poll.h>

namespace account {
namespace {

constexpr std::size_t most_idle_connections = 16;
constexpr timeval time_limit{.tv_sec = 5, .tv_usec = 0};

struct FreeReply {
    void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};

RedisAnswer answer_of(const redisReply& reply) {
    RedisAnswer answer;
    if (reply.type == REDIS_REPLY_INTEGER) answer.number = reply.integer;
    if (reply.type == REDIS_REPLY_STRING || reply.type == REDIS_REPLY_STATUS)
        answer.text = std::string{reply.str, static_cast<std::size_t>(reply.len)};
    if (reply.type == REDIS_REPLY_ARRAY) {
        for (std::size_t at = 0; at < reply.elements; ++at) answer.list.push_back(answer_of(*reply.element[at]));
    }
    return answer;
}

/// Whether the server has not closed a connection that nobody used: then there would be something to read, the end.
bool is_alive(const redisContext& connection) {
    pollfd waiting{.fd = connection.fd, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, 0) == 0;
}

/// Takes what stands before `mark`, and the mark; nothing when there is none.
std::optional<std::string> take_before(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    std::string taken{text.substr(0, at)};
    text.remove_prefix(at + 1);
    return taken;
}

}  // namespace

void RedisConnections::Free::operator()(redisContext* connection) const noexcept { redisFree(connection); }

RedisConnections::RedisConnections(const std::string& url) : address_(read_address(url)) {
    idle_.reserve(most_idle_connections);
    run({"PING"});
}

RedisConnections::~RedisConnections() = default;

RedisConnections::Address RedisConnections::read_address(std::string_view url) {
    Address address;
    if (url.starts_with("unix:")) {
        address.socket = url.substr(5);
        return address;
    }
    if (!url.starts_with("redis://")) throw SettingsError{"REDIS_URL must start with redis:// or unix:"};
    url.remove_prefix(8);
    const std::size_t at = url.rfind('@');
    if (at != std::string_view::npos) {
        std::string_view login = url.substr(0, at);
        address.user = take_before(login, ':').value_or("");
        address.password = login;
        url.remove_prefix(at + 1);
    }
    const std::size_t slash = url.find('/');
    if (slash != std::string_view::npos) address.database = url.substr(slash + 1);
    std::string_view host = url.substr(0, slash);
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos) {
        const std::string_view port = host.substr(colon + 1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
        if (error != std::errc{} || end != port.data() + port.size())
            throw SettingsError{"REDIS_URL has a port that is no number"};
        host = host.substr(0, colon);
    }
    if (!host.empty()) address.host = host;
    return address;
}

RedisConnections::Connection RedisConnections::connect() const {
    Connection connection{address_.socket.empty()
                              ? redisConnectWithTimeout(address_.host.c_str(), address_.port, time_limit)
                              : redisConnectUnixWithTimeout(address_.socket.c_str(), time_limit)};
    if (!connection || connection->err != 0) throw StoreError{"Redis cannot be reached"};
    redisSetTimeout(connection.get(), time_limit);
    if (!address_.user.empty()) {
        ask(*connection, {"AUTH", address_.user, address_.password});
    } else if (!address_.password.empty()) {
        ask(*connection, {"AUTH", address_.password});
    }
    if (!address_.database.empty()) ask(*connection, {"SELECT", address_.database});
    return connection;
}

RedisConnections::Connection RedisConnections::take() {
    {
        const std::lock_guard lock{mutex_};
        while (!idle_.empty()) {
            Connection connection = std::move(idle_.back());
            idle_.pop_back();
            if (is_alive(*connection)) return connection;
        }
    }
    return connect();
}

RedisAnswer RedisConnections::ask(redisContext& connection, std::initializer_list<std::string_view> words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string_view word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    const std::unique_ptr<redisReply, FreeReply> reply{static_cast<redisReply*>(
        redisCommandArgv(&connection, static_cast<int>(texts.size()), texts.data(), sizes.data()))};
    if (!reply) throw StoreError{"Redis does not answer"};
    if (reply->type == REDIS_REPLY_ERROR) {
        // Its first word is the kind of the error; the rest may quote what was sent.
        const std::string_view text{reply->str, static_cast<std::size_t>(reply->len)};
        throw StoreError{"Redis says " + std::string{text.substr(0, text.find(' '))}};
    }
    return answer_of(*reply);
}

RedisAnswer RedisConnections::run(std::initializer_list<std::string_view> words) {
    Connection connection = take();
    RedisAnswer answer = ask(*connection, words);  // should it throw, the connection is closed
    const std::lock_guard lock{mutex_};
    if (idle_.size() < most_idle_connections) idle_.push_back(std::move(connection));
    return answer;
}

}  // namespace account
