// SPDX-License-Identifier: MIT
// Ends logins: revokes their access tokens by the id that these share, and their refresh tokens.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/result.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// A store of refresh tokens that ends the login together with its family: at logout, and if a token is used twice.
template <class Store>
class LoginFamilies {
public:
    /// \param issuer    the issuer of revoked logins. No token has it, so a login is never mistaken for a `jti`.
    /// \param lifetime  how long the end of a login is remembered.
    LoginFamilies(std::shared_ptr<Store> store, std::string issuer, std::chrono::seconds lifetime, Clock clock)
        : store_(std::move(store)), issuer_(std::move(issuer)), lifetime_(lifetime), clock_(std::move(clock)) {}

    /// Success; `token_revoked` for a login that has ended; `store_unavailable`.
    [[nodiscard]] Result<void> check_login(std::string_view login) const {
        const auto has_ended = store_->is_revoked({.issuer = issuer_, .id = std::string{login}});
        if (!has_ended) return Error{Errc::store_unavailable, {}, has_ended.error().reason};
        if (*has_ended) return Error{Errc::token_revoked, {}, "the login has ended"};
        return {};
    }

    [[nodiscard]] Result<void> insert(const RefreshRecord& record) { return store_->insert(record); }
    /// Finds no token of a login that has ended.
    [[nodiscard]] Result<std::optional<RefreshRecord>> find(std::string_view hash) {
        auto record = store_->find(hash);
        if (!record || !*record) return record;
        const auto goes_on = check_login((*record)->family);
        if (goes_on) return record;
        if (goes_on.error().code == Errc::token_revoked) return std::optional<RefreshRecord>{};
        return goes_on.error();
    }
    [[nodiscard]] Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) {
        return store_->replace(used, successor);
    }
    [[nodiscard]] Result<void> revoke_family(std::string_view family) {
        // Once the end is recorded, no token of the login is valid, neither access nor refresh tokens. If the other
        // step fails, only the record of the family stays. In the opposite order, a failure would leave access tokens
        // valid, and nobody could find their login again.
        const auto ended = store_->revoke(
            {.issuer = issuer_, .id = std::string{family}, .expires_at = saturating_sum(moment_of(clock_), lifetime_)});
        if (!ended) return ended.error();
        return store_->revoke_family(family);
    }
    /// Revokes only the refresh tokens: the revocation of the subject ends its access tokens.
    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) { return store_->revoke_subject(subject); }

private:
    std::shared_ptr<Store> store_;
    std::string issuer_;
    std::chrono::seconds lifetime_;
    Clock clock_;
};

/// The time at which the use of each login was last recorded, so that a use is written at most once a minute, without
/// asking the store at each request. If there are too many logins it forgets all of them, and each is written once
/// more.
class RecentUses {
public:
    [[nodiscard]] bool is_due(std::string_view login, NumericDate moment) {
        const std::lock_guard lock{mutex_};
        if (const auto noted = noted_.find(login); noted != noted_.end()) {
            if (moment < saturating_sum(noted->second, std::chrono::minutes{1}) && moment >= noted->second)
                return false;
            noted->second = moment;
            return true;
        }
        if (noted_.size() >= most) noted_.clear();
        noted_.emplace(login, moment);
        return true;
    }

private:
    static constexpr std::size_t most = 20'000;

    std::mutex mutex_ = {};
    std::map<std::string, NumericDate, std::less<>> noted_ = {};
};

}  // namespace credence::detail
