// SPDX-License-Identifier: MIT
// Which types are stores of API keys, and which are not.
#include <credence/opaque/api_key_store.hpp>
#include <credence/stores/memory_store.hpp>

#include <string_view>

#include "support/catch.hpp"

namespace {

/// A faulty store: it does not return whether there was a key to end.
struct NearlyStore : credence::MemoryStore {
    credence::Result<void> end_api_key(std::string_view) { return {}; }
};

}  // namespace

TEST_CASE("a class without one of the functions is not a store of API keys") {
    STATIC_REQUIRE(credence::ApiKeyStore<credence::MemoryStore>);
    STATIC_REQUIRE_FALSE(credence::ApiKeyStore<NearlyStore>);
    STATIC_REQUIRE_FALSE(credence::ApiKeyStore<credence::MemoryRefreshStore>);
}
