// SPDX-License-Identifier: MIT
// Documents of an issuer, for tests of keys that follow one: JWK Sets by the ids of their keys, and metadata documents.
#pragma once

#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/remote/fetch.hpp>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// The sets that these tests read.
using RemoteSet = credence::KeySet<credence::ES256, credence::EdDSA>;

/// The key with that id, the same in the whole program.
inline credence::Keys<credence::EdDSA> published_key(const std::string& kid) {
    static std::mutex mutex;
    static std::map<std::string, credence::Keys<credence::EdDSA>> keys;
    const std::scoped_lock lock{mutex};
    auto found = keys.find(kid);
    if (found == keys.end()) {
        found = keys.emplace(kid, credence::Keys<credence::EdDSA>::generate().value().with_kid(kid)).first;
    }
    return found->second;
}

/// A JWK Set of the keys with these ids, and of `others`, which are JWKs as text.
inline std::string published_set(const std::vector<std::string>& kids, const std::vector<std::string>& others = {}) {
    std::string text = R"({"keys":[)";
    std::vector<std::string> jwks;
    for (const auto& kid : kids) jwks.push_back(credence::to_jwk(published_key(kid)).value());
    jwks.insert(jwks.end(), others.begin(), others.end());
    bool is_first = true;
    for (const auto& jwk : jwks) text.append(std::exchange(is_first, false) ? "" : ",").append(jwk);
    return text + "]}";
}

/// The metadata document of an issuer.
inline std::string published_document(std::string_view issuer, std::string_view jwks_uri) {
    return std::string{R"({"issuer":")"}.append(issuer).append(R"(","jwks_uri":")").append(jwks_uri).append(R"("})");
}

/// An answer of status 200.
inline credence::FetchResponse published(std::string body, std::string cache_control = {}) {
    return {.status = 200, .body = std::move(body), .cache_control = std::move(cache_control)};
}

}  // namespace support
