// SPDX-License-Identifier: MIT
// The keys of one issuer of a registry, as its verifier takes them.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/fetch_loop.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace credence::detail {

/// Until a token needs a key, there is none, and that is no reason to refuse it: the verifier first looks whether its
/// rules accept the token, and then has the keys fetched. See `FetchingKeySource`.
template <class Set>
class RegistryKeys {
public:
    using Loop = FetchLoop<Set>;

    RegistryKeys(std::shared_ptr<Loop> loop, typename Loop::Handle member)
        : loop_(std::move(loop)), member_(std::move(member)) {}

    static constexpr bool is_static = false;
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }
    [[nodiscard]] std::string_view issuer() const noexcept { return member_->state().issuer(); }

    /// See `SnapshotKeySource`.
    class Snapshot {
    public:
        [[nodiscard]] std::uint64_t generation() const noexcept {
            return is_new_ ? generation_when_new : keys_.generation();
        }
        [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& query) const {
            if (is_new_) return Errc::no_matching_key;
            return keys_.find(query);
        }
        [[nodiscard]] std::span<const VerificationKey* const> candidates(const KeyQuery& query) const {
            return keys_.candidates(query);
        }

    private:
        friend class RegistryKeys;
        static constexpr std::uint64_t generation_when_new = std::uint64_t{1} << 62U;

        Snapshot(RemoteSnapshot<Set> keys, bool is_new) : keys_(std::move(keys)), is_new_(is_new) {}

        RemoteSnapshot<Set> keys_;
        bool is_new_;
    };

    [[nodiscard]] Snapshot snapshot() const {
        const bool is_new = member_->is_new();  // first: if it is woken meanwhile, the keys are those after
        return {member_->state().keys().snapshot(), is_new};
    }

    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        if (member_->is_new()) return Errc::no_matching_key;
        return member_->state().keys().find(query);
    }

    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) const {
        return loop_->fetch_key(member_, query, issued_at);
    }

private:
    std::shared_ptr<Loop> loop_;
    typename Loop::Handle member_;
};

}  // namespace credence::detail
