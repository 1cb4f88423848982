// SPDX-License-Identifier: MIT
// Revocations and refresh tokens in Redis. What must be atomic is a script, which Redis runs with nobody in between.
#include "redis_logins.hpp"

#include <credence/jwt/validation.hpp>
#include <credence/opaque/refresh_tokens.hpp>

#include <string>

#include "text_forms.hpp"
#include "unavailable.hpp"

namespace account {
namespace {

using credence::NumericDate;
using credence::RefreshRecord;
using credence::Result;

/// No two pairs make one key, whatever is in them.
std::string key_of(std::string_view kind, std::string_view issuer, std::string_view name) {
    std::string key{kind};
    key.append(std::to_string(issuer.size())).append(":").append(issuer).append(":").append(name);
    return key;
}

std::string key_of(std::string_view kind, std::string_view name) { return std::string{kind}.append(name); }

/// A mark moves forward only.
constexpr std::string_view raise_mark = R"lua(
    local known = redis.call('GET', KEYS[1])
    if not known or tonumber(known) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
    return 1
)lua";

// A record is a hash. It counts only while its family is there, so that ending a family is one deletion. The set of a
// subject's families lives as long as the longest of them.
constexpr std::string_view insert_script = R"lua(
    redis.call('HSET', KEYS[1], 'family', ARGV[1], 'subject', ARGV[2], 'expires_at', ARGV[3], 'used_at', ARGV[4],
               'sealed_successor', ARGV[5])
    redis.call('EXPIREAT', KEYS[1], ARGV[3])
    redis.call('SET', KEYS[2], ARGV[2], 'EXAT', ARGV[3])
    redis.call('SADD', KEYS[3], ARGV[1])
    local left = redis.call('EXPIRETIME', KEYS[3])
    if left < tonumber(ARGV[3]) then redis.call('EXPIREAT', KEYS[3], ARGV[3]) end
    return 1
)lua";

constexpr std::string_view find_script = R"lua(
    local record = redis.call('HMGET', KEYS[1], 'family', 'subject', 'expires_at', 'used_at', 'sealed_successor')
    if not record[1] or redis.call('EXISTS', ARGV[1] .. record[1]) == 0 then return {} end
    return record
)lua";

constexpr std::string_view replace_script = R"lua(
    local family = redis.call('HGET', KEYS[1], 'family')
    if not family or redis.call('EXISTS', ARGV[1] .. family) == 0 then return 0 end
    if redis.call('HGET', KEYS[1], 'used_at') ~= '' then return 0 end
    redis.call('HSET', KEYS[1], 'used_at', ARGV[2], 'sealed_successor', ARGV[3])
    redis.call('HSET', KEYS[2], 'family', ARGV[4], 'subject', ARGV[5], 'expires_at', ARGV[6], 'used_at', '',
               'sealed_successor', '')
    redis.call('EXPIREAT', KEYS[2], ARGV[6])
    return 1
)lua";

constexpr std::string_view end_families = R"lua(
    for _, family in ipairs(redis.call('SMEMBERS', KEYS[1])) do redis.call('DEL', ARGV[1] .. family) end
    redis.call('DEL', KEYS[1])
    return 1
)lua";

constexpr std::string_view record_prefix = "account:refresh:";
constexpr std::string_view family_prefix = "account:family:";
constexpr std::string_view subject_prefix = "account:families:";
constexpr std::string_view revoked_prefix = "account:revoked:";
constexpr std::string_view mark_prefix = "account:valid-since:";

std::string used_at_of(const RefreshRecord& record) { return record.used_at ? date_text(*record.used_at) : ""; }

}  // namespace

Result<void> RedisRevocations::ping() {
    return or_unavailable(name(), [&] { redis_->run({"PING"}); });
}

Result<void> RedisRevocations::revoke(const credence::TokenIdentity& token) {
    return or_unavailable(name(), [&] {
        const std::string key = key_of(revoked_prefix, token.issuer, token.id);
        if (token.expires_at) {
            // So long after its end, a token needs no revocation any more.
            redis_->run({"SET", key, "1", "EXAT", date_text(*token.expires_at + credence::max_leeway)});
        } else {
            redis_->run({"SET", key, "1"});
        }
    });
}

Result<void> RedisRevocations::revoke_subject(const credence::SubjectIdentity& subject, NumericDate moment) {
    return or_unavailable(name(), [&] {
        const std::string key = key_of(mark_prefix, subject.issuer, subject.subject);
        redis_->run({"EVAL", raise_mark, "1", key, date_text(moment)});
    });
}

Result<bool> RedisRevocations::is_revoked(const credence::TokenIdentity& token) {
    return or_unavailable(name(), [&] {
        const RedisAnswer answer = redis_->run(
            {"MGET", key_of(revoked_prefix, token.issuer, token.id), key_of(mark_prefix, token.issuer, token.subject)});
        if (answer.list.size() != 2) throw StoreError{"Redis gave another answer than was asked for"};
        const auto& mark = answer.list[1].text;
        return answer.list[0].text.has_value() || (mark && token.issued_at <= moment_of(*mark));
    });
}

Result<void> RedisRefreshTokens::ping() {
    return or_unavailable(name(), [&] { redis_->run({"PING"}); });
}

Result<void> RedisRefreshTokens::insert(const RefreshRecord& record) {
    return or_unavailable(name(), [&] {
        redis_->run({"EVAL", insert_script, "3", key_of(record_prefix, hex_of(record.hash)),
                     key_of(family_prefix, record.family), key_of(subject_prefix, record.subject), record.family,
                     record.subject, date_text(record.expires_at), used_at_of(record),
                     hex_of(record.sealed_successor)});
    });
}

Result<std::optional<RefreshRecord>> RedisRefreshTokens::find(std::string_view hash) {
    return or_unavailable(name(), [&]() -> std::optional<RefreshRecord> {
        const RedisAnswer answer =
            redis_->run({"EVAL", find_script, "1", key_of(record_prefix, hex_of(hash)), family_prefix});
        if (answer.list.size() != 5) return std::nullopt;
        const auto text = [&](std::size_t at) { return answer.list[at].text.value_or(""); };
        const std::string used_at = text(3);
        return RefreshRecord{.hash = std::string{hash},
                             .family = text(0),
                             .subject = text(1),
                             .expires_at = moment_of(text(2)),
                             .used_at = used_at.empty() ? std::nullopt : std::optional{moment_of(used_at)},
                             .sealed_successor = bytes_of(text(4))};
    });
}

Result<bool> RedisRefreshTokens::replace(const RefreshRecord& used, const RefreshRecord& successor) {
    return or_unavailable(name(), [&] {
        const RedisAnswer answer = redis_->run({"EVAL", replace_script, "2", key_of(record_prefix, hex_of(used.hash)),
                                                key_of(record_prefix, hex_of(successor.hash)), family_prefix,
                                                used_at_of(used), hex_of(used.sealed_successor), successor.family,
                                                successor.subject, date_text(successor.expires_at)});
        return answer.number == 1;
    });
}

Result<void> RedisRefreshTokens::revoke_family(std::string_view family) {
    return or_unavailable(name(), [&] { redis_->run({"DEL", key_of(family_prefix, family)}); });
}

Result<void> RedisRefreshTokens::revoke_subject(std::string_view subject) {
    return or_unavailable(
        name(), [&] { redis_->run({"EVAL", end_families, "1", key_of(subject_prefix, subject), family_prefix}); });
}

}  // namespace account
