// SPDX-License-Identifier: MIT
// A user's own logins and API keys: list, make, end. Only for users who are logged in, not with an API key.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "answers.hpp"
#include "api.hpp"
#include "body.hpp"
#include "registration.hpp"

namespace account {
namespace {

constexpr std::size_t most_api_keys = 50;
constexpr std::int64_t longest_days = 3650;

/// `2026-01-31T12:00:00Z`; null for no moment.
nlohmann::json moment_text(const std::optional<credence::NumericDate>& moment) {
    if (!moment) return nullptr;
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(*moment)};
    const std::chrono::hh_mm_ss time{*moment - std::chrono::floor<std::chrono::days>(*moment)};
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                                   static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                                   static_cast<unsigned>(day.day()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
    return std::string{text.data(), static_cast<std::size_t>(size)};
}

nlohmann::json json_of(const credence::ApiKeyInfo& key) {
    return {{"id", key.id},
            {"label", key.label},
            {"createdAt", moment_text(key.created_at)},
            {"expiresAt", moment_text(key.expires)},
            {"lastUsedAt", moment_text(key.last_used_at)}};
}

/// \throws Refusal  422 for another type; 400 for an impossible number of days
std::optional<credence::NumericDate> read_expiry(const nlohmann::json& body) {
    const std::string name = "expires_in_days";
    const auto member = body.find(name);
    if (member != body.end() && member->is_null()) return std::nullopt;
    if (member == body.end() || !member->is_number_integer())
        throw Refusal{422, "The body needs the member \"" + name + "\", a number of days, or null for no end"}.about(
            name);
    const bool is_small = member->is_number_unsigned() && member->get<std::uint64_t>() <= longest_days;
    const auto days = is_small ? member->get<std::int64_t>() : 0;
    if (days < 1) throw Refusal{400, "A key is good for 1 to 3650 days, or without an end"}.about(name);
    return credence::now() + std::chrono::hours{24 * days};
}

}  // namespace

void Api::list_logins(const Visitor& visitor, const Call&, httplib::Response& response) {
    const auto logins = logins_->list(visitor.user.id);
    nlohmann::json list = nlohmann::json::array();
    for (const credence::SessionInfo& login : or_fail(logins)) {
        list.push_back({{"handle", login.handle},
                        {"label", login.label},
                        {"startedAt", moment_text(login.started_at)},
                        {"lastUsedAt", moment_text(login.last_used_at)},
                        {"current", login.handle == visitor.proof->sid}});
    }
    answer(response, {{"data", {{"logins", list}}}, {"status", "success"}});
}

void Api::end_login(const Visitor& visitor, const Call& call, httplib::Response& response) {
    const auto ended = logins_->end_one({.subject = visitor.user.id, .handle = call.last_part});
    if (!or_fail(ended)) throw Refusal{404, "You have no such login"};
    if (call.last_part == visitor.proof->sid) cookies_.clear(response);
    answer(response, {{"status", "success"}});
}

void Api::end_other_logins(const Visitor& visitor, const Call&, httplib::Response& response) {
    if (const auto ended = logins_->end_others(visitor.login()); !ended) throw StoreIsDown{};
    answer(response, {{"status", "success"}});
}

void Api::list_api_keys(const Visitor& visitor, const Call&, httplib::Response& response) {
    const auto keys = api_keys_.list(visitor.user.id);
    nlohmann::json list = nlohmann::json::array();
    for (const credence::ApiKeyInfo& key : or_fail(keys)) list.push_back(json_of(key));
    answer(response, {{"data", {{"apiKeys", list}}}, {"status", "success"}});
}

void Api::make_api_key(const Visitor& visitor, const Call& call, httplib::Response& response) {
    const nlohmann::json body = json_body(call);
    const std::string label = text_member(body, "label");
    const auto expires = read_expiry(body);
    check_label(label);
    const auto keys = api_keys_.list(visitor.user.id);
    if (or_fail(keys).size() >= most_api_keys)
        throw Refusal{409, "You have as many keys as one may have. Revoke one that you do not use"};
    LoginClaims claims;
    claims.sub = visitor.user.id;
    const auto key = api_keys_.issue(claims, {.expires = expires, .label = label});
    credence::ApiKeyInfo info{
        .id = or_fail(key).id, .label = label, .created_at = credence::now(), .expires = key->expires};
    // As in the list, to the second. The key is shown even if the list is unavailable.
    if (const auto list = api_keys_.list(visitor.user.id)) {
        const auto listed =
            std::find_if(list->begin(), list->end(), [&](const auto& each) { return each.id == key->id; });
        if (listed != list->end()) info = *listed;
    }
    nlohmann::json shown = json_of(info);
    shown["key"] = key->text;  // nowhere else, and never again
    answer(response, {{"data", {{"apiKey", shown}}}, {"status", "success"}});
}

void Api::revoke_api_key(const Visitor& visitor, const Call& call, httplib::Response& response) {
    const auto revoked = api_keys_.revoke_own(visitor.user.id, call.last_part);
    if (!or_fail(revoked)) throw Refusal{404, "You have no such key"};
    answer(response, {{"status", "success"}});
}

}  // namespace account
