// SPDX-License-Identifier: MIT
// A cache of verified tokens: off by default, and never a way around a rule that depends on time.
#pragma once

#include <credence/version.hpp>

#include <cstddef>

namespace credence {

/// How many verified tokens a verifier remembers: `Verifier{keys, rules, {.cache = {.max_tokens = 10'000}}}`.
///
/// The signature of a token that comes again is not checked again, which pays for public-key algorithms. The token's
/// times, the application's checks and revocation are checked each time. Failures are never cached. Each verifier has
/// its own cache, whose entries are void once the keys have rotated. Over a key source that is neither static nor has
/// snapshots nothing is cached, because such a source cannot tell when its keys change. Cached tokens are in memory,
/// and are wiped when they are dropped.
///
/// Finding a token takes no lock, and threads that find tokens write nothing that another thread reads. An expired
/// token makes room. If there is no room, a token that is still valid is replaced only by one that comes for the second
/// time: tokens that are presented once do not push out those that are presented again and again.
struct TokenCache {
    std::size_t max_tokens = 0;          ///< Rounded up to a multiple of 4. 0: no cache.
    std::size_t max_token_bytes = 4096;  ///< Longer tokens are not remembered.
};

}  // namespace credence
