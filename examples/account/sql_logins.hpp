// SPDX-License-Identifier: MIT
// Revocations and refresh tokens in an SQL database.
#pragma once

#include <memory>
#include <utility>

#include "database.hpp"
#include "stores.hpp"

namespace account {

class SqlRevocations final : public RevocationStore {
public:
    explicit SqlRevocations(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return database_->name(); }
    [[nodiscard]] credence::Result<void> ping() override;
    [[nodiscard]] credence::Result<void> revoke(const credence::TokenIdentity& token) override;
    [[nodiscard]] credence::Result<void> revoke_subject(const credence::SubjectIdentity& subject,
                                                        credence::NumericDate moment) override;
    [[nodiscard]] credence::Result<bool> is_revoked(const credence::TokenIdentity& token) override;

private:
    std::shared_ptr<Database> database_;
};

class SqlRefreshTokens final : public RefreshStore {
public:
    explicit SqlRefreshTokens(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return database_->name(); }
    [[nodiscard]] credence::Result<void> ping() override;
    [[nodiscard]] credence::Result<void> insert(const credence::RefreshRecord& record) override;
    [[nodiscard]] credence::Result<std::optional<credence::RefreshRecord>> find(std::string_view hash) override;
    [[nodiscard]] credence::Result<bool> replace(const credence::RefreshRecord& used,
                                                 const credence::RefreshRecord& successor) override;
    [[nodiscard]] credence::Result<void> revoke_family(std::string_view family) override;
    [[nodiscard]] credence::Result<void> revoke_subject(std::string_view subject) override;

private:
    [[nodiscard]] credence::Result<void> end(std::string_view sql, std::string_view value);

    std::shared_ptr<Database> database_;
};

}  // namespace account
