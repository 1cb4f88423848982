// SPDX-License-Identifier: MIT
// Caches an authorization server's recent answers about opaque tokens: bounded in time and in number.
#pragma once

#include <credence/remote/fetch.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace credence::detail {

/// One answer: the claims of an active token as JSON; nullopt if the token is not active. The rules are applied to the
/// claims each time.
using IntrospectionAnswer = std::optional<std::string>;

/// Answers by the hash of their token; the tokens themselves are not kept. At most `most` answers, in two halves: when
/// the new half is full, the old one is dropped.
class IntrospectionCache {
public:
    explicit IntrospectionCache(std::size_t most) : most_in_half_(most / 2) {}

    [[nodiscard]] std::optional<IntrospectionAnswer> find(const std::string& hash, SteadyTime now) const {
        const std::scoped_lock lock{mutex_};
        for (const Half* half : {&young_, &old_}) {
            const auto found = half->find(hash);
            if (found == half->end()) continue;
            if (now < found->second.end) return found->second.answer;
            return std::nullopt;
        }
        return std::nullopt;
    }

    void insert(std::string hash, IntrospectionAnswer answer, SteadyTime end) {
        if (most_in_half_ == 0) return;
        const std::scoped_lock lock{mutex_};
        if (young_.size() >= most_in_half_) {
            old_ = std::move(young_);
            young_ = {};
        }
        young_.insert_or_assign(std::move(hash), Entry{std::move(answer), end});
    }

private:
    struct Entry {
        IntrospectionAnswer answer;
        SteadyTime end;
    };
    /// The keys are SHA-256 hashes: no attacker can choose tokens whose hashes collide.
    using Half = std::unordered_map<std::string, Entry>;

    const std::size_t most_in_half_;
    mutable std::mutex mutex_;
    Half young_;
    Half old_;
};

/// A cache for accepted tokens, and one for refused tokens, which anybody can make up: they push no accepted one out.
class IntrospectionCaches {
public:
    /// \param most  of each.
    explicit IntrospectionCaches(std::size_t most) : accepted_(most), refused_(most) {}

    [[nodiscard]] std::optional<IntrospectionAnswer> find(const std::string& hash, SteadyTime now) const {
        if (auto kept = accepted_.find(hash, now)) return kept;
        return refused_.find(hash, now);
    }

    void insert(std::string hash, IntrospectionAnswer answer, SteadyTime end, bool is_accepted) {
        (is_accepted ? accepted_ : refused_).insert(std::move(hash), std::move(answer), end);
    }

private:
    IntrospectionCache accepted_;
    IntrospectionCache refused_;
};

}  // namespace credence::detail
