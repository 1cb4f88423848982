// SPDX-License-Identifier: MIT
// The stages before the payload: a token is verified with the key that its header names, and a cached header gets the
// key of the current set.
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/jwt/detail/envelope.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::Errc;
using credence::HS256;
using credence::detail::Envelope;
using support::account_keys;

namespace {

using Key = credence::DecodingKey<HS256>;
using Rotating = credence::RotatingKeys<Key>;

const std::vector<std::string> nothing;
constexpr std::size_t most = 16 * 1024;

template <class Source>
auto open(const std::string& token, const Source& source, typename Envelope<Source>::Headers* headers) {
    Envelope<Source> envelope{token, source, {most, {}, nothing}, headers};
    const auto refused = envelope.open();
    return refused ? refused->code : Errc{};
}

/// A key that can be switched off: its algorithm is then no longer accepted.
struct SwitchedKey {
    static constexpr bool is_static = false;
    const bool* is_on;

    [[nodiscard]] bool accepts(std::string_view alg) const { return *is_on && alg == HS256::name; }
    [[nodiscard]] static auto find(const credence::KeyQuery& query) { return account_keys().decoding.find(query); }
};

/// The same with snapshots. Switching begins a new generation.
struct SwitchedSnapshots : SwitchedKey {
    struct Snapshot {
        std::uint64_t number;
        [[nodiscard]] std::uint64_t generation() const { return number; }
        [[nodiscard]] static auto find(const credence::KeyQuery& query) { return SwitchedKey::find(query); }
    };
    const std::uint64_t* number;
    [[nodiscard]] Snapshot snapshot() const { return {*number}; }
};

Key another_key() { return Key::from_secret("another secret, which has enough bytes").value(); }

}  // namespace

TEST_CASE("an envelope is verified with the key, whether its header is cached or not") {
    const std::string token = support::account_token("7");
    Envelope<Key>::Headers headers;
    for (int turn = 0; turn < 3; ++turn) {
        CHECK(open(token, account_keys().decoding, &headers) == Errc{});
        CHECK(open(token, another_key(), static_cast<Envelope<Key>::Headers*>(nullptr)) == Errc::invalid_signature);
    }
    CHECK(headers.find(token) != nullptr);
}

TEST_CASE("a cached header gets the key of each set that keys rotate to") {
    const std::string token = support::account_token("7");
    const Rotating keys{account_keys().decoding};
    Envelope<Rotating>::Headers headers;
    for (int turn = 0; turn < 3; ++turn) CHECK(open(token, keys, &headers) == Errc{});
    keys.replace(another_key());
    for (int turn = 0; turn < 3; ++turn) CHECK(open(token, keys, &headers) == Errc::invalid_signature);
    keys.replace(account_keys().decoding);
    for (int turn = 0; turn < 3; ++turn) CHECK(open(token, keys, &headers) == Errc{});
}

TEST_CASE("an algorithm that a source no longer accepts is refused, even if the header is cached") {
    const std::string token = support::account_token("7");
    bool is_on = true;
    std::uint64_t generation = 1;
    const SwitchedKey key{&is_on};
    const SwitchedSnapshots snapshots{{&is_on}, &generation};
    STATIC_REQUIRE_FALSE(credence::SnapshotKeySource<SwitchedKey>);
    STATIC_REQUIRE(credence::SnapshotKeySource<SwitchedSnapshots>);
    Envelope<SwitchedKey>::Headers headers;
    Envelope<SwitchedSnapshots>::Headers headers_of_snapshots;
    for (int turn = 0; turn < 6; ++turn) {
        is_on = turn % 4 < 2;
        if (turn % 2 == 0) ++generation;
        CAPTURE(turn);
        const Errc expected = is_on ? Errc{} : Errc::algorithm_not_allowed;
        CHECK(open(token, key, static_cast<Envelope<SwitchedKey>::Headers*>(nullptr)) == expected);
        CHECK(open(token, key, &headers) == expected);
        CHECK(open(token, snapshots, &headers_of_snapshots) == expected);
    }
}

TEST_CASE("an envelope is refused if it is too large, or does not have three parts") {
    const auto& key = account_keys().decoding;
    Envelope<Key>::Headers* const none = nullptr;
    CHECK(open(std::string(most + 1, 'a'), key, none) == Errc::token_too_large);
    CHECK(open("a.b", key, none) == Errc::malformed_token);
    CHECK(open(support::account_token("7") + ".", key, none) == Errc::malformed_token);
}
