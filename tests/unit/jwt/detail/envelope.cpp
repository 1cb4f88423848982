// SPDX-License-Identifier: MIT
// The stages before the payload: a token is verified with the key that its header names, and a cached header gets the
// key of the current set.
#include <credence/keys/keys.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/jwt/detail/envelope.hpp>

#include <string>
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

TEST_CASE("an envelope is refused if it is too large, or does not have three parts") {
    const auto& key = account_keys().decoding;
    Envelope<Key>::Headers* const none = nullptr;
    CHECK(open(std::string(most + 1, 'a'), key, none) == Errc::token_too_large);
    CHECK(open("a.b", key, none) == Errc::malformed_token);
    CHECK(open(support::account_token("7") + ".", key, none) == Errc::malformed_token);
}
