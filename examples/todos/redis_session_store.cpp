// SPDX-License-Identifier: MIT
// Sessions in Redis: several servers share them, and Redis itself forgets those that are left alone.
#include <charconv>
#include <chrono>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "../support/json_log.hpp"
#include "../support/options.hpp"
#include "session_store.hpp"

#include <hiredis/hiredis.h>
#include <sys/time.h>

namespace todos {
namespace {

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
};

/// One connection, which is made again when it breaks.
class RedisConnection {
public:
    RedisConnection(std::string host, int port) : host_(std::move(host)), port_(port) {}

    /// The reply; null when Redis cannot be asked, or complains.
    Reply ask(const std::vector<std::string>& words) {
        const std::scoped_lock lock{mutex_};
        if (!context_ || context_->err != 0) connect();
        if (!context_ || context_->err != 0) return nullptr;
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const std::string& word : words) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        const int count = static_cast<int>(words.size());
        Reply reply{static_cast<redisReply*>(redisCommandArgv(context_.get(), count, texts.data(), sizes.data()))};
        if (reply && reply->type == REDIS_REPLY_ERROR) {
            support::log("error", "redis",
                         {{"problem", std::string_view{reply->str, static_cast<std::size_t>(reply->len)}}});
            reply.reset();
        }
        return reply;
    }

private:
    void connect() {
        constexpr timeval patience{.tv_sec = 1, .tv_usec = 0};
        context_.reset(redisConnectWithTimeout(host_.c_str(), port_, patience));
        if (context_ && context_->err == 0) redisSetTimeout(context_.get(), patience);
    }

    std::string host_;
    int port_;
    std::mutex mutex_ = {};
    std::unique_ptr<redisContext, FreeContext> context_ = {};
};

/// Each change is one script, which nothing interrupts. KEYS[1] is a session. Redis forgets it when it is left alone.
///
/// Beside it there is a sorted set for each subject with its sessions, by the time when each was used last. It loses those
/// that end, or are over, and Redis forgets it with the last of them.
constexpr const char* start_script =
    "local session, set = KEYS[1], KEYS[2] "
    "local subject, now, idle, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]) "
    "redis.call('HSET', session, 'subject', subject, 'started_at', ARGV[2]) "
    "redis.call('EXPIRE', session, idle) "
    "local others = redis.call('ZRANGE', set, 0, -1) "
    "for place, key in ipairs(others) do "
    "  if place <= #others + 1 - most then redis.call('DEL', key) end "
    "  if redis.call('EXISTS', key) == 0 then redis.call('ZREM', set, key) end "
    "end "
    "redis.call('ZADD', set, now, session) "
    "redis.call('EXPIRE', set, idle) "
    "return 1";
/// ARGV[1] is what the name of a set begins with. A session that is over is not used once more: it ends.
constexpr const char* use_script =
    "local session, now, idle, longest = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]) "
    "local found = redis.call('HMGET', session, 'subject', 'started_at') "
    "if not found[1] then return {} end "
    "local set = ARGV[1] .. found[1] "
    "if tonumber(found[2]) + longest <= now then "
    "  redis.call('DEL', session) redis.call('ZREM', set, session) "
    "  return {} "
    "end "
    "redis.call('EXPIRE', session, idle) "
    "redis.call('ZADD', set, now, session) "
    "redis.call('EXPIRE', set, idle) "
    "return found";
constexpr const char* end_script =
    "local subject = redis.call('HGET', KEYS[1], 'subject') "
    "if subject then redis.call('DEL', KEYS[1]) redis.call('ZREM', ARGV[1] .. subject, KEYS[1]) end "
    "return 1";
constexpr const char* end_all_script =
    "for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', key) end "
    "redis.call('DEL', KEYS[1]) return 1";

class RedisSessionStore final : public SessionStore {
public:
    RedisSessionStore(std::string host, int port) : redis_(std::move(host), port) {
        if (!redis_.ask({"PING"})) throw support::StartError{"cannot reach Redis"};
    }

    credence::Result<void> start(const std::string& hash, const Session& session, const SessionRules& rules) override {
        return done(redis_.ask({"EVAL", start_script, "2", key(hash), set_prefix + session.subject, session.subject,
                                text_of(session.started_at.time_since_epoch()), text_of(rules.idle),
                                std::to_string(rules.most_of_one_subject)}));
    }

    credence::Result<std::optional<Session>> use(const std::string& hash, credence::NumericDate now,
                                                 const SessionRules& rules) override {
        const Reply reply = redis_.ask({"EVAL", use_script, "1", key(hash), set_prefix, text_of(now.time_since_epoch()),
                                        text_of(rules.idle), text_of(rules.longest)});
        if (!reply || reply->type != REDIS_REPLY_ARRAY) return unavailable();
        if (reply->elements == 0) return std::optional<Session>{};
        if (reply->elements != 2) return unavailable();
        const std::string_view started = text(*reply->element[1]);
        long long seconds = 0;
        const auto [end, error] = std::from_chars(started.data(), started.data() + started.size(), seconds);
        if (error != std::errc{} || end != started.data() + started.size()) return unavailable();
        return std::optional{Session{.subject = std::string{text(*reply->element[0])},
                                     .started_at = credence::NumericDate{std::chrono::seconds{seconds}}}};
    }

    credence::Result<void> end(const std::string& hash) override {
        return done(redis_.ask({"EVAL", end_script, "1", key(hash), set_prefix}));
    }

    credence::Result<void> end_all(const std::string& subject) override {
        return done(redis_.ask({"EVAL", end_all_script, "1", set_prefix + subject}));
    }

private:
    static constexpr const char* set_prefix = "todos:sessions-by-use:";

    static std::string key(const std::string& hash) { return "todos:session:" + hash; }
    static std::string text_of(std::chrono::seconds seconds) { return std::to_string(seconds.count()); }
    static std::string_view text(const redisReply& reply) {
        return reply.type == REDIS_REPLY_STRING ? std::string_view{reply.str, static_cast<std::size_t>(reply.len)} : "";
    }

    static credence::Result<void> done(const Reply& reply) {
        if (!reply) return unavailable();
        return {};
    }
    static credence::Errc unavailable() {
        support::log("error", "store_unavailable", {{"store", "Redis"}});
        return credence::Errc::store_unavailable;
    }

    RedisConnection redis_;
};

}  // namespace

std::shared_ptr<SessionStore> redis_session_store(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    int port = 6379;
    if (colon != std::string::npos) {
        const auto [end, error] = std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
        if (error != std::errc{} || end != address.data() + address.size() || port <= 0 || port > 65535)
            throw support::StartError{"--sessions redis://HOST:PORT needs a port number"};
    }
    return std::make_shared<RedisSessionStore>(address.substr(0, colon), port);
}

}  // namespace todos
