// SPDX-License-Identifier: MIT
// When keys are fetched, how long they are used, and the answer to a token with an unknown key id: computed from times
// only, without a clock, a thread or a network.
#pragma once

#include <credence/clock.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace credence::detail {

/// The current time, by both clocks. Durations are measured by the steady clock; the wall clock is only compared with
/// times in tokens and answers.
struct Moment {
    SteadyTime steady;
    NumericDate wall;
};

/// The answer to a token with an unknown key id.
struct UnknownKey {
    enum class Answer : std::uint8_t {
        wait,         ///< A fetch is due or under way: look again when it is done.
        refuse,       ///< The issuer has no such key.
        unavailable,  ///< The issuer cannot be asked now.
    };
    Answer answer;
    std::chrono::seconds retry_after{0};  ///< of `unavailable`
};

/// The longest `Retry-After` that is sent.
inline constexpr std::chrono::seconds longest_retry_after{30};

/// A duration as a value of `Retry-After`: whole seconds, at least 1 and at most `longest_retry_after`.
[[nodiscard]] inline std::chrono::seconds told_retry_after(SteadyTime::duration span) {
    return std::clamp(std::chrono::ceil<std::chrono::seconds>(span), std::chrono::seconds{1}, longest_retry_after);
}

/// The schedule of one issuer's keys.
///
/// An attempt is one try to get the keys, with one fetch or several. There is at most one at a time. Functions that
/// change the schedule take the current time, which never goes back.
class Schedule {
public:
    /// The first attempt is due at once.
    Schedule(RemoteOptions options, SteadyTime now) : options_(std::move(options)), next_attempt_(now) {}

    [[nodiscard]] const RemoteOptions& options() const noexcept { return options_; }
    [[nodiscard]] bool is_running() const noexcept { return is_running_; }
    /// Whether an attempt should begin.
    [[nodiscard]] bool is_due(SteadyTime now) const noexcept { return !is_running_ && now >= next_attempt_; }
    [[nodiscard]] SteadyTime next_attempt() const noexcept { return next_attempt_; }
    /// The time at which the keys become unusable; nullopt if no keys are usable.
    [[nodiscard]] std::optional<SteadyTime> expiry() const noexcept { return expiry_; }
    /// Whether keys may be used for verification.
    [[nodiscard]] bool can_verify() const noexcept { return expiry_.has_value(); }
    [[nodiscard]] std::optional<SteadyTime> last_success() const noexcept { return last_success_; }
    [[nodiscard]] unsigned failures() const noexcept { return failures_; }

    [[nodiscard]] RemoteState state() const noexcept {
        if (!last_success_) return RemoteState::empty;
        if (!can_verify()) return RemoteState::expired;
        if (is_running_) return RemoteState::refreshing;
        return failures_ == 0 ? RemoteState::fresh : RemoteState::stale;
    }

    /// Takes over keys that were fetched elsewhere. The first attempt stays due at once.
    void inherit(SteadyTime expiry, std::optional<SteadyTime> last_success) {
        expiry_ = expiry;
        last_success_ = last_success;
    }

    /// Begins an attempt. The cool-down starts here, whatever the result.
    void begin(Moment now) {
        is_running_ = true;
        last_attempt_ = now.wall;
        cool_down_end_ = now.steady + options_.cool_down;
    }

    /// Ends an attempt that confirmed the keys or brought new ones.
    ///
    /// \param said  how long the issuer says that they are fresh.
    void succeed(SteadyTime now, std::optional<std::chrono::seconds> said) {
        is_running_ = false;
        failures_ = 0;
        last_success_ = now;
        const auto lifetime = lifetime_of(said);
        const auto ahead = (std::min)(lifetime / 10, options_.refresh_ahead);
        next_attempt_ = now + lifetime - share(ahead, 0.5, 1);
        expiry_ = now + lifetime + options_.max_stale;
    }

    /// Ends an attempt that failed.
    void fail(SteadyTime now, std::optional<std::chrono::seconds> retry_after) {
        is_running_ = false;
        if (failures_ < 32) ++failures_;
        const auto most = can_verify() ? options_.max_retry : options_.max_retry_empty;
        auto pause = (std::min)(options_.retry, most);
        for (unsigned doubled = 1; doubled < failures_ && pause < most; ++doubled) pause *= 2;
        pause = (std::min)(share((std::min)(pause, most), 0.75, 1.25), most);
        if (retry_after) pause = (std::max)(pause, (std::min)(std::chrono::milliseconds{*retry_after}, most));
        next_attempt_ = now + pause;
    }

    /// Ends an attempt whose result will never be known, and makes the next one due.
    void abandon(SteadyTime now) {
        is_running_ = false;
        hurry(now);
    }

    /// Makes the keys unusable if they are too old. \return whether it did.
    [[nodiscard]] bool expire(SteadyTime now) {
        if (!expiry_ || now < *expiry_) return false;
        expiry_.reset();
        // A pause that was chosen while there were keys may be longer than one without keys.
        next_attempt_ = (std::min)(next_attempt_, now + options_.max_retry_empty);
        return true;
    }

    /// Decides about a token with an unknown key id. If the answer is to wait, an attempt is due or under way.
    ///
    /// \param issued_at  from the token, unverified.
    [[nodiscard]] UnknownKey unknown_key(SteadyTime now, std::optional<NumericDate> issued_at) {
        using Answer = UnknownKey::Answer;
        if (!can_verify()) return {Answer::unavailable, retry_after(now)};
        if (is_running_ || is_due(now)) return {Answer::wait};
        if (failures_ > 0) return {Answer::unavailable, retry_after(now)};
        if (now >= cool_down_end_) {
            cool_down_end_ = now + options_.cool_down;
            hurry(now);
            return {Answer::wait};
        }
        if (issued_at && *issued_at <= last_attempt_) return {Answer::refuse};
        return {Answer::unavailable, told_retry_after(cool_down_end_ - now)};
    }

    /// When a client may ask again if its token has to wait for the next attempt.
    [[nodiscard]] std::chrono::seconds retry_after(SteadyTime now) const {
        return told_retry_after(is_running_ ? SteadyTime::duration{} : next_attempt_ - now);
    }

private:
    /// Makes an attempt due now.
    void hurry(SteadyTime now) { next_attempt_ = (std::min)(next_attempt_, now); }

    [[nodiscard]] std::chrono::milliseconds lifetime_of(std::optional<std::chrono::seconds> said) const {
        if (!said) return options_.interval;
        const auto least = (std::min)(options_.min_age, options_.interval);
        return std::clamp(std::chrono::milliseconds{*said}, least, options_.max_age);
    }

    /// `span` times a random number between `from` and `to`. A bad source of randomness does no harm.
    [[nodiscard]] std::chrono::milliseconds share(std::chrono::milliseconds span, double from, double to) const {
        const double chance = options_.random ? options_.random() : 0.5;
        const double factor = chance >= 0 && chance < 1 ? from + (to - from) * chance : from;
        return std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(span.count()) * factor)};
    }

    RemoteOptions options_;
    SteadyTime next_attempt_;
    SteadyTime cool_down_end_ = {};
    std::optional<SteadyTime> expiry_ = {};
    std::optional<SteadyTime> last_success_ = {};
    NumericDate last_attempt_ = {};
    unsigned failures_ = 0;
    bool is_running_ = false;
};

}  // namespace credence::detail
