// SPDX-License-Identifier: MIT
// Records as RedisStore stores them: hashes whose fields are text. Dates are seconds of Unix time; an empty text is an
// absent value. A missing field is an error.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/stores/detail/redis_connection.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <hiredis/hiredis.h>

namespace credence::detail {

[[nodiscard]] inline Error damaged_redis_record() {
    return {Errc::store_unavailable, {}, "a record in Redis does not have the form that the store writes"};
}

/// Reads the fields of a record one after the other, from a reply.
class RedisFields {
public:
    explicit RedisFields(const redisReply& reply) noexcept : reply_(reply) {}

    /// Whether there is no field at all: the record does not exist.
    [[nodiscard]] bool has_none() const noexcept {
        for (std::size_t at = 0; at < reply_.elements; ++at) {
            if (reply_.element[at]->type != REDIS_REPLY_NIL) return false;
        }
        return true;
    }
    /// Whether all fields were read, and all were valid.
    [[nodiscard]] bool is_whole() const noexcept { return is_whole_ && next_ == reply_.elements; }

    [[nodiscard]] std::string text() {
        if (next_ < reply_.elements) {
            if (const auto found = redis_text(*reply_.element[next_++])) return std::string{*found};
        }
        is_whole_ = false;
        return {};
    }
    [[nodiscard]] NumericDate date() { return parsed(text()).value_or(NumericDate{}); }
    [[nodiscard]] std::optional<NumericDate> optional_date() {
        const std::string read = text();
        return read.empty() ? std::nullopt : parsed(read);
    }

private:
    [[nodiscard]] std::optional<NumericDate> parsed(std::string_view text) {
        const auto date = redis_date(text);
        if (!date) is_whole_ = false;
        return date;
    }

    const redisReply& reply_;
    std::size_t next_ = 0;
    bool is_whole_ = true;
};

inline constexpr std::array<std::string_view, 8> session_fields{"handle",     "subject",      "claims",     "label",
                                                                "started_at", "last_used_at", "expires_at", "ends_at"};

inline void add_session(RedisCommand& command, const SessionRecord& record) {
    command.add("handle").add(record.handle).add("subject").add(record.subject).add("claims").add(record.claims);
    command.add("label").add(record.label).add("started_at").add(record.started_at);
    command.add("last_used_at").add(record.last_used_at).add("expires_at").add(record.expires_at);
    command.add("ends_at").add(record.ends_at);
}
[[nodiscard]] inline SessionRecord read_session(RedisFields& fields, std::string hash) {
    SessionRecord record{.hash = std::move(hash)};
    record.handle = fields.text();
    record.subject = fields.text();
    record.claims = fields.text();
    record.label = fields.text();
    record.started_at = fields.date();
    record.last_used_at = fields.date();
    record.expires_at = fields.date();
    record.ends_at = fields.date();
    return record;
}

inline constexpr std::array<std::string_view, 7> api_key_fields{"hash",       "subject",      "claims",    "label",
                                                                "created_at", "last_used_at", "expires_at"};

inline void add_api_key(RedisCommand& command, const ApiKeyRecord& record) {
    command.add("hash").add(record.hash).add("subject").add(record.subject).add("claims").add(record.claims);
    command.add("label").add(record.label).add("created_at").add(record.created_at);
    command.add("last_used_at").add(record.last_used_at).add("expires_at").add(record.expires_at);
}
[[nodiscard]] inline ApiKeyRecord read_api_key(RedisFields& fields, std::string id) {
    ApiKeyRecord record{.id = std::move(id)};
    record.hash = fields.text();
    record.subject = fields.text();
    record.claims = fields.text();
    record.label = fields.text();
    record.created_at = fields.date();
    record.last_used_at = fields.optional_date();
    record.expires_at = fields.optional_date();
    return record;
}

inline constexpr std::array<std::string_view, 5> refresh_token_fields{"family", "subject", "expires_at", "used_at",
                                                                      "sealed_successor"};

inline void add_refresh_token(RedisCommand& command, const RefreshRecord& record) {
    command.add("family").add(record.family).add("subject").add(record.subject);
    command.add("expires_at").add(record.expires_at).add("used_at").add(record.used_at);
    command.add("sealed_successor").add(record.sealed_successor);
}
[[nodiscard]] inline RefreshRecord read_refresh_token(RedisFields& fields, std::string hash) {
    RefreshRecord record{.hash = std::move(hash)};
    record.family = fields.text();
    record.subject = fields.text();
    record.expires_at = fields.date();
    record.used_at = fields.optional_date();
    record.sealed_successor = fields.text();
    return record;
}

}  // namespace credence::detail
