// SPDX-License-Identifier: MIT
// The list of logins, as session records that no session's id leads to.
#include "login_list.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <tuple>

#include <sodium.h>

namespace account {
namespace {

/// Beyond that, what is known of the uses is forgotten, and written anew.
constexpr std::size_t most_noted = 20'000;
constexpr std::size_t longest_label = 200;

/// The key of a record. What a store keeps as the hash of a session's id is 32 bytes.
std::string hash_of(std::string_view handle) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(handle.data()), handle.size());
    return {hash.begin(), hash.end()};
}

/// A User-Agent is ASCII, RFC 9110 §10.1.5. Whatever else a client sends is not kept.
std::string label_of(std::string_view user_agent) {
    std::string label{user_agent.substr(0, longest_label)};
    for (char& byte : label) {
        if (byte < 0x20 || byte >= 0x7f) byte = '?';
    }
    return label;
}

}  // namespace

credence::Result<void> LoginList::add(const NewLogin& login) {
    const credence::NumericDate moment = credence::now();
    (void)is_use_due(login.handle, moment);
    return store_->insert_session({.hash = hash_of(login.handle),
                                   .handle = std::string{login.handle},
                                   .subject = std::string{login.user_id},
                                   .claims = "{}",
                                   .label = label_of(login.user_agent),
                                   .started_at = login.started_at,
                                   .last_used_at = moment,
                                   .expires_at = login.started_at + lifetimes_.longest_login(),
                                   .ends_at = login.started_at + lifetimes_.longest_login()});
}

credence::Result<void> LoginList::adopt(const credence::RefreshRecord& token) {
    const credence::NumericDate started_at = (std::min)(credence::now(), token.expires_at - lifetimes_.refresh);
    const credence::NumericDate used_at = token.used_at.value_or(started_at);
    const credence::NumericDate ends_at = token.expires_at + lifetimes_.token;
    const std::string hash = hash_of(token.family);
    const auto note = [&] { return store_->touch_session(hash, {.last_used_at = used_at, .ends_at = ends_at}); };
    const auto is_there = note();
    if (!is_there) return is_there.error();
    if (*is_there) return {};
    const auto inserted = store_->insert_session({.hash = hash,
                                                  .handle = token.family,
                                                  .subject = token.subject,
                                                  .claims = "{}",
                                                  .started_at = started_at,
                                                  .last_used_at = used_at,
                                                  .expires_at = ends_at,
                                                  .ends_at = ends_at});
    // Another instance that starts at the same moment may have been faster.
    return inserted || note().value_or(false) ? credence::Result<void>{} : inserted;
}

bool LoginList::is_use_due(std::string_view handle, credence::NumericDate moment) {
    const std::lock_guard lock{mutex_};
    if (const auto noted = noted_.find(handle); noted != noted_.end()) {
        if (moment < noted->second + std::chrono::minutes{1}) return false;
        noted->second = moment;
        return true;
    }
    if (noted_.size() >= most_noted) noted_.clear();
    noted_.emplace(handle, moment);
    return true;
}

void LoginList::note_use(const NewLogin& login) {
    const credence::NumericDate moment = credence::now();
    if (!is_use_due(login.handle, moment)) return;
    const auto is_there = store_->touch_session(
        hash_of(login.handle), {.last_used_at = moment, .ends_at = login.started_at + lifetimes_.longest_login()});
    if (is_there && !*is_there) (void)add(login);
}

credence::Result<std::vector<ListedLogin>> LoginList::of(std::string_view user_id) const {
    const auto records = store_->sessions_of(user_id);
    if (!records) return records.error();
    std::vector<ListedLogin> logins;
    for (const credence::SessionRecord& record : *records) {
        if (record.expires_at > credence::now())
            logins.push_back({record.handle, record.label, record.started_at, record.last_used_at});
    }
    std::sort(logins.begin(), logins.end(), [](const ListedLogin& left, const ListedLogin& right) {
        return std::tie(right.last_used_at, right.started_at, left.handle) <
               std::tie(left.last_used_at, left.started_at, right.handle);
    });
    return logins;
}

void LoginList::remove(std::string_view user_id, std::string_view handle) {
    (void)store_->end_session_of({.subject = user_id, .handle = handle});
}

void LoginList::remove_all(std::string_view user_id) { (void)store_->end_sessions_of({.subject = user_id}); }

}  // namespace account
