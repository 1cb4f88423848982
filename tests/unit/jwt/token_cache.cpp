// SPDX-License-Identifier: MIT
// The cache of verified tokens must never return a wrong proof. Attack row 40: cached-token confusion.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/token_cache.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/stores/memory_revocations.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::NumericDate;

namespace {

struct Level {
    int level = 0;
};
using Claims = credence::Claims<Level>;

const NumericDate start{1'700'000'000s};

/// One key whose verifications are counted, and that can rotate.
class CountingKeys {
    struct State {
        explicit State(const credence::DecodingKey<credence::HS256>& given) : key(given) {}
        [[nodiscard]] auto find(const credence::KeyQuery& query) {
            ++asked;
            return key.find(query);
        }
        credence::DecodingKey<credence::HS256> key;
        std::atomic<std::uint64_t> generation = 0;
        std::atomic<int> asked = 0;
    };

public:
    static constexpr bool is_static = false;

    [[nodiscard]] bool accepts(std::string_view alg) const { return state_->key.accepts(alg); }
    [[nodiscard]] auto find(const credence::KeyQuery& query) const { return state_->find(query); }

    /// The snapshot that a verifier holds while it looks for a key.
    class Snapshot {
    public:
        explicit Snapshot(std::shared_ptr<State> state) : state_(std::move(state)), generation_(state_->generation) {}
        [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
        [[nodiscard]] auto find(const credence::KeyQuery& query) const { return state_->find(query); }

    private:
        std::shared_ptr<State> state_;
        std::uint64_t generation_;
    };
    [[nodiscard]] Snapshot snapshot() const { return Snapshot{state_}; }

    void rotate() { ++state_->generation; }
    [[nodiscard]] int asked() const { return state_->asked; }

    explicit CountingKeys(const credence::DecodingKey<credence::HS256>& key) : state_(std::make_shared<State>(key)) {}

private:
    std::shared_ptr<State> state_;
};

using HmacKeys = credence::KeySet<credence::HS256>;

/// A set that calls a function while `RotatingKeys::replace` copies it.
class CopyWatchingSet {
public:
    static inline std::function<void()> while_copied = [] {};

    explicit CopyWatchingSet(const HmacKeys& keys) : keys_(keys) {}
    CopyWatchingSet(const CopyWatchingSet& other) : keys_(other.keys_) { while_copied(); }
    CopyWatchingSet& operator=(const CopyWatchingSet&) = delete;
    ~CopyWatchingSet() = default;

    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return HmacKeys::accepts(alg); }
    [[nodiscard]] auto find(const credence::KeyQuery& query) const { return keys_.find(query); }

private:
    HmacKeys keys_;
};

/// A user's own source, whose keys change without notice.
class SilentKeys {
public:
    static constexpr bool is_static = false;

    explicit SilentKeys(const HmacKeys& keys) : keys_(std::make_shared<std::optional<HmacKeys>>(keys)) {}
    void drop_keys() { keys_->reset(); }

    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return HmacKeys::accepts(alg); }
    [[nodiscard]] auto find(const credence::KeyQuery& query) const -> decltype(std::declval<HmacKeys>().find(query)) {
        if (!*keys_) return Errc::no_matching_key;
        return (*keys_)->find(query);
    }

private:
    std::shared_ptr<std::optional<HmacKeys>> keys_;
};

struct Service {
    NumericDate moment = start;
    int least_level = 1;
    credence::Keys<credence::HS256> keys = credence::Keys<credence::HS256>::generate().value();
    CountingKeys source{keys.decoding};
    std::shared_ptr<credence::MemoryRevocationStore> store = std::make_shared<credence::MemoryRevocationStore>();
    credence::Verifier<Claims, CountingKeys> verifier{
        source,
        {.checks = {{"level", [this](const Claims& claims) { return claims.level >= least_level; }}},
         .clock = [this] { return moment; }},
        {.revocation = credence::Revocation{store}, .cache = {.max_tokens = 1000}}};

    [[nodiscard]] std::string token(const std::string& id = "t") const {
        return credence::encode(
                   Claims{{.iss = "i", .sub = "bob", .exp = start + 1h, .nbf = start, .iat = start, .jti = id},
                          {.level = 2}},
                   keys)
            .value();
    }
};

}  // namespace

TEST_CASE("attack row 40: the signature of a cached token is not verified again") {
    Service service;
    const auto token = service.token();
    REQUIRE(service.verifier.verify(token));
    const auto again = service.verifier.verify(token);
    REQUIRE(again);
    CHECK(service.source.asked() == 1);
    CHECK((*again)->level == 2);
    CHECK((*again).header().alg == "HS256");
    CHECK((*again).registered().sub == "bob");
}

TEST_CASE("attack row 40: a cached token expires, and is not valid before its time") {
    Service service;
    const auto token = service.token();
    REQUIRE(service.verifier.verify(token));
    service.moment = start + 1h;
    CHECK(service.verifier.verify(token).error().code == Errc::token_expired);
    service.moment = start - 1s;
    CHECK(service.verifier.verify(token).error().code == Errc::token_not_yet_valid);
}

TEST_CASE("attack row 40: a cached token that is revoked is refused") {
    Service service;
    const auto token = service.token();
    const auto who = service.verifier.verify(token);
    REQUIRE(who);
    REQUIRE(service.store->revoke(credence::identity_of(*who)));
    CHECK(service.verifier.verify(token).error().code == Errc::token_revoked);
}

TEST_CASE("attack row 40: the application's checks run for a cached token too") {
    Service service;
    const auto token = service.token();
    REQUIRE(service.verifier.verify(token));
    service.least_level = 3;
    CHECK(service.verifier.verify(token).error() == credence::Error{Errc::check_failed, "level"});
}

TEST_CASE("attack row 40: every change of a cached token's text is refused") {
    Service service;
    const auto token = service.token();
    REQUIRE(service.verifier.verify(token));
    for (std::size_t at = 0; at < token.size(); ++at) {
        auto changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK_FALSE(service.verifier.verify(changed));
    }
    CHECK_FALSE(service.verifier.verify(token.substr(0, token.size() - 1)));
    CHECK_FALSE(service.verifier.verify(token + "A"));
}

TEST_CASE("attack row 40: a payload under a cached signature is verified, and refused") {
    Service service;
    const auto token = service.token("one");
    const auto other = service.token("two");
    REQUIRE(service.verifier.verify(token));
    const auto forged = other.substr(0, other.rfind('.')) + token.substr(token.rfind('.'));
    CHECK(service.verifier.verify(forged).error().code == Errc::invalid_signature);
}

TEST_CASE("attack row 40: failures are not cached") {
    Service service;
    service.moment = start - 1h;
    const auto token = service.token();
    CHECK_FALSE(service.verifier.verify(token));
    service.moment = start;
    CHECK(service.verifier.verify(token));
}

TEST_CASE("attack row 40: a rotation of the keys empties the cache") {
    Service service;
    const auto token = service.token();
    REQUIRE(service.verifier.verify(token));
    service.source.rotate();
    REQUIRE(service.verifier.verify(token));
    CHECK(service.source.asked() == 2);
}

TEST_CASE("attack row 40: a token that is verified while keys are replaced is not cached for the new keys") {
    const auto removed = credence::Keys<credence::HS256>::generate().value();
    const auto next = credence::Keys<credence::HS256>::generate().value();
    const auto token = credence::encode(Claims{{.exp = start + 1h}, {}}, removed).value();
    const credence::RotatingKeys<CopyWatchingSet> rotating{CopyWatchingSet{HmacKeys::from_keys(removed)}};
    const credence::Verifier verifier{
        rotating, credence::Validation<Claims>{.clock = [] { return start; }}, {.cache = {.max_tokens = 64}}};
    int verified = 0;
    CopyWatchingSet::while_copied = [&] { verified += verifier.verify(token).has_value() ? 1 : 0; };
    rotating.replace(CopyWatchingSet{HmacKeys::from_keys(next)});
    CopyWatchingSet::while_copied = [] {};
    CHECK(verified > 0);
    CHECK(verifier.verify(token).error().code == Errc::invalid_signature);
}

TEST_CASE("attack row 40: nothing is cached for a key source that does not report changes") {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const auto token = credence::encode(Claims{{.exp = start + 1h}, {}}, keys).value();
    SilentKeys source{HmacKeys::from_keys(keys)};
    const credence::Verifier verifier{
        source, credence::Validation<Claims>{.clock = [] { return start; }}, {.cache = {.max_tokens = 64}}};
    REQUIRE(verifier.verify(token));
    source.drop_keys();
    CHECK(verifier.verify(token).error().code == Errc::no_matching_key);
}

TEST_CASE("attack row 40: verifiers do not share their caches") {
    const Service one;
    const Service two;
    const auto token = one.token();
    REQUIRE(one.verifier.verify(token));
    CHECK(two.verifier.verify(token).error().code == Errc::invalid_signature);
}

TEST_CASE("under contention a cache keeps its bound and returns correct results") {
    Service service;
    std::vector<std::string> tokens;
    for (int index = 0; index < 64; ++index) tokens.push_back(service.token("t" + std::to_string(index)));
    const credence::Verifier<Claims, CountingKeys> small{
        service.source, {.clock = [] { return start; }}, {.cache = {.max_tokens = 16}}};
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int index = 0; index < 4; ++index) {
        threads.emplace_back([&] {
            for (int round = 0; round < 20; ++round) {
                for (std::size_t at = 0; at < tokens.size(); ++at) {
                    const auto who = small.verify(tokens[at]);
                    if (!who || who->jti != "t" + std::to_string(at)) ++wrong;
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("a proof from the cache outlives its verifier, and is copied and assigned") {
    std::optional<Service> service{std::in_place};
    const auto token = service->token("kept");
    const auto first = service->verifier.verify(token).value();
    auto cached = service->verifier.verify(token).value();
    REQUIRE(service->source.asked() == 1);
    const auto copy = cached;
    cached = first;
    auto other = first;
    other = copy;
    service.reset();
    CHECK(first->jti == "kept");
    CHECK(cached->jti == "kept");
    CHECK(copy->jti == "kept");
    CHECK(other->jti == "kept");
}

TEST_CASE("a thread may hold more proofs than it has slots, and still finds tokens") {
    Service service;
    const auto token = service.token();
    std::vector<credence::Result<credence::Verified<Claims>>> kept;
    for (int count = 0; count < 100; ++count) kept.push_back(service.verifier.verify(token));
    for (const auto& who : kept) CHECK((*who)->jti == "t");
    CHECK(service.source.asked() == 1);
}

TEST_CASE("a verifier drops an expired token from its cache") {
    Service service;
    const auto token = service.token();
    REQUIRE(service.verifier.verify(token));
    service.moment = start + 1h;
    CHECK(service.verifier.verify(token).error().code == Errc::token_expired);
    service.moment = start;
    REQUIRE(service.verifier.verify(token));
    CHECK(service.source.asked() == 2);
}

TEST_CASE("one cached token is verified, revoked and rotated by several threads at once", "[threads]") {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const credence::RotatingKeys<HmacKeys> rotating{HmacKeys::from_keys(keys)};
    const auto store = std::make_shared<credence::MemoryRevocationStore>();
    std::vector<std::string> tokens;
    for (int index = 0; index < 12; ++index) {
        tokens.push_back(
            credence::encode(
                Claims{{.sub = "bob", .exp = start + 1h, .iat = start, .jti = "t" + std::to_string(index)}, {}}, keys)
                .value());
    }
    const credence::Verifier verifier{rotating,
                                      credence::Validation<Claims>{.clock = [] { return start; }},
                                      {.revocation = credence::Revocation{store}, .cache = {.max_tokens = 8}}};
    REQUIRE(store->revoke(credence::identity_of(verifier.verify(tokens.front()).value())));
    std::atomic<int> wrong = 0;
    std::atomic<int> at_work = 3;
    std::vector<std::thread> threads;
    for (int index = 0; index < 3; ++index) {
        threads.emplace_back([&] {
            for (std::size_t round = 0; round < 600; ++round) {
                const std::size_t at = round / 2 % tokens.size();
                const auto who = verifier.verify(tokens[at]);
                if (who.has_value() == (at == 0) || (who && who->jti != "t" + std::to_string(at))) ++wrong;
            }
            --at_work;
        });
    }
    while (at_work > 0) {
        rotating.replace(HmacKeys::from_keys(keys));
        std::this_thread::yield();
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    rotating.replace(HmacKeys::from_keys(credence::Keys<credence::HS256>::generate().value()));
    CHECK(verifier.verify(tokens.back()).error().code == Errc::invalid_signature);
}

TEST_CASE("whole texts are compared") {
    CHECK(credence::detail::equal_in_constant_time("", ""));
    CHECK(credence::detail::equal_in_constant_time("0123456789", "0123456789"));
    CHECK_FALSE(credence::detail::equal_in_constant_time("0123456789", "0123456780"));
    CHECK_FALSE(credence::detail::equal_in_constant_time("0123456789", "1123456789"));
    CHECK_FALSE(credence::detail::equal_in_constant_time("01234567", "012345678"));
}
