// SPDX-License-Identifier: MIT
// The keys of a set, found by a token's `alg` and its `kid` or certificate thumbprint, and why others were skipped.
#pragma once

#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/text_index.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/key_format.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// The longest `kid` that is looked up. A `did:jwk` with an RSA key in it has more than 300 bytes.
inline constexpr std::size_t longest_kid = 1024;

/// Whether a `kid`, which is UTF-8, has no control character (U+0000 to U+001F, U+007F to U+009F).
[[nodiscard]] inline bool is_printable_kid(std::string_view kid) noexcept {
    unsigned char before = 0;
    for (const char character : kid) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return false;
        before = byte;
    }
    return true;
}

/// Whether to look up a token's `kid` at all. The sender of the token chose it. RFC 8725 §3.10
[[nodiscard]] inline bool is_plausible_kid(std::string_view kid) noexcept {
    return kid.size() <= longest_kid && is_printable_kid(kid);
}

/// Two texts joined, such as "the key with this kid was skipped: " and the reason. `Error::reason` must have static
/// storage duration, so each text is made once and kept; there are only as many as reasons in the source.
[[nodiscard]] inline std::string_view kept_reason(std::string_view start, std::string_view reason) {
    static std::mutex mutex;
    static auto& texts = *new std::set<std::string>;  // NOLINT(cppcoreguidelines-owning-memory)
    const std::scoped_lock lock{mutex};
    return *texts.emplace(std::string{start} + std::string{reason}).first;
}

[[nodiscard]] inline std::string_view reason_for_skipped_kid(std::string_view reason) {
    return kept_reason("the key with this kid was skipped: ", reason);
}

/// The names by which a token may select a key.
struct KeyNames {
    std::optional<std::string> kid = {};
    std::string x5t = {};       ///< as in a token's header: base64url without padding; empty if unknown
    std::string x5t_s256 = {};  ///< the same
};

/// Keys with their names. One key may be listed for several algorithms. A `kid` is found by a hash. Keys without `kid`
/// are searched one by one, which takes less time than a signature.
class KeyTable {
public:
    /// How many keys `candidates` returns at most: each costs a verification.
    static constexpr std::size_t most_candidates = 16;

    /// \param tries_all  whether there are `candidates`.
    explicit KeyTable(bool tries_all = false) noexcept : tries_all_(tries_all) {}

    /// Adds a key for an algorithm. An equal key with the same algorithm and `kid` is the same key.
    ///
    /// \param identity  equal for equal keys, and for no others: the public key, or the secret; empty if unknown.
    /// \return whether it is a new key.
    bool add(std::string_view alg, KeyNames names, std::shared_ptr<const VerificationKey> key, SecretBytes identity) {
        for (Entry& entry : entries_) {
            if (entry.alg != alg || !is_equal(entry.identity, identity)) continue;
            key = entry.key;  // a key with two names is one object
            if (entry.names.kid != names.kid) continue;
            if (entry.names.x5t.empty()) entry.names.x5t = std::move(names.x5t);
            if (entry.names.x5t_s256.empty()) entry.names.x5t_s256 = std::move(names.x5t_s256);
            return false;
        }
        if (tries_all_) add_candidate(alg, names.kid, key.get());
        entries_.push_back({alg, std::move(names), std::move(key), std::move(identity)});
        const auto& kid = entries_.back().names.kid;
        if (kid) by_kid_.add(*kid, entries_.size() - 1);
        return true;
    }

    /// Records why there is no key for a `kid`.
    void add_skipped(std::string_view kid, std::string_view reason) {
        // The text is made here, not at the request of a stranger's token. The first reason for a `kid` is kept.
        skipped_.emplace(kid, reason_for_skipped_kid(reason));
        if (skipped_without_kid_.empty() && !only_says_other_key(reason) && reason != another_alg) {
            skipped_without_kid_ = kept_reason("no key is for this alg, and one was skipped: ", reason);
        }
    }

    /// The one key for a query. `no_matching_key`, `ambiguous_key`.
    ///
    /// A token's `kid` decides; without one, its `x5t#S256` or `x5t` if a key has it; else exactly one key may match.
    [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& query) const {
        if (query.kid) return find_by_kid(query, *query.kid);
        for (const auto member : {&KeyNames::x5t_s256, &KeyNames::x5t}) {
            const std::string_view wanted = member == &KeyNames::x5t ? query.x5t : query.x5t_s256;
            if (wanted.empty()) continue;
            auto found = only_key(query, [&](const KeyNames& names) { return names.*member == wanted; });
            if (found || found.error().code == Errc::ambiguous_key) return found;
        }
        auto found = only_key(query, [](const KeyNames&) { return true; });
        if (found) return found;
        return error_without_kid(found.error().code);
    }

    /// The keys that match a query for which `find` returned `ambiguous_key`, if trying several is allowed.
    [[nodiscard]] std::span<const VerificationKey* const> candidates(const KeyQuery& query) const {
        for (const Candidates& group : candidates_) {
            if (group.alg == query.alg && group.kid == query.kid) return group.keys;
        }
        return {};
    }

private:
    struct Entry {
        std::string_view alg;
        KeyNames names;
        std::shared_ptr<const VerificationKey> key;
        SecretBytes identity;
    };

    /// The keys for an algorithm: all of them, or those with one `kid`.
    struct Candidates {
        std::string_view alg;
        std::optional<std::string> kid;
        std::vector<const VerificationKey*> keys;
    };

    [[nodiscard]] static bool is_equal(const SecretBytes& left, const SecretBytes& right) noexcept {
        return left.size() != 0 && as_text(left.view()) == as_text(right.view());
    }

    /// The only key for an algorithm among some entries. The same key may be listed under several names.
    class OnlyKey {
    public:
        explicit OnlyKey(std::string_view alg) noexcept : alg_(alg) {}

        void add(const Entry& entry) noexcept {
            if (entry.alg != alg_) return;
            is_ambiguous_ = is_ambiguous_ || (found_ != nullptr && found_ != entry.key.get());
            found_ = entry.key.get();
        }
        [[nodiscard]] bool is_ambiguous() const noexcept { return is_ambiguous_; }
        [[nodiscard]] Result<const VerificationKey*> result() const {
            if (is_ambiguous_) return Errc::ambiguous_key;
            if (found_ == nullptr) return Errc::no_matching_key;
            return found_;
        }

    private:
        std::string_view alg_;
        const VerificationKey* found_ = nullptr;
        bool is_ambiguous_ = false;
    };

    template <class Matches>
    [[nodiscard]] Result<const VerificationKey*> only_key(const KeyQuery& query, Matches matches) const {
        OnlyKey key{query.alg};
        for (const Entry& entry : entries_) {
            if (matches(entry.names)) key.add(entry);
            if (key.is_ambiguous()) break;
        }
        return key.result();
    }

    [[nodiscard]] Result<const VerificationKey*> find_by_kid(const KeyQuery& query, std::string_view kid) const {
        if (!is_plausible_kid(kid)) {
            return Error{.code = Errc::no_matching_key,
                         .reason = "the kid is longer than 1,024 bytes or has a control character"};
        }
        OnlyKey key{query.alg};
        bool is_there = false;
        by_kid_.each(kid, [&](std::size_t place) {
            const Entry& entry = entries_[place];
            if (entry.names.kid != kid) return;
            is_there = true;
            key.add(entry);
        });
        auto found = key.result();
        if (found) return found;
        if (found.error().code == Errc::ambiguous_key) {
            return Error{.code = Errc::ambiguous_key, .reason = "several keys have this kid"};
        }
        return Error{.code = Errc::no_matching_key,
                     .reason = is_there ? "the key with this kid is for another alg" : reason_for_kid(kid)};
    }

    /// Why there is no key with this `kid`.
    [[nodiscard]] std::string_view reason_for_kid(std::string_view kid) const {
        const auto skipped = skipped_.find(kid);
        return skipped != skipped_.end() ? skipped->second : "there is no key with this kid";
    }

    [[nodiscard]] Error error_without_kid(Errc code) const {
        if (code == Errc::ambiguous_key) {
            return {.code = code, .reason = "several keys are for this alg, and the token has no kid"};
        }
        const bool is_told = !skipped_without_kid_.empty();
        return {.code = code, .reason = is_told ? skipped_without_kid_ : "no key is for this alg"};
    }

    void add_candidate(std::string_view alg, const std::optional<std::string>& kid, const VerificationKey* key) {
        add_to_group(alg, std::nullopt, key);
        if (kid) add_to_group(alg, kid, key);
    }

    void add_to_group(std::string_view alg, const std::optional<std::string>& kid, const VerificationKey* key) {
        auto group = std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidates& candidate) {
            return candidate.alg == alg && candidate.kid == kid;
        });
        if (group == candidates_.end()) group = candidates_.insert(group, {alg, kid, {}});
        const bool is_new = std::find(group->keys.begin(), group->keys.end(), key) == group->keys.end();
        if (is_new && group->keys.size() < most_candidates) group->keys.push_back(key);
    }

    std::vector<Entry> entries_;
    TextIndex by_kid_;
    std::map<std::string, std::string_view, std::less<>> skipped_;
    std::string_view skipped_without_kid_;  // why a token without kid finds no key, if an entry was skipped
    std::vector<Candidates> candidates_;
    bool tries_all_;
};

}  // namespace credence::detail
