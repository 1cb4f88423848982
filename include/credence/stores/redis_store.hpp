// SPDX-License-Identifier: MIT
// RedisStore: every kind of store in a Redis server, which several instances share.
//
// - Durability: that of the server. With `appendonly yes` and `appendfsync always` a restart loses nothing; with
//   `everysec` the last second; without a file everything, including revocations. A replica that takes over may lack
//   the last moments.
// - Bounds: the server's memory. Each record has a time to live and is deleted after it. A server that may evict valid
//   records is not accepted; one that is full refuses calls that need room, and still verifies, renews and ends
//   sessions.
// - While the server is down or frozen, or all connections are in use, each call returns `store_unavailable`, at the
//   latest after `patience`. The first call after it is back succeeds. A server that has become a replica refuses
//   writes, and no new connection to it is used.
// - A call costs one round trip; a call that lists or ends all records of a subject takes time proportional to their
//   number. Connections are pooled. For Redis 6 or later, one server or one with replicas, not a Cluster.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/connection_pool.hpp>
#include <credence/stores/detail/redis_address.hpp>
#include <credence/stores/detail/redis_connection.hpp>
#include <credence/stores/detail/redis_records.hpp>
#include <credence/stores/detail/redis_scripts.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

/// The options of a `RedisStore`.
struct RedisOptions {
    std::size_t max_connections = 8;  ///< At least 1. A call waits for one up to `patience`.
    /// The time limit of a call: for a connection, and for the server's answer. 10 ms to 60 s. Looking up the name of a
    /// host is not included.
    std::chrono::milliseconds patience{2000};
    /// The prefix of the names of all keys in Redis.
    std::string prefix = "credence:";
    /// Also accepts a server that may evict records before their end. Then a session may end early, and a revoked token
    /// or a used proof may be accepted again.
    bool allow_eviction = false;
    /// See `SqliteOptions`.
    std::optional<std::chrono::seconds> longest_lifetime = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A store of sessions, API keys, refresh tokens, revocations and replays:
/// `credence::RedisStore::open("redis://:password@cache.example:6379/0")`.
///
/// See the concepts for the functions: `SessionStore`, `ApiKeyStore`, `RefreshStore`, `RevocationStore`,
/// `ReplayStore`. Threads may share one, and so may a child of `fork`, which opens connections of its own.
class RedisStore {
public:
    /// Connects, and checks that the server keeps all records until their end (`INFO`).
    ///
    /// \param url  `redis://[[user]:password@]host[:port][/database]`, with percent-encoding in the login, or
    ///             `unix:/path/to/socket`. There is no TLS.
    /// \return the store; `store_unavailable` with the reason.
    [[nodiscard]] static Result<std::shared_ptr<RedisStore>> open(std::string_view url, RedisOptions options = {}) {
        using std::chrono::milliseconds;
        options.patience = std::clamp(options.patience, milliseconds{10}, milliseconds{60'000});
        options.max_connections = (std::max)(options.max_connections, std::size_t{1});
        auto address = detail::read_redis_address(url);
        if (!address) return address.error();
        std::shared_ptr<RedisStore> store{new RedisStore{*std::move(address), std::move(options)}};
        if (const auto answer = store->ask({"PING"}); !answer) return answer.error();
        return store;
    }

    // Sessions

    [[nodiscard]] Result<void> insert_session(const SessionRecord& record) {
        auto command = script(detail::redis_index_functions, detail::redis_insert_record,
                              {key(session, record.hash), key(sessions_of_subject, record.subject)});
        command.add(record.hash).add(record.ends_at).add(left_until(record.ends_at)).add(moment()).add(key(session));
        detail::add_session(command, record);
        return inserted(ask(command));
    }
    [[nodiscard]] Result<std::optional<SessionRecord>> find_session(std::string_view hash) {
        return find_record(session, hash, detail::session_fields, detail::read_session);
    }
    [[nodiscard]] Result<bool> touch_session(std::string_view hash, SessionUse use) {
        auto command = script(detail::redis_index_functions, detail::redis_touch_session, {key(session, hash)});
        command.add(hash).add(use.ends_at).add(left_until(use.ends_at)).add(use.last_used_at);
        return is_done(ask(command.add(key(sessions_of_subject))));
    }
    [[nodiscard]] Result<bool> replace_session(std::string_view hash, const SessionRecord& record) {
        auto command =
            script(detail::redis_index_functions, detail::redis_replace_record,
                   {key(session, record.hash), key(sessions_of_subject, record.subject), key(session, hash)});
        command.add(record.hash).add(record.ends_at).add(left_until(record.ends_at));
        command.add(key(sessions_of_subject)).add(hash);
        detail::add_session(command, record);
        return is_done(ask(command));
    }
    [[nodiscard]] Result<void> end_session(std::string_view hash) {
        return asked(end_record(session, hash, sessions_of_subject));
    }
    [[nodiscard]] Result<bool> end_session_of(SubjectSession one) {
        auto command = script({}, detail::redis_end_by_handle, {key(sessions_of_subject, one.subject)});
        return is_done(ask(command.add(key(session)).add(one.handle)));
    }
    [[nodiscard]] Result<void> end_sessions_of(SubjectSessions several) {
        auto command = script({}, detail::redis_end_records_of, {key(sessions_of_subject, several.subject)});
        return asked(ask(command.add(key(session)).add(several.except)));
    }
    [[nodiscard]] Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) {
        return list_records({key(sessions_of_subject, subject), key(session)}, detail::session_fields,
                            detail::read_session);
    }

    // API keys

    [[nodiscard]] Result<void> insert_api_key(const ApiKeyRecord& record) {
        auto command = script(detail::redis_index_functions, detail::redis_insert_record,
                              {key(api_key, record.id), key(api_keys_of_subject, record.subject)});
        command.add(record.id);
        if (record.expires_at) {
            command.add(*record.expires_at).add(left_until(*record.expires_at));
        } else {
            command.add("+inf").add(for_ever);
        }
        command.add(moment()).add(key(api_key));
        detail::add_api_key(command, record);
        return inserted(ask(command));
    }
    [[nodiscard]] Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) {
        return find_record(api_key, id, detail::api_key_fields, detail::read_api_key);
    }
    [[nodiscard]] Result<bool> touch_api_key(std::string_view id, NumericDate used_at) {
        auto command = script({}, detail::redis_touch_api_key, {key(api_key, id)});
        return is_done(ask(command.add(used_at)));
    }
    [[nodiscard]] Result<bool> end_api_key(std::string_view id) {
        return is_done(end_record(api_key, id, api_keys_of_subject));
    }
    [[nodiscard]] Result<void> end_api_keys_of(std::string_view subject) {
        auto command = script({}, detail::redis_end_records_of, {key(api_keys_of_subject, subject)});
        return asked(ask(command.add(key(api_key)).add("")));
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) {
        return list_records({key(api_keys_of_subject, subject), key(api_key)}, detail::api_key_fields,
                            detail::read_api_key);
    }

    // Refresh tokens

    [[nodiscard]] Result<void> insert(const RefreshRecord& record) {
        auto command = script(
            detail::redis_index_functions, detail::redis_insert_refresh_token,
            {key(refresh_token, record.hash), key(family, record.family), key(families_of_subject, record.subject)});
        command.add(record.hash).add(record.expires_at).add(left_until(record.expires_at)).add(moment());
        command.add(key(family)).add(record.family);
        detail::add_refresh_token(command, record);
        return inserted(ask(command));
    }
    [[nodiscard]] Result<std::optional<RefreshRecord>> find(std::string_view hash) {
        return find_record(refresh_token, hash, detail::refresh_token_fields, detail::read_refresh_token);
    }
    [[nodiscard]] Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) {
        auto command = script(detail::redis_index_functions, detail::redis_replace_refresh_token,
                              {key(refresh_token, successor.hash), key(family, successor.family),
                               key(families_of_subject, successor.subject), key(refresh_token, used.hash)});
        command.add(successor.hash).add(successor.expires_at).add(left_until(successor.expires_at));
        command.add(successor.family).add(used.used_at.value_or(moment())).add(used.sealed_successor);
        detail::add_refresh_token(command, successor);
        return is_done(ask(command));
    }
    [[nodiscard]] Result<void> revoke_family(std::string_view name) {
        auto command = script({}, detail::redis_end_family, {key(family, name)});
        return asked(ask(command.add(key(refresh_token)).add(key(families_of_subject)).add(name)));
    }
    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) {
        auto command = script({}, detail::redis_end_families_of, {key(families_of_subject, subject)});
        return asked(ask(command.add(key(refresh_token)).add(key(family))));
    }

    // Revocations

    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        auto command = script({}, detail::redis_revoke, {key(revoked_token, token.issuer, token.id)});
        command.add(token.expires_at ? left_until(needed_until(*token.expires_at)) : for_ever);
        return asked(ask(command));
    }
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate mark) {
        auto command = script(detail::redis_index_functions, detail::redis_raise_mark,
                              {key(revoked_subject, subject.issuer, subject.subject)});
        command.add(mark);
        if (options_.longest_lifetime) {
            const auto lifetime = (std::max)(*options_.longest_lifetime, std::chrono::seconds{0});
            command.add(left_until(needed_until(detail::saturating_sum(mark, lifetime))));
        } else {
            command.add(for_ever);
        }
        return asked(ask(command));
    }
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) {
        const auto reply = ask(
            script({}, detail::redis_is_revoked,
                   {key(revoked_token, token.issuer, token.id), key(revoked_subject, token.issuer, token.subject)}));
        if (!reply) return reply.error();
        if ((*reply)->elements == 0 || (*reply)->element[0]->integer != 0) return true;
        if ((*reply)->elements == 1 || (*reply)->element[1]->type == REDIS_REPLY_NIL) return false;
        const auto mark = detail::redis_date(detail::redis_text(*(*reply)->element[1]).value_or(""));
        if (!mark) return detail::damaged_redis_record();
        return token.issued_at <= *mark;
    }

    // Proofs of possession

    [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) {
        auto command = script({}, detail::redis_use_once, {key(replay, id)});
        // It is remembered until the second `until` is over.
        const auto end = detail::saturating_sum(until, std::chrono::seconds{1});
        return is_done(ask(command.add(until).add(moment()).add(left_until(end))));
    }

private:
    using Pool = detail::ConnectionPool<detail::RedisConnection>;

    static constexpr std::string_view session = "session:", sessions_of_subject = "sessions-of:", api_key = "api-key:",
                                      api_keys_of_subject = "api-keys-of:", refresh_token = "refresh-token:",
                                      family = "family:", families_of_subject = "families-of:",
                                      revoked_token = "revoked-token:", revoked_subject = "revoked-subject:",
                                      replay = "replay:";
    static constexpr std::chrono::seconds for_ever{0};
    static constexpr std::chrono::seconds longest{10'000'000'000};  // Redis takes no time to live much longer than this

    RedisStore(detail::RedisAddress address, RedisOptions options)
        : options_(std::move(options)),
          pool_(
              [address = std::move(address), allow_eviction = options_.allow_eviction](
                  Pool::Deadline deadline) -> Result<std::unique_ptr<detail::RedisConnection>> {
                  auto connection = detail::RedisConnection::open(address, deadline);
                  if (!connection) return connection;
                  const auto keeps = detail::redis_keeps_records(**connection, deadline, allow_eviction);
                  if (!keeps) return keeps.error();
                  return connection;
              },
              options_.max_connections) {}

    [[nodiscard]] NumericDate moment() const { return detail::moment_of(options_.clock); }

    /// The end of the revocation of a token that expires at `end`.
    [[nodiscard]] static NumericDate needed_until(NumericDate end) {
        return detail::saturating_sum(end, detail::revocation_reserve);
    }

    /// A time to live: at least a second, because 0 means for ever.
    [[nodiscard]] std::chrono::seconds left_until(NumericDate end) const {
        const NumericDate from = moment();
        if (end <= from) return std::chrono::seconds{1};
        if (end >= detail::saturating_sum(from, longest)) return longest;
        return end - from;
    }

    [[nodiscard]] std::string key(std::string_view kind, std::string_view name = {}) const {
        std::string text = options_.prefix;
        text.append(kind).append(name);
        return text;
    }
    /// Two different pairs never have the same key.
    [[nodiscard]] std::string key(std::string_view kind, std::string_view issuer, std::string_view name) const {
        std::string text = key(kind, std::to_string(issuer.size()));
        text.append(":").append(issuer).append(":").append(name);
        return text;
    }

    /// A script, perhaps preceded by its functions.
    [[nodiscard]] static detail::RedisCommand script(std::string_view functions, std::string_view body,
                                                     std::initializer_list<std::string_view> keys) {
        return detail::RedisCommand::script(functions, body, keys);
    }

    [[nodiscard]] Result<detail::RedisReply> ask(const detail::RedisCommand& command) {
        const auto deadline = std::chrono::steady_clock::now() + options_.patience;
        return pool_.with_connection(
            deadline, [&](detail::RedisConnection& connection) { return connection.ask(command, deadline); });
    }

    [[nodiscard]] static Result<void> asked(const Result<detail::RedisReply>& reply) {
        return reply ? Result<void>{} : Result<void>{reply.error()};
    }
    /// Whether the script did something.
    [[nodiscard]] static Result<bool> is_done(const Result<detail::RedisReply>& reply) {
        if (!reply) return reply.error();
        if ((*reply)->type != REDIS_REPLY_INTEGER || (*reply)->integer < 0)
            return Error{Errc::store_unavailable, {}, "a record of this name is in Redis already"};
        return (*reply)->integer != 0;
    }
    [[nodiscard]] static Result<void> inserted(const Result<detail::RedisReply>& reply) {
        const auto done = is_done(reply);
        if (!done) return done.error();
        if (!*done) return Error{Errc::store_unavailable, {}, "a record of this name is in Redis already"};
        return {};
    }

    [[nodiscard]] Result<detail::RedisReply> end_record(std::string_view kind, std::string_view name,
                                                        std::string_view index) {
        auto command = script({}, detail::redis_end_record, {key(kind, name)});
        return ask(command.add(name).add(key(index)));
    }

    template <class Fields, class Read>
    [[nodiscard]] auto find_record(std::string_view kind, std::string_view name, const Fields& fields, Read read)
        -> Result<std::optional<typename std::invoke_result_t<Read, detail::RedisFields&, std::string>>> {
        detail::RedisCommand command{"HMGET", key(kind, name)};
        for (const std::string_view field : fields) command.add(field);
        const auto reply = ask(command);
        if (!reply) return reply.error();
        detail::RedisFields found{**reply};
        using Record = std::invoke_result_t<Read, detail::RedisFields&, std::string>;
        if (found.has_none()) return std::optional<Record>{};
        auto record = read(found, std::string{name});
        if (!found.is_whole()) return detail::damaged_redis_record();
        return std::optional<Record>{std::move(record)};
    }

    struct Index {
        std::string key;
        std::string record_prefix;
    };
    template <class Fields, class Read>
    [[nodiscard]] auto list_records(const Index& index, const Fields& fields, Read read)
        -> Result<std::vector<std::invoke_result_t<Read, detail::RedisFields&, std::string>>> {
        auto command = script({}, detail::redis_list_records, {index.key});
        command.add(index.record_prefix);
        for (const std::string_view field : fields) command.add(field);
        const auto reply = ask(command);
        if (!reply) return reply.error();
        std::vector<std::invoke_result_t<Read, detail::RedisFields&, std::string>> records;
        for (std::size_t at = 0; at < (*reply)->elements; ++at) {
            detail::RedisFields found{*(*reply)->element[at]};
            std::string name = found.text();
            records.push_back(read(found, std::move(name)));
            if (!found.is_whole()) return detail::damaged_redis_record();
        }
        return records;
    }

    const RedisOptions options_;
    Pool pool_;
};

}  // namespace credence
