// SPDX-License-Identifier: MIT
// The keys of one issuer of a registry, as the key source of its verifier.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/deferral.hpp>
#include <credence/remote/detail/fetch_loop.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace credence::detail {

inline constexpr std::string_view keys_not_fetched = "the issuer's keys have not been fetched yet";

/// A token's request for a key of one issuer, which a coroutine awaits.
template <class Set>
class RegistryDeferral final : public Deferral {
    using Loop = FetchLoop<Set>;
    using LoopHandle = std::shared_ptr<Loop>;
    using Member = typename Loop::Handle;

public:
    RegistryDeferral(LoopHandle loop, Member member, std::uint64_t attempts, std::chrono::seconds retry_after)
        : loop_(std::move(loop)), member_(std::move(member)), attempts_(attempts), retry_after_(retry_after) {}

    /// The awaited answer. If there is none yet, starts a fetch, and the token is `keys_unavailable` for now.
    [[nodiscard]] static Result<bool> answer_in(Deferrals& deferrals, const LoopHandle& loop, const Member& member,
                                                const KeyQuery& query, std::optional<NumericDate> issued_at) {
        if (!is_possible_kid(query)) return false;
        if (const auto awaited = deferrals.find<RegistryDeferral>(member.get())) return awaited->answer();
        const auto found = loop->try_fetch_key(member, query, issued_at);
        if (found.answer) return *found.answer;
        deferrals.add(member.get(),
                      std::make_shared<RegistryDeferral>(loop, member, found.attempts, found.retry_after));
        return keys_unavailable("a fetch for this key is due or under way", found.retry_after);
    }

    void begin(std::function<void()> done) override {
        ticket_ = loop_->watch(member_, attempts_, done);
        if (!ticket_) done();
    }
    [[nodiscard]] std::chrono::milliseconds most_wait() const override { return loop_->unknown_key_wait(); }
    [[nodiscard]] bool give_up() override { return true; }
    void end() override {
        if (ticket_) loop_->unwatch(*ticket_);
    }

private:
    [[nodiscard]] Result<bool> answer() const {
        if (!ticket_) return keys_unavailable("too many requests wait for the fetch", retry_after_);
        if (!loop_->has_had_more(member_, attempts_)) {
            return keys_unavailable("the fetch takes longer than unknown_key_wait", retry_after_);
        }
        if (auto failed = member_->state().failure()) return *std::move(failed);
        return true;
    }

    const LoopHandle loop_;
    const Member member_;
    const std::uint64_t attempts_;
    const std::chrono::seconds retry_after_;
    std::optional<typename Loop::Ticket> ticket_ = {};
};

/// There are no keys until a token needs one, and that is not an error: the verifier first checks whether its rules
/// accept the token, and then has the keys fetched. See `FetchingKeySource`.
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
            if (is_new_) return Error{Errc::no_matching_key, {}, keys_not_fetched};
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
        const bool is_new = member_->is_new();  // first: if a fetch ends meanwhile, its keys are used
        return {member_->state().keys().snapshot(), is_new};
    }

    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        if (member_->is_new()) return Error{Errc::no_matching_key, {}, keys_not_fetched};
        return member_->state().keys().find(query);
    }

    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) const {
        if (auto* const deferrals = Deferrals::current()) {
            return RegistryDeferral<Set>::answer_in(*deferrals, loop_, member_, query, issued_at);
        }
        return loop_->fetch_key(member_, query, issued_at);
    }

private:
    std::shared_ptr<Loop> loop_;
    typename Loop::Handle member_;
};

}  // namespace credence::detail
