// SPDX-License-Identifier: MIT
// The decryption keys of a set, found by a token's `alg`, `enc` and `kid`, and why others were skipped.
#pragma once

#include <credence/keys/key_set.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/jwe/detail/management_key_import.hpp>
#include <credence/keys/detail/key_pair_checks.hpp>
#include <credence/keys/detail/key_table.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// Keys with their names. One key may be listed for several algorithms.
class DecryptionTable {
public:
    /// Adds a key for its algorithm. An equal key with the same algorithm and `kid` is the same key.
    /// \return whether it is a new key.
    bool add(std::optional<std::string> kid, SharedManagementKey key) {
        SecretBytes identity = identity_of(*key);
        for (const Entry& entry : entries_) {
            const bool is_same = entry.key->alg == key->alg && entry.key->only_content == key->only_content &&
                                 as_text(entry.identity.view()) == as_text(identity.view());
            if (!is_same) continue;
            key = entry.key;  // a key with two names is one object
            if (entry.kid == kid) return false;
        }
        entries_.push_back({std::move(kid), std::move(key), std::move(identity)});
        return true;
    }

    /// Records an entry that no algorithm can use.
    void skip(std::size_t index, std::string_view kid, std::string_view reason) {
        unusable_.emplace_back(kid, reason_for_skipped_kid(reason));
        skipped_.push_back({index, std::string{is_plausible_kid(kid) ? kid : ""}, std::string{reason}});
    }

    [[nodiscard]] const std::vector<SkippedKey>& skipped() const noexcept { return skipped_; }

    /// The one key for a token: by its `kid`; without one, exactly one key may match. `no_matching_key`,
    /// `ambiguous_key`.
    [[nodiscard]] Result<SharedManagementKey> find(const KeyQuery& query, ContentAlgorithm content) const {
        if (query.kid && !is_plausible_kid(*query.kid)) {
            return Error{Errc::no_matching_key, {}, "the kid is longer than 1,024 bytes or has a control character"};
        }
        SharedManagementKey found;
        for (const Entry& entry : entries_) {
            const bool fits = entry.key->alg == query.alg && (!query.kid || entry.kid == *query.kid) &&
                              check_content(*entry.key, content);
            if (!fits || entry.key == found) continue;
            if (found) return ambiguous(query);
            found = entry.key;
        }
        if (!found) return Error{Errc::no_matching_key, {}, reason_for(query)};
        return found;
    }

private:
    struct Entry {
        std::optional<std::string> kid;
        SharedManagementKey key;
        SecretBytes identity;
    };

    /// The identity of a key: the secret, or the public key in DER.
    [[nodiscard]] static SecretBytes identity_of(const ManagementKey& key) {
        return key.key ? public_der(key.key.get()) : SecretBytes{key.secret.view()};
    }

    [[nodiscard]] static Error ambiguous(const KeyQuery& query) {
        return {Errc::ambiguous_key,
                {},
                query.kid ? "several keys have this kid" : "several keys are for this alg, and the token has no kid"};
    }

    /// Why no key matches.
    [[nodiscard]] std::string_view reason_for(const KeyQuery& query) const {
        if (!query.kid) return "no key is for this alg";
        const auto has_kid = [&](const Entry& entry) { return entry.kid == *query.kid; };
        if (std::any_of(entries_.begin(), entries_.end(), has_kid)) {
            return "the key with this kid is for another alg or enc";
        }
        for (const auto& [kid, reason] : unusable_) {
            if (kid == *query.kid) return reason;
        }
        return "there is no key with this kid";
    }

    std::vector<Entry> entries_;
    std::vector<std::pair<std::string, std::string_view>> unusable_;
    std::vector<SkippedKey> skipped_;
};

/// Adds an entry of a JWK Set for each algorithm that the key can serve, or records why it can serve none.
/// \return whether it is a new key.
template <KeyManagementAlgorithm... Algs>
bool add_decryption_jwk(DecryptionTable& table, const Jwk& jwk, std::size_t index) {
    std::string_view reason = reason_to_skip(jwk);
    if (!reason.empty()) {
        table.skip(index, kid_of(jwk), reason);
        return false;
    }
    const Result<ParsedKey> parsed = parse_jwk(jwk);
    const auto kid = jwk.string("kid");
    reason = "its alg is not in the list of this set";
    bool is_served = false;
    bool is_tried = false;
    bool is_new = false;
    const auto add = [&](const ManagementAlgorithm& algorithm) {
        if (!permits_alg(jwk, algorithm)) return;
        const auto allowed = check_jwk_management_use(jwk, algorithm, ManagementUse::decrypt);
        const auto made = allowed ? own_from(parsed, algorithm) : Result<ManagementPair>{allowed.error()};
        if (made) {
            is_new =
                table.add(kid ? std::optional<std::string>{*kid} : std::nullopt, narrowed(*made, jwk).decryption) ||
                is_new;
        } else if (!is_tried || only_says_other_key(reason)) {
            reason = made.error().reason;
        }
        is_served = is_served || made.has_value();
        is_tried = true;
    };
    (add(management_of<Algs>), ...);
    if (!is_served) table.skip(index, kid_of(jwk), reason);
    return is_new;
}

}  // namespace credence::detail
