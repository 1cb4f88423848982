// SPDX-License-Identifier: MIT
// RemoteOptions: when keys are fetched from an issuer, how long they count, and what is told about it.
#pragma once

#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/result.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace credence {

/// The settings of keys that follow an issuer. An aggregate: name what you set, in the order of the members below. Each
/// default has been chosen for a service that many depend on.
struct RemoteOptions {
    /// Where the metadata document is, if not at a place that the issuer's URL gives.
    std::string metadata_url = {};

    /// How long a set is fresh if the issuer says nothing about it.
    std::chrono::milliseconds interval = std::chrono::minutes{10};
    /// What the issuer says (`Cache-Control`) is clamped to this range. The lower end is never above `interval`.
    /// `no-store` and `no-cache` are the lower end.
    std::chrono::milliseconds min_age = std::chrono::minutes{1};
    std::chrono::milliseconds max_age = std::chrono::hours{1};
    /// A set is fetched again before its time is up: by a tenth of it, and at most by this, of which up to a half is
    /// left to chance.
    std::chrono::milliseconds refresh_ahead = std::chrono::seconds{30};
    /// How long a set is used beyond its time, if it cannot be fetched again. 0: not at all.
    std::chrono::milliseconds max_stale = std::chrono::hours{6};

    /// The least time from one fetch to a fetch that an unknown key id causes.
    std::chrono::milliseconds cool_down = std::chrono::seconds{30};
    /// How long a request waits for the fetch that its unknown key id needs.
    std::chrono::milliseconds unknown_key_wait = std::chrono::seconds{2};
    /// How many requests may wait at once; the others are refused with `keys_unavailable`.
    std::size_t max_waiters = 8;

    /// How long connecting may take, and the whole fetch with head and body.
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::milliseconds total_timeout = std::chrono::seconds{5};
    /// The pause after a failed fetch. It doubles with each further one, up to `max_retry_empty` while there are no
    /// keys to verify with, else up to `max_retry`; `Retry-After` is heeded up to the same. A quarter is
    /// left to chance.
    std::chrono::milliseconds retry = std::chrono::seconds{1};
    std::chrono::milliseconds max_retry_empty = std::chrono::seconds{30};
    std::chrono::milliseconds max_retry = std::chrono::minutes{5};
    /// When the metadata document is read again; also after three failures of the URL that it named.
    std::chrono::milliseconds rediscover = std::chrono::hours{24};

    /// The longest JWK Set and the longest metadata document, in bytes.
    std::size_t max_set_bytes = 1024 * 1024;
    std::size_t max_document_bytes = 256 * 1024;

    /// Called for each event, by the thread that fetches, one call at a time; it must not throw. Empty: nobody is told.
    std::function<void(const RemoteEvent&)> on_event = {};
    /// Numbers from 0 up to but not 1, for chance. Empty: OpenSSL's generator.
    std::function<double()> random = {};

    /// Whether each number is one that can be kept to. \return stage `configuration`, with the name of the first member
    /// that is not.
    [[nodiscard]] Result<void, FetchError>(check)() const;
};

inline Result<void, FetchError>(RemoteOptions::check)() const {
    using Milliseconds = std::chrono::milliseconds;
    constexpr Milliseconds none{0};
    constexpr Milliseconds least{1};
    constexpr Milliseconds most = std::chrono::hours{24 * 365};  // far from where sums of times overflow
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
