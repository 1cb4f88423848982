// SPDX-License-Identifier: MIT
// RemoteEvent and RemoteHealth: reports about keys that follow an issuer, for logs and for a readiness probe.
#pragma once

#include <credence/keys/key_set.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/detail/printable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// An event about the keys of an issuer. It never contains a token or a body; key ids and texts come from the issuer.
struct RemoteEvent {
    /// The closed list of events.
    enum class Kind : std::uint8_t {
        fetched,          ///< A set was fetched that differs from the one before; see `added`, `removed`, `skipped`.
        not_modified,     ///< The issuer confirmed the set: status 304, or an equal set.
        failed,           ///< A fetch failed; see `error`. The keys in hand stay.
        serving_stale,    ///< The first fetch failed while there are keys; they stay in use up to `max_stale`.
        expired,          ///< `max_stale` is over: no token can be verified until a fetch succeeds.
        recovered,        ///< A fetch succeeded after one that failed.
        issuer_mismatch,  ///< The metadata document names another issuer; see `error`.
    };

    Kind kind;
    /// The issuer's URL, or the URL of the key set if no issuer was given.
    std::string source = {};
    /// For `fetched`: the key ids that are new, and those that are gone, in alphabetical order. A key without an id is
    /// `(no kid)`; one whose content changed under its id is in both lists.
    std::vector<std::string> added = {};
    std::vector<std::string> removed = {};
    /// For `fetched`: the entries that cannot be used, and why.
    std::vector<SkippedKey> skipped = {};
    /// For `failed` and `issuer_mismatch`.
    std::optional<FetchError> error = {};
};

/// The enumerator's name, `"serving_stale"`: for machines, stable between versions.
[[nodiscard]] constexpr std::string_view to_string(RemoteEvent::Kind kind) noexcept {
    switch (kind) {  // no default: -Wswitch points here when a value is added
        case RemoteEvent::Kind::fetched: return "fetched";
        case RemoteEvent::Kind::not_modified: return "not_modified";
        case RemoteEvent::Kind::failed: return "failed";
        case RemoteEvent::Kind::serving_stale: return "serving_stale";
        case RemoteEvent::Kind::expired: return "expired";
        case RemoteEvent::Kind::recovered: return "recovered";
        case RemoteEvent::Kind::issuer_mismatch: return "issuer_mismatch";
    }
    return "unknown";
}

/// One line for logs: `keys of https://id.example: fetched, 2 added ('a', 'b'), 1 skipped (#3: its use is not sig)`.
[[nodiscard]] std::string message(const RemoteEvent& event);

/// The state of an issuer's keys.
enum class RemoteState : std::uint8_t {
    empty,       ///< Nothing has been fetched yet.
    fresh,       ///< The last fetch succeeded.
    refreshing,  ///< A fetch is under way; the keys in hand are in use.
    stale,       ///< The last fetch failed; the keys in hand are in use.
    expired,     ///< The keys in hand are too old to be used.
};

/// The enumerator's name, `"refreshing"`: for machines, stable between versions.
[[nodiscard]] constexpr std::string_view to_string(RemoteState state) noexcept {
    switch (state) {  // no default: -Wswitch points here when a value is added
        case RemoteState::empty: return "empty";
        case RemoteState::fresh: return "fresh";
        case RemoteState::refreshing: return "refreshing";
        case RemoteState::stale: return "stale";
        case RemoteState::expired: return "expired";
    }
    return "unknown";
}

/// The health of an issuer's keys at one moment.
struct RemoteHealth {
    /// Whether a token with a known key would be verified now: for a readiness probe.
    bool can_verify = false;
    RemoteState state = RemoteState::empty;
    /// The number of usable keys.
    std::size_t keys = 0;
    /// The time since the issuer last confirmed the set; nullopt before it ever did.
    std::optional<std::chrono::milliseconds> age = {};
    /// The time until the next fetch; 0 while one is under way.
    std::chrono::milliseconds next_fetch{};
    /// The last error, even if a fetch has succeeded since; empty if there was none.
    std::string last_fault = {};

    std::uint64_t fetches = 0;       ///< Requests that were started, for metadata documents and for sets.
    std::uint64_t failures = 0;      ///< Requests that failed.
    std::uint64_t sets = 0;          ///< Sets that differed from the one before.
    std::uint64_t unknown_keys = 0;  ///< Tokens of this issuer with an unknown key id.
};

namespace detail {

/// `, 2 added ('a', 'b')`; empty if there are none. Names at most ten ids.
[[nodiscard]] inline std::string list_of_kids(const std::vector<std::string>& kids, std::string_view what) {
    constexpr std::size_t most = 10;
    if (kids.empty()) return {};
    std::string text = ", " + std::to_string(kids.size()).append(" ").append(what).append(" (");
    for (std::size_t index = 0; index < (std::min)(kids.size(), most); ++index) {
        text.append(index == 0 ? "" : ", ").append(quoted_for_log(kids[index]));
    }
    return text.append(kids.size() > most ? ", ...)" : ")");
}

/// `, 1 skipped (#3 'a': its use is not sig)`, in the same way.
[[nodiscard]] inline std::string list_of_skipped(const std::vector<SkippedKey>& skipped) {
    constexpr std::size_t most = 10;
    if (skipped.empty()) return {};
    std::string text = ", " + std::to_string(skipped.size()).append(" skipped (");
    for (std::size_t index = 0; index < (std::min)(skipped.size(), most); ++index) {
        const SkippedKey& key = skipped[index];
        text.append(index == 0 ? "#" : ", #").append(std::to_string(key.index));
        if (!key.kid.empty()) text.append(" ").append(quoted_for_log(key.kid));
        text.append(": ").append(key.reason);
    }
    return text.append(skipped.size() > most ? ", ...)" : ")");
}

}  // namespace detail

inline std::string message(const RemoteEvent& event) {
    std::string text = "keys of " + event.source + ": ";
    switch (event.kind) {  // no default: -Wswitch points here when a value is added
        case RemoteEvent::Kind::fetched: text.append("fetched"); break;
        case RemoteEvent::Kind::not_modified: text.append("fetched, not modified"); break;
        case RemoteEvent::Kind::failed: text.append("fetch failed"); break;
        case RemoteEvent::Kind::serving_stale: text.append("the keys in hand stay in use, up to max_stale"); break;
        case RemoteEvent::Kind::expired: text.append("too old to be used; every token is refused for now"); break;
        case RemoteEvent::Kind::recovered: text.append("recovered"); break;
        case RemoteEvent::Kind::issuer_mismatch: text.append("fetch failed"); break;
    }
    text.append(detail::list_of_kids(event.added, "added")).append(detail::list_of_kids(event.removed, "removed"));
    text.append(detail::list_of_skipped(event.skipped));
    if (event.error) text.append(": ").append(message(*event.error));
    return text;
}

}  // namespace credence
