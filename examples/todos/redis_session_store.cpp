// SPDX-License-Identifier: MIT
// Sessions in Redis: several servers share them, and Redis itself forgets those that are left alone.
#include <charconv>
#include <mutex>
#include <string_view>
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

/// Each change is one script, which nothing interrupts. A session's key lives as long as it may be left alone; the set of
/// a subject's sessions lives as long as the last of them.
constexpr const char* start_script =
    "redis.call('HSET', KEYS[1], 'subject', ARGV[1], 'started_at', ARGV[2]) "
    "redis.call('EXPIRE', KEYS[1], ARGV[3]) redis.call('SADD', KEYS[2], KEYS[1]) "
    "redis.call('EXPIRE', KEYS[2], ARGV[4]) return 1";
constexpr const char* use_script =
    "local found = redis.call('HMGET', KEYS[1], 'subject', 'started_at') "
    "if found[1] then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return found";
constexpr const char* end_all_script =
    "for _, key in ipairs(redis.call('SMEMBERS', KEYS[1])) do redis.call('DEL', key) end "
    "redis.call('DEL', KEYS[1]) return 1";

class RedisSessionStore final : public SessionStore {
public:
    RedisSessionStore(std::string host, int port) : redis_(std::move(host), port) {
        if (!redis_.ask({"PING"})) throw support::StartError{"cannot reach Redis"};
    }

    credence::Result<void> start(const SessionUse& use, const Session& session) override {
        return done(redis_.ask({"EVAL", start_script, "2", key(use.hash), subject_key(session.subject), session.subject,
                                std::to_string(session.started_at.time_since_epoch().count()), idle(use), longest}));
    }

    credence::Result<std::optional<Session>> use(const SessionUse& use) override {
        const Reply reply = redis_.ask({"EVAL", use_script, "1", key(use.hash), idle(use)});
        if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) return unavailable();
        if (reply->element[0]->type != REDIS_REPLY_STRING) return std::optional<Session>{};
        const std::string_view started = text(*reply->element[1]);
        long long seconds = 0;
        std::from_chars(started.data(), started.data() + started.size(), seconds);
        return std::optional{Session{.subject = std::string{text(*reply->element[0])},
                                     .started_at = credence::NumericDate{std::chrono::seconds{seconds}}}};
    }

    credence::Result<void> end(const std::string& hash) override { return done(redis_.ask({"DEL", key(hash)})); }

    credence::Result<void> end_all(const std::string& subject) override {
        return done(redis_.ask({"EVAL", end_all_script, "1", subject_key(subject)}));
    }

private:
    static constexpr const char* longest = "86400";  // no session lasts longer, however often it is used

    static std::string key(const std::string& hash) { return "todos:session:" + hash; }
    static std::string subject_key(const std::string& subject) { return "todos:sessions-of:" + subject; }
    static std::string idle(const SessionUse& use) { return std::to_string(use.idle.count()); }
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
