// SPDX-License-Identifier: MIT
// SkippedKey: what a key set says of an entry that it cannot use.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <string>

namespace credence {

/// An entry of a JWK Set that was skipped, and why.
struct SkippedKey {
    std::size_t index;   ///< its index in `keys`, or among the given keys, from 0
    std::string kid;     ///< its key id, if it is printable; the publisher of the set chose it
    std::string reason;  ///< a fragment of a sentence: "its use is not sig"; without any part of the key
};

}  // namespace credence
