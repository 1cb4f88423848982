// SPDX-License-Identifier: MIT
// Which types are session stores, and which are not.
#include <credence/opaque/session_store.hpp>
#include <credence/stores/memory_store.hpp>

#include <string_view>

#include "support/catch.hpp"

namespace {

/// A faulty store: it does not return whether there was a session to touch.
struct NearlyStore : credence::MemoryStore {
    credence::Result<void> touch_session(std::string_view, credence::SessionUse) { return {}; }
};

}  // namespace

TEST_CASE("a class without one of the functions is not a session store") {
    STATIC_REQUIRE(credence::SessionStore<credence::MemoryStore>);
    STATIC_REQUIRE_FALSE(credence::SessionStore<NearlyStore>);
    STATIC_REQUIRE_FALSE(credence::SessionStore<credence::MemoryRefreshStore>);
}
