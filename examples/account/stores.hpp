// SPDX-License-Identifier: MIT
// The data that outlives a request: users, in this service's own table, and logins and API keys, in the library's
// stores.
#pragma once

#include <credence/opaque/logins.hpp>
#include <credence/result.hpp>
#include <credence/stores/any_store.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "user.hpp"

namespace account {

/// Each function may be called from many threads at once, and returns `Errc::store_unavailable` if the store does not
/// answer. The change may then have happened or not.
class UserStore {
public:
    UserStore() = default;
    UserStore(const UserStore&) = delete;
    UserStore& operator=(const UserStore&) = delete;
    virtual ~UserStore() = default;

    /// The name of the database: `SQLite`, `PostgreSQL`.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether it answers.
    [[nodiscard]] virtual credence::Result<void> ping() = 0;
    /// Runs `work`, which only reads, here and perhaps in the other stores: see `Database::read_together`.
    virtual void read_together(const std::function<void()>& work) { work(); }
    /// The user as stored; nullopt, and nothing is changed, when the e-mail is taken.
    [[nodiscard]] virtual credence::Result<std::optional<User>> insert(const NewUser& user) = 0;
    [[nodiscard]] virtual credence::Result<std::optional<User>> find_by_email(std::string_view email) = 0;
    /// \param id  a UUID in its canonical form.
    [[nodiscard]] virtual credence::Result<std::optional<User>> find_by_id(std::string_view id) = 0;
    /// Changes the hash, if it is still `change.from`. False, and nothing is changed, when it is not.
    ///
    /// \param also  an action that belongs to the change, such as the end of all logins. It runs before the change
    ///              takes effect, and in the same transaction if its stores are in the same database. If it fails, or
    ///              the change after it, the password does not change.
    [[nodiscard]] virtual credence::Result<bool> change_password(
        std::string_view id, const PasswordChange& change, const std::function<credence::Result<void>()>& also) = 0;
    [[nodiscard]] credence::Result<bool> change_password(std::string_view id, const PasswordChange& change) {
        return change_password(id, change, [] { return credence::Result<void>{}; });
    }
    /// Whether the hash is still this one. Waits for a change that is under way, so a login that began before the
    /// change notices it at its end.
    [[nodiscard]] virtual credence::Result<bool> has_password(std::string_view id, std::string_view hash) = 0;
    /// The thousand oldest users, oldest first.
    [[nodiscard]] virtual credence::Result<std::vector<User>> list() = 0;
};

/// Revocations and refresh tokens in one store, the list in the same or another.
using Logins = credence::Logins<credence::AnyStore>;

/// All stores of the service.
struct Stores {
    std::shared_ptr<UserStore> users;
    /// API keys and the list of logins: in the database of the users.
    std::shared_ptr<credence::AnyStore> access;
    /// Revocations and refresh tokens: in the same database, or in Redis.
    std::shared_ptr<credence::AnyStore> logins;
    std::string_view logins_name;  ///< `SQLite`, `PostgreSQL`, `Redis`.
};

}  // namespace account
