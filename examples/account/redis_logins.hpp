// SPDX-License-Identifier: MIT
// Revocations and refresh tokens in Redis, where every instance of the service sees them at once.
#pragma once

#include <memory>
#include <utility>

#include "redis_connections.hpp"
#include "stores.hpp"

namespace account {

class RedisRevocations final : public RevocationStore {
public:
    explicit RedisRevocations(std::shared_ptr<RedisConnections> redis) : redis_(std::move(redis)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "Redis"; }
    [[nodiscard]] credence::Result<void> ping() override;
    [[nodiscard]] credence::Result<void> revoke(const credence::TokenIdentity& token) override;
    [[nodiscard]] credence::Result<void> revoke_subject(const credence::SubjectIdentity& subject,
                                                        credence::NumericDate moment) override;
    [[nodiscard]] credence::Result<bool> is_revoked(const credence::TokenIdentity& token) override;

private:
    std::shared_ptr<RedisConnections> redis_;
};

class RedisRefreshTokens final : public RefreshStore {
public:
    explicit RedisRefreshTokens(std::shared_ptr<RedisConnections> redis) : redis_(std::move(redis)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "Redis"; }
    [[nodiscard]] credence::Result<void> ping() override;
    [[nodiscard]] credence::Result<void> insert(const credence::RefreshRecord& record) override;
    [[nodiscard]] credence::Result<std::optional<credence::RefreshRecord>> find(std::string_view hash) override;
    [[nodiscard]] credence::Result<bool> replace(const credence::RefreshRecord& used,
                                                 const credence::RefreshRecord& successor) override;
    [[nodiscard]] credence::Result<void> revoke_family(std::string_view family) override;
    [[nodiscard]] credence::Result<void> revoke_subject(std::string_view subject) override;

private:
    std::shared_ptr<RedisConnections> redis_;
};

}  // namespace account
