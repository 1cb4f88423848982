// SPDX-License-Identifier: MIT
// Credentials of every kind in a store. Neither the stored data nor an error or list reveals one of them. The test of
// each store runs this, because it knows how to read all data of its store.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/error.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/sessions.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/hexadecimal.hpp"

namespace support {

/// The credentials that clients of a store hold, and the errors and lists about them.
struct StoredSecrets {
    std::vector<std::string> secrets = {};  ///< The secret parts of the credentials.
    std::string said = {};                  ///< Each list, and each error of a refused credential.
};

/// Starts, renews, uses, exchanges, lists and refuses credentials of "ann".
template <class Store>
[[nodiscard]] StoredSecrets leave_credentials_in(const std::shared_ptr<Store>& store) {
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const credence::ApiKeys<credence::RegisteredClaims> api_keys{store, {.prefix = "acme"}};
    credence::RefreshTokens refresh_tokens{store, {.grace = std::chrono::seconds{60}}};
    const auto id = sessions.start({.sub = "ann"}, {.label = "phone"}).value().id;
    const auto renewed = sessions.renew(id).value().id;
    const auto key = api_keys.issue({.sub = "ann"}, {.label = "script"}).value();
    const auto revoked = api_keys.issue({.sub = "ann"}).value();
    const auto refresh = refresh_tokens.issue("ann").value().token;
    const auto next = refresh_tokens.rotate(refresh).value().token;
    const auto ended = refresh_tokens.issue("ann").value().token;
    CHECK(api_keys.verify(key.text));
    CHECK(api_keys.revoke(revoked.id).value());
    CHECK(refresh_tokens.revoke(ended));
    REQUIRE(sessions.verify(renewed));

    StoredSecrets left;
    for (const auto& error : {sessions.verify(id).error(), sessions.renew(id).error(), sessions.end_others(id).error(),
                              api_keys.verify(revoked.text).error(), refresh_tokens.rotate(ended).error()})
        left.said.append(message(error)).append("\n");
    const auto session_list = sessions.list("ann").value();
    const auto key_list = api_keys.list("ann").value();
    for (const auto& session : session_list) left.said.append(session.handle).append(session.label).append("\n");
    for (const auto& listed : key_list) left.said.append(listed.id).append(listed.label).append("\n");
    for (const auto& session : {id, renewed}) left.secrets.push_back(session.substr(std::string_view{"sess_"}.size()));
    for (const auto& one : {key, revoked})
        left.secrets.push_back(one.text.substr(one.text.find(one.id) + one.id.size()));
    for (const auto& token : {refresh, next, ended}) left.secrets.push_back(token);
    return left;
}

/// Checks that neither `kept`, all data of the store, nor the errors and lists hold a secret, in plain or in
/// hexadecimal.
inline void check_no_secret(const StoredSecrets& left, std::string_view kept) {
    const auto has = [](std::string_view text, const std::string& part) {
        return text.find(part) != std::string_view::npos || text.find(to_hex(part)) != std::string_view::npos;
    };
    CHECK(has(kept, "ann"));  // the place of the records was read
    CHECK(has(kept, "phone"));
    CHECK(has(kept, "script"));
    CHECK(has(left.said, "phone"));
    for (const auto& secret : left.secrets) {
        REQUIRE(secret.size() >= 43);
        CHECK_FALSE(has(kept, secret));
        CHECK_FALSE(has(left.said, secret));
    }
}

}  // namespace support
