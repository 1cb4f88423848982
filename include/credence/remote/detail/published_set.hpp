// SPDX-License-Identifier: MIT
// A JWK Set as an issuer publishes it: parsed, and compared key by key with the one before. RFC 7517 §5
#pragma once

#include <credence/keys/key_set.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/openssl/digest.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace credence::detail {

/// A usable key of a set: its id, and a hash of its whole entry.
struct PublishedKey {
    std::string kid;
    std::string digest;

    friend auto operator<=>(const PublishedKey&, const PublishedKey&) = default;
};

/// A set that has at least one usable key.
template <class Set>
struct PublishedSet {
    std::shared_ptr<const Set> set;
    std::vector<PublishedKey> keys;  ///< sorted
};

/// The ids of the keys that are in `some` but not in `others`; both are sorted.
[[nodiscard]] inline std::vector<std::string> kids_missing(const std::vector<PublishedKey>& some,
                                                           const std::vector<PublishedKey>& others) {
    std::vector<PublishedKey> missing;
    std::set_difference(some.begin(), some.end(), others.begin(), others.end(), std::back_inserter(missing));
    std::vector<std::string> kids;
    kids.reserve(missing.size());
    for (PublishedKey& key : missing) kids.push_back(std::move(key.kid));
    return kids;
}

/// The canonical texts of a set's usable entries, hashed. Two sets are equal if these are equal: order and white space
/// do not count. A text that the DOM cannot hold counts as one entry.
[[nodiscard]] inline std::vector<PublishedKey> published_keys(std::string_view text,
                                                              const std::vector<SkippedKey>& skipped) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::vector<PublishedKey> keys;
    auto read = read_json(text, {.allow_duplicate_members = true});
    const nlohmann::json document = read ? *std::move(read) : nlohmann::json{};
    const auto entries = document.find("keys");
    if (entries == document.end() || !entries->is_array()) {
        return {{"(no kid)", hash_bytes(Hash::sha256, as_bytes(text))}};
    }
    std::size_t index = 0;
    for (const auto& entry : *entries) {
        const std::size_t at = index++;
        const auto is_here = [&](const SkippedKey& key) { return key.index == at; };
        if (std::any_of(skipped.begin(), skipped.end(), is_here)) continue;
        const auto written = write_json(entry);
        const auto kid = entry.is_object() ? entry.find("kid") : entry.end();
        const bool has_kid =
            kid != entry.end() && kid->is_string() && !kid->template get_ref<const std::string&>().empty();
        keys.push_back({has_kid ? kid->template get<std::string>() : "(no kid)",
                        hash_bytes(Hash::sha256, as_bytes(written ? *written : text))});
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

/// Reads the set that an issuer published.
///
/// \return the set; stage `key_set` or `no_usable_key`.
template <class Set>
[[nodiscard]] Result<PublishedSet<Set>, FetchError> read_published_set(std::string_view text) {
    auto set = Set::from_jwks(text);
    if (!set) {
        const bool is_compressed = text.starts_with("\x1f\x8b");
        return FetchError{FetchStage::key_set, is_compressed ? "the body is compressed, which was not asked for"
                                                             : std::string{set.error().reason}};
    }
    if (set->size() == 0) {
        return FetchError{FetchStage::no_usable_key,
                          set->skipped().empty() ? "the set is empty" : list_of_skipped(set->skipped()).substr(2)};
    }
    return PublishedSet<Set>{std::make_shared<const Set>(*set), published_keys(text, set->skipped())};
}

}  // namespace credence::detail
