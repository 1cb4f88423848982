// SPDX-License-Identifier: MIT
// Sets that are replaced while they are read: readers never wait, never see part of a set, and old sets are destroyed.
#include <credence/keys/key_set.hpp>
#include <credence/keys/rotating_keys.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/signing.hpp"

using namespace credence;
using support::sign;

namespace {

using Set = KeySet<HS256, HS512>;

Keys<HS256> keys_number(int number) {
    return Keys<HS256>::from_secret(std::string(32, static_cast<char>('a' + number)))
        .value()
        .with_kid(std::to_string(number));
}

}  // namespace

TEST_CASE("without a set, keys are unavailable", "[rotating_keys]") {
    const RotatingKeys<Set> keys;
    CHECK(keys.find({.alg = "HS256"}).error().code == Errc::keys_unavailable);
    CHECK(keys.current() == nullptr);
    CHECK(keys.generation() == 0);
    STATIC_REQUIRE_FALSE(RotatingKeys<Set>::is_static);
    STATIC_REQUIRE(RotatingKeys<Set>::accepts("HS512"));
    STATIC_REQUIRE_FALSE(RotatingKeys<Set>::accepts("RS256"));
}

TEST_CASE("the current set is used, and copies share it", "[rotating_keys]") {
    const RotatingKeys<Set> keys{Set::from_keys(keys_number(1))};
    const auto copy = keys;
    CHECK(copy.find({.alg = "HS256", .kid = "1"}));
    keys.replace(Set::from_keys(keys_number(2), keys_number(3)));
    CHECK(copy.find({.alg = "HS256", .kid = "1"}).error().code == Errc::no_matching_key);
    CHECK(copy.find({.alg = "HS256", .kid = "2"}));
    CHECK(copy.find({.alg = "HS256"}).error().code == Errc::ambiguous_key);
    CHECK(copy.current()->size() == 2);
    CHECK(copy.generation() == 2);
}

TEST_CASE("a key in use outlives its set, but not its last user", "[rotating_keys]") {
    RotatingKeys<Set> keys{Set::from_keys(keys_number(1))};
    const std::string signature = sign(keys_number(1).encoding, "input");
    auto key = keys.find({.alg = "HS256", .kid = "1"}).value();
    const std::weak_ptr<const credence::VerificationKey> watch = key;
    keys.replace(Set::from_keys(keys_number(2)));
    CHECK(key->verify("input", detail::as_bytes(signature)));
    key.reset();
    CHECK(watch.expired());
}

TEST_CASE("a snapshot offers the candidates of its set", "[rotating_keys]") {
    const std::vector<Keys<HS256>> keys{Keys<HS256>::generate().value(), Keys<HS256>::generate().value()};
    const RotatingKeys<Set> rotating;
    CHECK(rotating.snapshot().candidates({.alg = "HS256"}).empty());
    rotating.replace(Set::from_keys(keys, {.try_all = true}));
    CHECK(rotating.snapshot().candidates({.alg = "HS256"}).size() == 2);
    rotating.replace(Set::from_keys(keys));
    CHECK(rotating.snapshot().candidates({.alg = "HS256"}).empty());
}

TEST_CASE("a snapshot keeps its set, and is numbered", "[rotating_keys]") {
    RotatingKeys<Set> keys;
    CHECK(keys.snapshot().generation() == 0);
    CHECK(keys.snapshot().find({.alg = "HS256"}).error().code == Errc::keys_unavailable);
    keys.replace(Set::from_keys(keys_number(1)));
    const std::string signature = sign(keys_number(1).encoding, "input");
    const auto first = keys.snapshot();
    const auto* const key = first.find({.alg = "HS256", .kid = "1"}).value();
    keys.replace(Set::from_keys(keys_number(2)));
    CHECK(first.generation() == 1);
    CHECK(key->verify("input", detail::as_bytes(signature)));
    CHECK(first.find({.alg = "HS256", .kid = "1"}).value() == key);
    CHECK(keys.snapshot().generation() == 2);
    CHECK(keys.snapshot().find({.alg = "HS256", .kid = "1"}).error().code == Errc::no_matching_key);
}

TEST_CASE("a single key can be rotated too", "[rotating_keys]") {
    const RotatingKeys<DecodingKey<HS256>> keys{keys_number(1).decoding};
    CHECK(keys.accepts("HS256"));
    CHECK((*keys.find({.alg = "HS256", .kid = "any"}))
              ->verify("input", detail::as_bytes(sign(keys_number(1).encoding, "input"))));
    keys.replace(keys_number(2));
    CHECK((*keys.find({.alg = "HS256", .kid = "any"}))
              ->verify("input", detail::as_bytes(sign(keys_number(2).encoding, "input"))));
}

TEST_CASE("tokens are verified while sets are swapped: an old or a new key, never none", "[rotating_keys][threads]") {
    // Each set has two neighbouring keys, so that key 5 is there throughout although the sets change.
    const auto set_number = [](int number) { return Set::from_keys(keys_number(5), keys_number(6 + number % 10)); };
    const RotatingKeys<Set> keys{set_number(0)};
    const std::string signature = sign(keys_number(5).encoding, "input");
    std::atomic<bool> is_done = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < 3; ++number) {
        threads.emplace_back([&] {
            while (!is_done) {
                const auto key = keys.find({.alg = "HS256", .kid = "5"});
                if (!key || !(*key)->verify("input", detail::as_bytes(signature))) ++wrong;
            }
        });
    }
    for (int turn = 0; turn < 1500; ++turn) keys.replace(set_number(turn));
    is_done = true;
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(keys.generation() == 1501);
}
