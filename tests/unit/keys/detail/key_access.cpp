// SPDX-License-Identifier: MIT
// KeyAccess: the library reaches the prepared keys, and users do not.
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include "support/catch.hpp"

using namespace credence;
using detail::KeyAccess;

namespace {

template <class Key>
concept ShowsItsKey = requires(const Key& key) { key.key_; };
template <class Source>
concept HasGeneration = requires(const Source& source) { KeyAccess::generation(source); };

}  // namespace

TEST_CASE("a prepared key is reached through KeyAccess only, and is the one that find returns") {
    const auto keys = Keys<HS256>::generate().value();
    CHECK(&KeyAccess::prepared(keys.decoding) == keys.decoding.find({}).value());
    CHECK(KeyAccess::shared(keys.decoding).get() == &KeyAccess::prepared(keys.decoding));
    CHECK(KeyAccess::shared(keys.encoding).get() == &KeyAccess::prepared(keys.encoding));
    STATIC_REQUIRE_FALSE(ShowsItsKey<DecodingKey<HS256>>);
    STATIC_REQUIRE_FALSE(ShowsItsKey<EncodingKey<HS256>>);
}

TEST_CASE("the generation of rotating keys grows with each set, and other sources have none") {
    const auto keys = Keys<HS256>::generate().value();
    const RotatingKeys<DecodingKey<HS256>> rotating{keys.decoding};
    const auto first = KeyAccess::generation(rotating);
    CHECK(first == rotating.generation());
    rotating.replace(keys.decoding);
    CHECK(KeyAccess::generation(rotating) == first + 1);
    STATIC_REQUIRE(HasGeneration<RotatingKeys<KeySet<RS256>>>);
    STATIC_REQUIRE_FALSE(HasGeneration<DecodingKey<HS256>>);
    STATIC_REQUIRE_FALSE(HasGeneration<KeySet<RS256>>);
}
