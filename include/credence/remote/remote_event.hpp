// SPDX-License-Identifier: MIT
// RemoteEvent and RemoteHealth: what is told about keys that follow an issuer, for logs and for a readiness probe.
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

/// Something that happened to the keys of an issuer. It never holds a token or a body; key ids and texts are the
/// issuer's.
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
    /// The issuer's URL, or the URL of the key set where no issuer was given.
    std::string source = {};
    /// Of `fetched`: the key ids that are new, and those that are gone, each in alphabetical order; a key without an id
    /// is `(no kid)`, and one whose content changed under its id is in both.
    std::vector<std::string> added = {};
    std::vector<std::string> removed = {};
    /// Of `fetched`: the entries that cannot be used, and why.
    std::vector<SkippedKey> skipped = {};
    /// Of `failed` and `issuer_mismatch`.
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

/// How the keys of an issuer are doing.
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

/// A look at the keys of an issuer, at one moment.
struct RemoteHealth {
    /// Whether a token of a known key would be verified now: what a readiness probe asks.
    bool can_verify = false;
    RemoteState state = RemoteState::empty;
    /// How many keys can be used.
    std::size_t keys = 0;
    /// The time since the issuer last confirmed the set; nullopt before it ever did.
    std::optional<std::chrono::milliseconds> age = {};
    /// The time until the next fetch; 0 while one is under way.
    std::chrono::milliseconds next_fetch{};
    /// The last fault, even if a fetch has succeeded since; empty if there was none.
    std::string last_fault = {};

    std::uint64_t fetches = 0;       ///< Requests that were begun: of metadata documents and of sets.
    std::uint64_t failures = 0;      ///< Requests that failed.
    std::uint64_t sets = 0;          ///< Sets that differed from the one before.
    std::uint64_t unknown_keys = 0;  ///< Tokens of this issuer with an unknown key id.
};

namespace detail {

/// `, 2 added ('a', 'b')`; nothing if there are none. At most ten ids are named.
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
