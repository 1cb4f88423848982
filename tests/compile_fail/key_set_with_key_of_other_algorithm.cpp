// SPDX-License-Identifier: MIT
// A key in a set that does not list its algorithm.
// expect: the algorithm of each key must be in the list of the KeySet
#include <credence/keys/key_set.hpp>

#ifdef CREDENCE_MUST_FAIL
using Set = credence::KeySet<credence::RS256>;
#else
using Set = credence::KeySet<credence::RS256, credence::ES256>;
#endif

bool put(const credence::Keys<credence::ES256>& keys) { return Set::from_keys(keys).empty(); }
