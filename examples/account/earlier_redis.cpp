// SPDX-License-Identifier: MIT
// The keys of earlier versions in Redis: `account:refresh:<hash>`, which counts while `account:family:<family>` exists,
// and `account:families:<subject>`; `account:revoked:` and `account:valid-since:`, each with the length of the issuer,
// `:`, the issuer, `:`, and the id or the subject.
#include <credence/error.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/opaque/refresh_tokens.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earlier_forms.hpp"
#include "earlier_logins.hpp"
#include "sessions.hpp"

#include <hiredis/hiredis.h>

namespace account {
namespace {

constexpr std::string_view refresh_prefix = "account:refresh:", family_prefix = "account:family:",
                           families_prefix = "account:families:", revoked_prefix = "account:revoked:",
                           mark_prefix = "account:valid-since:";
constexpr timeval time_limit{.tv_sec = 5, .tv_usec = 0};

struct FreeRedis {
    void operator()(redisContext* connection) const noexcept { redisFree(connection); }
    void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeRedis>;

std::string text_of(const redisReply& reply) {
    return reply.str == nullptr ? std::string{} : std::string{reply.str, reply.len};
}

template <class Value>
const Value& must(const credence::Result<Value>& done) {
    if (!done) throw StoreError{"logins of an earlier version, in Redis: " + credence::message(done.error())};
    return *done;
}
void must(const credence::Result<void>& done) {
    if (!done) throw StoreError{"logins of an earlier version, in Redis: " + credence::message(done.error())};
}

/// Removes and returns the text before a mark, and removes the mark; nullopt, and nothing is removed, if there is no
/// mark.
std::optional<std::string_view> take_before(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + 1);
    return taken;
}

std::string decoded(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_encoded = text[at] == '%' && at + 2 < text.size();
        bytes.append(is_encoded ? bytes_of(text.substr(at + 1, 2)) : std::string{text[at]});
        if (is_encoded) at += 2;
    }
    return bytes;
}

/// One connection.
class Redis {
public:
    /// \param url  one that the library's store took.
    explicit Redis(std::string_view url) {
        if (url.starts_with("unix:")) {
            connection_.reset(redisConnectUnixWithTimeout(std::string{url.substr(5)}.c_str(), time_limit));
            check_connection();
            return;
        }
        url.remove_prefix(std::string_view{"redis://"}.size());
        const std::size_t at = url.rfind('@');
        std::string_view login = url.substr(0, at == std::string_view::npos ? 0 : at);
        if (at != std::string_view::npos) url.remove_prefix(at + 1);
        const std::size_t slash = url.find('/');
        const std::string_view database = slash == std::string_view::npos ? "" : url.substr(slash + 1);
        connect(url.substr(0, slash));
        const std::string user = decoded(take_before(login, ':').value_or(""));
        if (!user.empty()) {
            run({"AUTH", user, decoded(login)});
        } else if (!login.empty()) {
            run({"AUTH", decoded(login)});
        }
        if (!database.empty()) run({"SELECT", database});
    }

    Reply run(std::initializer_list<std::string_view> words) {
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const std::string_view word : words) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        Reply reply{static_cast<redisReply*>(
            redisCommandArgv(connection_.get(), static_cast<int>(texts.size()), texts.data(), sizes.data()))};
        // Redis's message may quote the command.
        if (!reply || reply->type == REDIS_REPLY_ERROR) throw StoreError{"Redis refused a command"};
        return reply;
    }

    /// The names of all keys with this prefix. A name may occur twice.
    std::vector<std::string> names(std::string_view prefix) {
        std::vector<std::string> found;
        std::string cursor = "0";
        do {
            const Reply reply = run({"SCAN", cursor, "MATCH", std::string{prefix} + "*", "COUNT", "1000"});
            if (reply->elements != 2) throw StoreError{"Redis gave another answer than was asked for"};
            cursor = text_of(*reply->element[0]);
            const redisReply& page = *reply->element[1];
            for (std::size_t at = 0; at < page.elements; ++at) found.push_back(text_of(*page.element[at]));
        } while (cursor != "0");
        return found;
    }

private:
    void connect(std::string_view host) {
        int port = 6379;
        if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
            std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
            host = host.substr(0, colon);
        }
        const std::string name{host.empty() ? "127.0.0.1" : host};
        connection_.reset(redisConnectWithTimeout(name.c_str(), port, time_limit));
        check_connection();
    }

    void check_connection() {
        if (!connection_ || connection_->err != 0) throw StoreError{"Redis cannot be reached"};
        redisSetTimeout(connection_.get(), time_limit);
    }

    std::unique_ptr<redisContext, FreeRedis> connection_ = {};
};

struct Pair {
    std::string issuer;
    std::string name;
};

/// The text after the prefix of a revocation.
std::optional<Pair> pair_of(std::string_view text) {
    const auto length = take_before(text, ':');
    std::size_t size = 0;
    if (!length || std::from_chars(length->data(), length->data() + length->size(), size).ec != std::errc{})
        return std::nullopt;
    if (size >= text.size() || text[size] != ':') return std::nullopt;
    return Pair{std::string{text.substr(0, size)}, std::string{text.substr(size + 1)}};
}

void move_revocations(Redis& redis, credence::AnyStore& store) {
    for (const std::string& name : redis.names(revoked_prefix)) {
        const auto token = pair_of(std::string_view{name}.substr(revoked_prefix.size()));
        const long long left = redis.run({"TTL", name})->integer;  // -1: for ever; -2: it is gone by now
        if (!token || left == -2) continue;
        std::optional<credence::NumericDate> expires_at;
        // The record was kept for this time after its end.
        if (left >= 0) expires_at = credence::now() + std::chrono::seconds{left + 1} - credence::max_leeway;
        must(store.revoke({.issuer = token->issuer, .id = token->name, .expires_at = expires_at}));
    }
    for (const std::string& name : redis.names(mark_prefix)) {
        const auto subject = pair_of(std::string_view{name}.substr(mark_prefix.size()));
        const Reply mark = redis.run({"GET", name});
        if (!subject || mark->type != REDIS_REPLY_STRING) continue;
        must(store.revoke_subject({.issuer = subject->issuer, .subject = subject->name}, moment_of(text_of(*mark))));
    }
}

/// A record as it is in Redis; nullopt for one whose family has ended.
std::optional<credence::RefreshRecord> read_record(Redis& redis, const std::string& name) {
    const Reply fields = redis.run({"HMGET", name, "family", "subject", "expires_at", "used_at", "sealed_successor"});
    if (fields->elements != 5 || fields->element[0]->type != REDIS_REPLY_STRING) return std::nullopt;
    const auto text = [&](std::size_t at) { return text_of(*fields->element[at]); };
    if (redis.run({"EXISTS", std::string{family_prefix} + text(0)})->integer == 0) return std::nullopt;
    credence::RefreshRecord record{.hash = bytes_of(std::string_view{name}.substr(refresh_prefix.size())),
                                   .family = text(0),
                                   .subject = text(1),
                                   .expires_at = moment_of(text(2)),
                                   .sealed_successor = bytes_of(text(4))};
    if (!text(3).empty()) record.used_at = moment_of(text(3));
    return record;
}

}  // namespace

void move_logins_in_redis(const std::string& url, const Stores& stores, const Lifetimes& lifetimes) {
    Redis redis{url};
    // Ended logins first: if this is interrupted, nothing ended becomes valid again.
    move_revocations(redis, *stores.logins);
    Logins logins{stores.logins, stores.access, login_rules(lifetimes)};
    for (const std::string& name : redis.names(refresh_prefix)) {
        const auto record = read_record(redis, name);
        if (!record || record->expires_at <= credence::now()) continue;
        // Another instance may be moving the same record.
        if (!must(stores.logins->find(record->hash)) && !stores.logins->insert(*record) &&
            !must(stores.logins->find(record->hash)))
            throw StoreError{"a login of an earlier version cannot be moved within Redis"};
        must(logins.adopt(*record));
    }
    // Families last: a record counts only while its family exists.
    for (const std::string_view prefix :
         {revoked_prefix, mark_prefix, refresh_prefix, families_prefix, family_prefix}) {
        for (const std::string& name : redis.names(prefix)) redis.run({"DEL", name});
    }
}

}  // namespace account
