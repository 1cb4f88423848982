// SPDX-License-Identifier: MIT
// Users in an SQL database.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "database.hpp"
#include "stores.hpp"

namespace account {

class SqlUsers final : public UserStore {
public:
    explicit SqlUsers(std::shared_ptr<Database> database);

    [[nodiscard]] std::string_view name() const noexcept override { return database_->name(); }
    [[nodiscard]] credence::Result<void> ping() override;
    void read_together(const std::function<void()>& work) override { database_->read_together(work); }
    [[nodiscard]] credence::Result<std::optional<User>> insert(const NewUser& user) override;
    [[nodiscard]] credence::Result<std::optional<User>> find_by_email(std::string_view email) override;
    [[nodiscard]] credence::Result<std::optional<User>> find_by_id(std::string_view id) override;
    using UserStore::change_password;
    [[nodiscard]] credence::Result<bool> change_password(std::string_view id, const PasswordChange& change,
                                                         const std::function<credence::Result<void>()>& also) override;
    [[nodiscard]] credence::Result<bool> has_password(std::string_view id, std::string_view hash) override;
    [[nodiscard]] credence::Result<std::vector<User>> list() override;

private:
    [[nodiscard]] credence::Result<std::optional<User>> find(std::string_view sql, std::string_view value);

    std::shared_ptr<Database> database_;
    // Written once, because databases differ in how they show a moment.
    std::string insert_;
    std::string find_by_email_;
    std::string find_by_id_;
    std::string change_password_;
    std::string has_password_;
    std::string list_;
};

}  // namespace account
