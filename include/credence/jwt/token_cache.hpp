// SPDX-License-Identifier: MIT
// A cache of tokens that were verified: off unless asked for, and never a way around a rule that time can change.
#pragma once

#include <credence/version.hpp>

#include <cstddef>

namespace credence {

/// How many verified tokens a verifier remembers: `Verifier{keys, rules, {.cache = {.max_tokens = 10'000}}}`.
///
/// The signature of a token that comes again is then not checked again, which pays for public-key algorithms. Its
/// times, the checks of the application and revocation are looked at each time. Failures are never remembered. Each
/// verifier has its own cache, which holds nothing any more once the keys have rotated. Over a key source that is
/// neither static nor has snapshots nothing is remembered: such a source cannot tell that its keys changed. Remembered
/// tokens lie in memory, and are wiped when they are dropped.
///
/// A token that is found costs no lock, and threads that find tokens write nothing that another thread reads. A token
/// that has expired makes room. Where there is no room, one that is still good gives way only to a token that comes for
/// the second time: tokens that are shown once do not push out those that are shown again and again.
struct TokenCache {
    std::size_t max_tokens = 0;          ///< Rounded up to a multiple of 4. 0: no cache.
    std::size_t max_token_bytes = 4096;  ///< Longer tokens are not remembered.
};

}  // namespace credence
