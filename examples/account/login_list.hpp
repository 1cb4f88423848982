// SPDX-License-Identifier: MIT
// What a user sees of his or her logins: where, since when, and last used when.
#pragma once

#include <credence/clock.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/result.hpp>
#include <credence/stores/any_store.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lifetimes.hpp"

namespace account {

/// One login in the list.
struct ListedLogin {
    std::string handle = {};  ///< Names it: the claim `sid`, which is also the family of its refresh tokens.
    std::string label = {};   ///< The browser or program, as it called itself. ASCII without control characters.
    credence::NumericDate started_at = {};
    credence::NumericDate last_used_at = {};  ///< To the minute.
};

/// A login as it begins, or is met for the first time.
struct NewLogin {
    std::string_view handle;
    std::string_view user_id;
    std::string_view user_agent;  ///< Anything that a client may send.
    credence::NumericDate started_at;
};

/// The list of logins. It decides nothing: whether a login has ended, `EndedLogins` and the refresh tokens know. Each is
/// kept as a `credence::SessionRecord`. Threads share one.
class LoginList {
public:
    LoginList(std::shared_ptr<credence::AnyStore> store, const Lifetimes& lifetimes)
        : store_(std::move(store)), lifetimes_(lifetimes) {}

    [[nodiscard]] credence::Result<void> add(const NewLogin& login);
    /// Writes the time of use, at most once a minute for each login. One that is not in the list, because it is older than
    /// the list, comes into it. A failure is logged, and is none of the request's.
    void note_use(const NewLogin& login);
    /// Takes a login into the list of which only a refresh token is known, for it is older than the list. Its start is told
    /// by the end of the token.
    [[nodiscard]] credence::Result<void> adopt(const credence::RefreshRecord& token);
    /// The logins that may go on, the one that was used last first.
    [[nodiscard]] credence::Result<std::vector<ListedLogin>> of(std::string_view user_id) const;
    /// Takes one from the list. Should that fail, it is left over: see `of` of `Sessions`.
    void remove(std::string_view user_id, std::string_view handle);
    void remove_all(std::string_view user_id);

private:
    [[nodiscard]] bool is_use_due(std::string_view handle, credence::NumericDate moment);

    std::shared_ptr<credence::AnyStore> store_;
    Lifetimes lifetimes_;
    std::mutex mutex_ = {};
    std::map<std::string, credence::NumericDate, std::less<>> noted_ = {};  ///< When a use was written last.
};

}  // namespace account
