// SPDX-License-Identifier: MIT
// AnyStore: a store whose type is chosen at run time, for example by an address in the configuration.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/http/replay_store.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

/// Whether a call to a store may change something in it.
enum class StoreUse : std::uint8_t { reading, changing };

/// A store of every kind, like all of the library's own.
template <class Store>
concept UniversalStore =
    SessionStore<Store> && ApiKeyStore<Store> && RefreshStore<Store> && RevocationStore<Store> && ReplayStore<Store>;

/// A store of sessions, API keys, refresh tokens, revocations and replays of any type. `any_store` makes one; you may
/// also derive a class of your own from it. See the concepts for the functions.
///
/// ```cpp
/// std::shared_ptr<credence::AnyStore> store = credence::any_store(credence::SqliteStore::open("auth.db").value());
/// credence::RefreshTokens<credence::AnyStore> tokens{store};
/// ```
class AnyStore {
public:
    AnyStore() = default;
    AnyStore(const AnyStore&) = delete;
    AnyStore& operator=(const AnyStore&) = delete;
    virtual ~AnyStore() = default;

    // Sessions

    [[nodiscard]] virtual Result<void> insert_session(const SessionRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<SessionRecord>> find_session(std::string_view hash) = 0;
    [[nodiscard]] virtual Result<bool> touch_session(std::string_view hash, SessionUse use) = 0;
    [[nodiscard]] virtual Result<bool> replace_session(std::string_view hash, const SessionRecord& record) = 0;
    [[nodiscard]] virtual Result<void> end_session(std::string_view hash) = 0;
    [[nodiscard]] virtual Result<bool> end_session_of(SubjectSession one) = 0;
    [[nodiscard]] virtual Result<void> end_sessions_of(SubjectSessions several) = 0;
    [[nodiscard]] virtual Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) = 0;

    // API keys

    [[nodiscard]] virtual Result<void> insert_api_key(const ApiKeyRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) = 0;
    [[nodiscard]] virtual Result<bool> touch_api_key(std::string_view id, NumericDate used_at) = 0;
    [[nodiscard]] virtual Result<bool> end_api_key(std::string_view id) = 0;
    [[nodiscard]] virtual Result<void> end_api_keys_of(std::string_view subject) = 0;
    [[nodiscard]] virtual Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) = 0;

    // Refresh tokens

    [[nodiscard]] virtual Result<void> insert(const RefreshRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<RefreshRecord>> find(std::string_view hash) = 0;
    [[nodiscard]] virtual Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) = 0;
    [[nodiscard]] virtual Result<void> revoke_family(std::string_view family) = 0;
    [[nodiscard]] virtual Result<void> revoke_subject(std::string_view subject) = 0;

    // Revocations

    [[nodiscard]] virtual Result<void> revoke(const TokenIdentity& token) = 0;
    [[nodiscard]] virtual Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) = 0;
    [[nodiscard]] virtual Result<bool> is_revoked(const TokenIdentity& token) = 0;

    // Proofs of possession

    [[nodiscard]] virtual Result<bool> use_once(std::string_view id, NumericDate until) = 0;
};

namespace detail {

/// An AnyStore that passes each call to `lend(use, question)`.
template <class Lend>
class LentStore final : public AnyStore {
public:
    LentStore(Lend lend, std::function<void(const Error&)> on_error)
        : lend_(std::move(lend)), on_error_(std::move(on_error)) {}

    Result<void> insert_session(const SessionRecord& record) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.insert_session(record); });
    }
    Result<std::optional<SessionRecord>> find_session(std::string_view hash) override {
        return ask<Result<std::optional<SessionRecord>>>(StoreUse::reading,
                                                         [&](auto& store) { return store.find_session(hash); });
    }
    Result<bool> touch_session(std::string_view hash, SessionUse use) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.touch_session(hash, use); });
    }
    Result<bool> replace_session(std::string_view hash, const SessionRecord& record) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.replace_session(hash, record); });
    }
    Result<void> end_session(std::string_view hash) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.end_session(hash); });
    }
    Result<bool> end_session_of(SubjectSession one) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.end_session_of(one); });
    }
    Result<void> end_sessions_of(SubjectSessions several) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.end_sessions_of(several); });
    }
    Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) override {
        return ask<Result<std::vector<SessionRecord>>>(StoreUse::reading,
                                                       [&](auto& store) { return store.sessions_of(subject); });
    }

    Result<void> insert_api_key(const ApiKeyRecord& record) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.insert_api_key(record); });
    }
    Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) override {
        return ask<Result<std::optional<ApiKeyRecord>>>(StoreUse::reading,
                                                        [&](auto& store) { return store.find_api_key(id); });
    }
    Result<bool> touch_api_key(std::string_view id, NumericDate used_at) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.touch_api_key(id, used_at); });
    }
    Result<bool> end_api_key(std::string_view id) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.end_api_key(id); });
    }
    Result<void> end_api_keys_of(std::string_view subject) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.end_api_keys_of(subject); });
    }
    Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) override {
        return ask<Result<std::vector<ApiKeyRecord>>>(StoreUse::reading,
                                                      [&](auto& store) { return store.api_keys_of(subject); });
    }

    Result<void> insert(const RefreshRecord& record) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.insert(record); });
    }
    Result<std::optional<RefreshRecord>> find(std::string_view hash) override {
        return ask<Result<std::optional<RefreshRecord>>>(StoreUse::reading,
                                                         [&](auto& store) { return store.find(hash); });
    }
    Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.replace(used, successor); });
    }
    Result<void> revoke_family(std::string_view family) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.revoke_family(family); });
    }
    Result<void> revoke_subject(std::string_view subject) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.revoke_subject(subject); });
    }

    Result<void> revoke(const TokenIdentity& token) override {
        return ask<Result<void>>(StoreUse::changing, [&](auto& store) { return store.revoke(token); });
    }
    Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) override {
        return ask<Result<void>>(StoreUse::changing,
                                 [&](auto& store) { return store.revoke_subject(subject, moment); });
    }
    Result<bool> is_revoked(const TokenIdentity& token) override {
        return ask<Result<bool>>(StoreUse::reading, [&](auto& store) { return store.is_revoked(token); });
    }

    Result<bool> use_once(std::string_view id, NumericDate until) override {
        return ask<Result<bool>>(StoreUse::changing, [&](auto& store) { return store.use_once(id, until); });
    }

private:
    template <class Answer, class Question>
    [[nodiscard]] Answer ask(StoreUse use, const Question& question) {
        Answer answer = lend_(use, question);
        if (!answer && on_error_) on_error_(answer.error());
        return answer;
    }

    Lend lend_;
    std::function<void(const Error&)> on_error_;
};

/// Lends one store that many threads may use.
template <class Store>
struct KeptStore {
    template <class Question>
    [[nodiscard]] std::invoke_result_t<const Question&, Store&> operator()(StoreUse, const Question& question) const {
        if (store == nullptr) return Error{Errc::store_unavailable, {}, "the store is null"};
        return question(*store);
    }

    std::shared_ptr<Store> store;
};

}  // namespace detail

/// Returns a store that takes another one for each call from `lend`: for a pool of your own connections with a store on
/// each, see `SqliteStore::on` and `PostgresqlStore::on`.
///
/// \param lend      `lend(use, question)` returns `question(store)` for a store of any type that no other thread uses
///                  meanwhile; or an error. Called from every thread that uses the store.
/// \param on_error  as of `any_store`.
template <class Lend>
[[nodiscard]] std::shared_ptr<AnyStore> lent_store(Lend lend, std::function<void(const Error&)> on_error = {}) {
    return std::make_shared<detail::LentStore<Lend>>(std::move(lend), std::move(on_error));
}

/// Returns any store as an `AnyStore`.
///
/// \param store     kept alive. Null returns `store_unavailable` from each function.
/// \param on_error  called for each error that the store returns, with its reason, before the caller gets it: for a
///                  log. The callers pass the code on, but not always the reason. Called from every thread that uses
///                  the store; it must not throw.
template <UniversalStore Store>
[[nodiscard]] std::shared_ptr<AnyStore> any_store(std::shared_ptr<Store> store,
                                                  std::function<void(const Error&)> on_error = {}) {
    return lent_store(detail::KeptStore<Store>{std::move(store)}, std::move(on_error));
}

}  // namespace credence
