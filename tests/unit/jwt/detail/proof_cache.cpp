// SPDX-License-Identifier: MIT
// ProofCache: which entries it keeps and drops, and that an entry in use stays intact, also with several threads.
#include <credence/jwt/detail/proof_cache.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::NumericDate;

namespace {

const NumericDate start{1'700'000'000s};

/// An entry of a cache. It counts the living entries, and knows whether it is alive.
struct KnownProof : credence::detail::VersionUses {
    KnownProof(std::string_view text, std::uint64_t keys)
        : VersionUses{{1}, [](VersionUses* version) noexcept { delete static_cast<KnownProof*>(version); }},
          token(credence::detail::as_bytes(text)),
          generation(keys) {
        ++alive;
    }
    KnownProof(const KnownProof&) = delete;
    KnownProof& operator=(const KnownProof&) = delete;
    ~KnownProof() {
        mark.store(0, std::memory_order_relaxed);
        --alive;
    }

    [[nodiscard]] static std::unique_ptr<KnownProof> of(std::string_view text, std::uint64_t keys = 1) {
        return std::make_unique<KnownProof>(text, keys);
    }
    [[nodiscard]] bool is_whole() const { return mark.load(std::memory_order_relaxed) == 1; }

    credence::detail::SecretBytes token;
    std::uint64_t generation;
    std::atomic<int> mark = 1;

    static inline std::atomic<int> alive = 0;
};
using KnownProofs = credence::detail::ProofCache<KnownProof>;

}  // namespace

TEST_CASE("an expired token is dropped when it is presented, at the latest when others are stored") {
    KnownProofs cache{{.max_tokens = 1}};
    cache.insert(KnownProof::of("the token of the first moment"), start, start + 10s);
    REQUIRE(cache.find("the token of the first moment", 1));
    CHECK(cache.wants("the token of a later moment....", 1, start + 10s));
    CHECK(KnownProof::alive == 0);
    cache.insert(KnownProof::of("the token of a later moment...."), start + 10s, std::nullopt);
    cache.drop(*cache.find("the token of a later moment....", 1));
    CHECK(KnownProof::alive == 0);
}

TEST_CASE("tokens that come once do not replace cached ones, and tokens that come twice are cached") {
    KnownProofs cache{{.max_tokens = 4}};
    for (const char digit : {'1', '2', '3', '4'}) {
        const std::string token = "a token with the number ......" + std::string(1, digit);
        REQUIRE(cache.wants(token, 1, start));
        cache.insert(KnownProof::of(token), start, std::nullopt);
    }
    CHECK(KnownProof::alive == 4);
    const std::string_view next = "a token that is new here .....5";
    CHECK_FALSE(cache.wants(next, 1, start));
    CHECK(cache.wants(next, 1, start));
    cache.insert(KnownProof::of(next), start, std::nullopt);
    CHECK(KnownProof::alive == 4);
    CHECK(cache.find(next, 1));
    CHECK_FALSE(cache.find(next, 2));
}

TEST_CASE("the entries of replaced keys make room for those of the new ones") {
    KnownProofs cache{{.max_tokens = 4}};
    for (const char digit : {'1', '2', '3', '4'})
        cache.insert(KnownProof::of("a token of the first keys ...." + std::string(1, digit)), start, std::nullopt);
    CHECK(cache.wants("a token of the second keys ....", 2, start));
    CHECK(KnownProof::alive == 0);
}

TEST_CASE("a cached proof is dropped by its last holder, even after the cache") {
    std::optional<KnownProofs> cache{std::in_place, credence::TokenCache{.max_tokens = 64}};
    cache->insert(KnownProof::of("a token of which one is held .."), start, std::nullopt);
    cache->insert(KnownProof::of("a token that nobody holds ....."), start, std::nullopt);
    auto held = cache->find("a token of which one is held ..", 1);
    cache->clear();
    CHECK(KnownProof::alive == 1);
    CHECK(held->is_whole());
    cache.reset();
    held = {};
    CHECK(KnownProof::alive == 0);
}

TEST_CASE("evict, expire, clear, rotate and find at once", "[threads]") {
    std::atomic<int> wrong = 0;
    {
        KnownProofs cache{{.max_tokens = 8}};  // fewer places than the 24 tokens
        std::atomic<std::uint64_t> generation = 1;
        std::atomic<int> at_work = 4;
        const auto token_of = [](int number) { return "a token with a long number ...." + std::to_string(number); };
        const auto use = [&](int first) {
            KnownProofs::Hold kept;
            for (int round = 0; round < 2000; ++round) {
                const std::string token = token_of((first + round) % 24);
                const std::uint64_t current = generation;
                const NumericDate moment = start + std::chrono::seconds{round};
                auto held = cache.find(token, current);
                if (held && (!held->is_whole() || held->generation != current)) ++wrong;
                if (!held && cache.wants(token, current, moment))
                    cache.insert(KnownProof::of(token, current), moment, moment + std::chrono::seconds{round % 16});
                if (held && round % 8 == 0) cache.drop(*held);
                if (held && round % 5 == 0) kept = held;  // counted
                if (held && round % 7 == 0) kept = std::move(held);
                if (kept && !kept->is_whole()) ++wrong;
            }
            --at_work;
        };
        std::vector<std::thread> threads;
        for (int index = 0; index < 4; ++index) threads.emplace_back(use, index * 6);
        while (at_work > 0) {
            cache.clear();
            ++generation;
            std::this_thread::yield();
        }
        for (auto& thread : threads) thread.join();
    }
    CHECK(wrong == 0);
    CHECK(KnownProof::alive == 0);
}
