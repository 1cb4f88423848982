// SPDX-License-Identifier: MIT
// RemoteOptions: when keys are fetched from an issuer, how long they are used, and who hears about it.
#pragma once

#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/result.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace credence {

/// The settings of keys that follow an issuer. An aggregate: name what you set, in the order of the members below. The
/// defaults suit a service that many depend on.
struct RemoteOptions {
    /// The location of the metadata document, if it is not derived from the issuer's URL.
    std::string metadata_url = {};

    /// How long a set is fresh if the issuer does not say.
    std::chrono::milliseconds interval = std::chrono::minutes{10};
    /// The range for the issuer's own value (`Cache-Control`), which is clamped to it. The lower end is never above
    /// `interval`. `no-store` and `no-cache` mean the lower end.
    std::chrono::milliseconds min_age = std::chrono::minutes{1};
    std::chrono::milliseconds max_age = std::chrono::hours{1};
    /// How long before its end a set is fetched again: a tenth of its time, and at most this. Up to a half of that is
    /// random.
    std::chrono::milliseconds refresh_ahead = std::chrono::seconds{30};
    /// How long a set is used beyond its time, if it cannot be fetched again. 0: not at all.
    std::chrono::milliseconds max_stale = std::chrono::hours{6};

    /// The shortest time between a fetch and the next one that an unknown key id causes.
    std::chrono::milliseconds cool_down = std::chrono::seconds{30};
    /// How long a request waits for the fetch that its unknown key id needs.
    std::chrono::milliseconds unknown_key_wait = std::chrono::seconds{2};
    /// The most requests that wait at once; others are refused with `keys_unavailable`.
    std::size_t max_waiters = 8;

    /// The time limits for connecting, and for the whole fetch.
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::milliseconds total_timeout = std::chrono::seconds{5};
    /// The pause after a failed fetch. It doubles with each further failure, up to `max_retry_empty` while there are no
    /// keys to verify with, else up to `max_retry`. `Retry-After` is respected within the same limits. A quarter is
    /// random.
    std::chrono::milliseconds retry = std::chrono::seconds{1};
    std::chrono::milliseconds max_retry_empty = std::chrono::seconds{30};
    std::chrono::milliseconds max_retry = std::chrono::minutes{5};
    /// When the metadata document is read again. It is also read after three failures of the URL that it named.
    std::chrono::milliseconds rediscover = std::chrono::hours{24};

    /// The longest JWK Set and the longest metadata document, in bytes.
    std::size_t max_set_bytes = 1024 * 1024;
    std::size_t max_document_bytes = 256 * 1024;

    /// Called for each event, by the thread that fetches, one call at a time; it must not throw. May be empty.
    std::function<void(const RemoteEvent&)> on_event = {};
    /// Random numbers from 0 up to but not 1. Empty: OpenSSL's generator.
    std::function<double()> random = {};

    /// Checks that each number is in its range. \return stage `configuration`, with the name of the first member that
    /// is not.
    [[nodiscard]] Result<void, FetchError>(check)() const;
};

inline Result<void, FetchError>(RemoteOptions::check)() const {
    using Milliseconds = std::chrono::milliseconds;
    constexpr Milliseconds none{0};
    constexpr Milliseconds least{1};
    constexpr Milliseconds most = std::chrono::hours{24 * 365};  // far from an overflow of sums
    struct Range {
        const char* name;
        Milliseconds value;
        Milliseconds from;
    };
    for (const Range& range :
         {Range{"interval", interval, least}, Range{"min_age", min_age, least}, Range{"max_age", max_age, least},
          Range{"refresh_ahead", refresh_ahead, none}, Range{"max_stale", max_stale, none},
          Range{"cool_down", cool_down, none}, Range{"unknown_key_wait", unknown_key_wait, none},
          Range{"connect_timeout", connect_timeout, least}, Range{"total_timeout", total_timeout, least},
          Range{"retry", retry, least}, Range{"max_retry_empty", max_retry_empty, least},
          Range{"max_retry", max_retry, least}, Range{"rediscover", rediscover, least}}) {
        if (range.value < range.from || range.value > most) {
            return FetchError{
                FetchStage::configuration,
                std::string{range.name}.append(range.from == none ? " is negative, or more than a year"
                                                                  : " is not positive, or more than a year")};
        }
    }
    if (max_age < (std::min)(min_age, interval)) {
        return FetchError{FetchStage::configuration, "max_age is less than min_age"};
    }
    if (max_set_bytes == 0 || max_document_bytes == 0) {
        return FetchError{FetchStage::configuration, "max_set_bytes or max_document_bytes is 0"};
    }
    return {};
}

}  // namespace credence
