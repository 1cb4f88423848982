// SPDX-License-Identifier: MIT
// The common part of all drivers of the state machine: randomness, the user's hook, and answers about unknown key ids.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/exceptions.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/schedule.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A number from 0 up to but not 1, from OpenSSL's generator.
[[nodiscard]] inline double random_share() {
    std::array<unsigned char, 4> bytes{};
    if (!fill_random(bytes)) return 0.5;
    double share = 0;
    for (const unsigned char byte : bytes) share = (share + byte) / 256;
    return share;
}

/// The options, with a source of randomness that does not throw.
[[nodiscard]] inline RemoteOptions options_for_core(RemoteOptions options) {
    if (!options.random) {
        options.random = random_share;
        return options;
    }
    options.random = [random = std::move(options.random)] {
        constexpr auto middle = [] { return 0.5; };
        return catch_all(random, middle);
    };
    return options;
}

/// Calls the user's hook for each event. Exceptions from it are ignored.
inline void tell_events(const RemoteOptions& options, const std::vector<RemoteEvent>& events) {
    if (!options.on_event) return;
    for (const RemoteEvent& event : events) {
        const auto call = [&] {
            options.on_event(event);
            return true;
        };
        static_cast<void>(catch_all(call, [] { return false; }));
    }
}

/// Whether a set can have a key of this id: no set has a longer id, or one with a control character.
[[nodiscard]] inline bool is_possible_kid(const KeyQuery& query) noexcept {
    constexpr std::size_t most_kid_bytes = 1024;
    const std::string_view kid = query.kid.value_or("");
    return kid.size() <= most_kid_bytes && std::none_of(kid.begin(), kid.end(), is_control);
}

/// Answers `fetch_key` if there is nothing to wait for. \return nullopt if a fetch is due or under way, whose result
/// decides.
template <class Set>
[[nodiscard]] std::optional<Result<bool>> answer_without_fetch(RemoteCore<Set>& core, const KeyQuery& query,
                                                               std::optional<NumericDate> issued_at, SteadyTime now) {
    using Answer = std::optional<Result<bool>>;
    if (core.usable() == nullptr) {
        return Answer{
            keys_unavailable("the issuer has no usable keys at the moment", core.schedule().retry_after(now))};
    }
    const auto found = core.usable()->find(query);  // a set may have arrived since the caller looked
    if (found || found.error().code != Errc::no_matching_key) return Answer{true};
    const UnknownKey decided = core.unknown_key(now, issued_at);
    if (decided.answer == UnknownKey::Answer::refuse) return Answer{false};
    if (decided.answer == UnknownKey::Answer::unavailable) {
        return Answer{keys_unavailable("the issuer cannot be asked for this key yet", decided.retry_after)};
    }
    return std::nullopt;
}

}  // namespace credence::detail
