// SPDX-License-Identifier: MIT
// IssuerRegistry: tokens of many issuers, whose keys are fetched when they are needed, by two threads.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/remote/issuer_registry.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/published.hpp"

using namespace credence;
using namespace std::chrono_literals;
using Registry = IssuerRegistry<RegisteredClaims, support::RemoteSet>;

namespace {

constexpr std::chrono::seconds long_enough{60};

/// Issuers, each of which publishes the keys that a test gives it. A handle: copies share the issuers.
class Issuers {
public:
    FetchResult operator()(const FetchRequest& request) const {
        const std::string issuer = request.url.origin();
        std::unique_lock lock{state_->mutex};
        ++state_->asked[issuer];
        ++state_->under_way;
        state_->most_at_once = (std::max)(state_->most_at_once, state_->under_way);
        state_->changed.notify_all();
        state_->changed.wait_for(lock, long_enough, [&] { return !state_->is_held; });
        --state_->under_way;
        if (request.url.path() != "/set") {
            return support::published(support::published_document(issuer, issuer + "/set"));
        }
        return support::published(support::published_set(state_->keys[issuer]));
    }

    void publish(const std::string& issuer, std::vector<std::string> kids) const {
        const std::scoped_lock lock{state_->mutex};
        state_->keys[issuer] = std::move(kids);
    }
    void hold(bool is_held) const {
        const std::scoped_lock lock{state_->mutex};
        state_->is_held = is_held;
        state_->changed.notify_all();
    }
    /// How many requests there were: of an issuer, or of all.
    [[nodiscard]] int asked(const std::string& issuer) const {
        const std::scoped_lock lock{state_->mutex};
        return state_->asked[issuer];
    }
    [[nodiscard]] std::size_t asked_issuers() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->asked.size();
    }
    [[nodiscard]] int most_at_once() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->most_at_once;
    }
    [[nodiscard]] bool wait_for_under_way(int count) const {
        std::unique_lock lock{state_->mutex};
        return state_->changed.wait_for(lock, long_enough, [&] { return state_->under_way >= count; });
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::map<std::string, std::vector<std::string>> keys;
        std::map<std::string, int> asked;
        int under_way = 0;
        int most_at_once = 0;
        bool is_held = false;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

const std::string first = "https://one.example";
const std::string second = "https://two.example";

/// A token that was issued before any fetch, so that an unknown key in it is known not to be the issuer's.
std::string token_of(const std::string& issuer, const std::string& kid, std::string_view audience = "api") {
    const RegisteredClaims claims{
        .iss = issuer, .aud = {std::string{audience}}, .exp = now() + 1h, .iat = now() - 1min};
    return encode(claims, support::published_key(kid)).value();
}

IssuerRegistryOptions patient() { return {.keys = {.unknown_key_wait = long_enough}}; }

/// A registry with both issuers. Each has one key.
Registry with_two(const Issuers& issuers, IssuerRegistryOptions options = patient()) {
    issuers.publish(first, {"a"});
    issuers.publish(second, {"b"});
    const Registry registry = Registry::make(issuers, std::move(options)).value();
    registry.add(first, {.audience = "api"}).value();
    registry.add(second, {.audience = "api"}).value();
    return registry;
}

std::optional<Errc> refused(const Registry& registry, const std::string& token) {
    const auto verified = registry.verify(token);
    return verified ? std::nullopt : std::optional{verified.error().code};
}

}  // namespace

TEST_CASE("a registry is a verifier of tokens", "[issuer_registry]") {
    STATIC_REQUIRE(TokenVerifier<Registry>);
    STATIC_REQUIRE(BindableVerifier<Registry>);
    const Issuers issuers;
    const Registry registry = with_two(issuers);
    const auto refuses = [](std::string_view) { return Result<void>{Errc::invalid_proof}; };
    CHECK(registry.verify(token_of(first, "a"), ConfirmationCheck{refuses}).error().code == Errc::invalid_proof);
}

TEST_CASE("each issuer's tokens are verified with its own keys", "[issuer_registry]") {
    const Issuers issuers;
    const Registry registry = with_two(issuers);
    CHECK(registry.size() == 2);
    CHECK(issuers.asked_issuers() == 0);  // nothing is fetched before it is needed
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    CHECK(issuers.asked(second) == 0);
    CHECK_FALSE(refused(registry, token_of(second, "b")));
    CHECK(refused(registry, token_of(first, "b")) == Errc::no_matching_key);
    CHECK(refused(registry, token_of(second, "a")) == Errc::no_matching_key);
    CHECK(registry.health(first)->can_verify);
    CHECK_FALSE(registry.health("https://other.example").has_value());
}

TEST_CASE("tokens that no rules accept cause no fetch", "[issuer_registry]") {
    const Issuers issuers;
    const Registry registry = with_two(issuers);
    CHECK(refused(registry, token_of("https://other.example", "a")) == Errc::invalid_issuer);
    CHECK(refused(registry, token_of(first, "a", "others")) == Errc::no_matching_key);
    CHECK(refused(registry, "a.b") == Errc::malformed_token);
    CHECK(refused(registry, std::string(20'000, 'a')) == Errc::token_too_large);
    CHECK(refused(registry, "eyJhbGciOiJub25lIn0.e30.") == Errc::unsupported_algorithm);
    CHECK(refused(registry, "eyJhbGciOiJSUzI1NiJ9.e30.AA") == Errc::algorithm_not_allowed);
    CHECK(refused(registry, "eyJhbGciOiJFUzI1NiJ9.e30.AA") == Errc::invalid_issuer);
    for (const std::string& token : {std::string(20'000, 'a'), std::string{"eyJhbGciOiJub25lIn0.e30."},
                                     std::string{"eyJhbGciOiJSUzI1NiJ9.e30.AA"}}) {
        CHECK_FALSE(registry.verify(token).error().reason.empty());
    }
    CHECK(issuers.asked_issuers() == 0);
}

TEST_CASE("a removed issuer is unknown", "[issuer_registry]") {
    const Issuers issuers;
    const Registry registry = with_two(issuers);
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    CHECK(registry.remove(first));
    CHECK_FALSE(registry.remove(first));
    CHECK(refused(registry, token_of(first, "a")) == Errc::invalid_issuer);
    CHECK_FALSE(refused(registry, token_of(second, "b")));
}

TEST_CASE("an issuer that is added again gets the new rules", "[issuer_registry]") {
    const Issuers issuers;
    const Registry registry = with_two(issuers);
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    registry.add(first, {.audience = "others"}).value();
    CHECK(registry.size() == 2);
    CHECK_FALSE(refused(registry, token_of(first, "a", "others")));
    CHECK(refused(registry, token_of(first, "a")) == Errc::invalid_audience);
}

TEST_CASE("an issuer that cannot be added is reported", "[issuer_registry]") {
    const Registry registry = Registry::make(Issuers{}, {.max_issuers = 1}).value();
    CHECK(registry.add("http://one.example", {}).error().stage == FetchStage::url);
    CHECK(registry.add(first, {.issuer = second}).error().stage == FetchStage::configuration);
    CHECK(registry.add(first, {.issuer = first}).has_value());
    CHECK(registry.add(second, {}).error().stage == FetchStage::configuration);
    CHECK(registry.add(first, {}).has_value());
    CHECK(Registry::make(Issuers{}, {.keys = {.interval = 0ms}}).error().stage == FetchStage::configuration);
}

TEST_CASE("nothing is fetched before the resolver accepts the issuer", "[issuer_registry]") {
    const Issuers issuers;
    issuers.publish(first, {"a"});
    std::atomic<int> asked = 0;
    const auto resolver = [&](const std::string& issuer) -> std::optional<Validation<RegisteredClaims>> {
        ++asked;
        if (issuer == second) throw std::runtime_error{"a no"};
        if (issuer != first) return std::nullopt;
        return Validation<RegisteredClaims>{.audience = "api"};
    };
    const Registry registry = Registry::make(issuers, patient(), resolver).value();
    CHECK(refused(registry, token_of("https://evil.example", "a")) == Errc::invalid_issuer);
    CHECK(refused(registry, token_of(second, "a")) == Errc::invalid_issuer);
    CHECK(issuers.asked_issuers() == 0);
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    CHECK(asked == 3);  // the resolver is asked only once if it says yes
    CHECK(registry.size() == 1);
}

TEST_CASE("the first tokens of an issuer share one fetch", "[issuer_registry]") {
    const Issuers issuers;
    issuers.hold(true);
    const Registry registry = with_two(issuers);
    const std::string token = token_of(first, "a");
    std::atomic<int> accepted = 0;
    std::vector<std::thread> threads;
    for (int count = 0; count < 5; ++count) {
        threads.emplace_back([&] { accepted += refused(registry, token) ? 0 : 1; });
    }
    CHECK(issuers.wait_for_under_way(1));
    issuers.hold(false);
    for (std::thread& thread : threads) thread.join();
    CHECK(accepted == 5);
    CHECK(issuers.asked(first) == 2);
}

TEST_CASE("while an issuer fails, known keys verify, and unknown ones are unavailable", "[issuer_registry]") {
    const Issuers issuers;
    auto options = patient();
    options.keys.cool_down = 0ms;
    const Registry registry = with_two(issuers, options);
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    issuers.publish(first, {});  // a set without a key is a failure
    CHECK(refused(registry, token_of(first, "b")) == Errc::keys_unavailable);
    CHECK_FALSE(refused(registry, token_of(first, "a")));
}

TEST_CASE("a thousand issuers have at most two fetches at a time", "[issuer_registry]") {
    const Issuers issuers;
    const Registry registry = Registry::make(issuers, patient()).value();
    std::vector<std::string> tokens;
    for (int number = 0; number < 1000; ++number) {
        const std::string issuer = "https://issuer-" + std::to_string(number) + ".example";
        issuers.publish(issuer, {"a"});
        registry.add(issuer, {.audience = "api"}).value();
        if (number % 10 == 0) tokens.push_back(token_of(issuer, "a"));
    }
    CHECK(registry.size() == 1000);
    std::atomic<std::size_t> next = 0;
    std::atomic<int> accepted = 0;
    std::vector<std::thread> threads;
    for (int count = 0; count < 6; ++count) {
        threads.emplace_back([&] {
            for (std::size_t index = next++; index < tokens.size(); index = next++) {
                accepted += refused(registry, tokens[index]) ? 0 : 1;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(accepted == 100);
    CHECK(issuers.asked_issuers() == 100);
    CHECK(issuers.most_at_once() <= 2);
}

TEST_CASE("adding and removing issuers costs about the same for each, however many there are", "[issuer_registry]") {
    const auto cost_of = [](int count) {
        const Registry registry = Registry::make(Issuers{}, {.max_issuers = 100'000}).value();
        return support::allocations_of([&] {
            for (int number = 0; number < count; ++number) {
                registry.add("https://issuer-" + std::to_string(number) + ".example", {.audience = "api"}).value();
            }
            for (int number = 0; number < count; ++number) {
                registry.remove("https://issuer-" + std::to_string(number) + ".example");
            }
        });
    };
    const auto few = cost_of(250);
    const auto many = cost_of(2000);
    CHECK(many.count < 10 * few.count);  // eight times as many, and three more nodes of a tree for each
    CHECK(many.bytes < 10 * few.bytes);
}

TEST_CASE("the keys of an issuer that was idle too long are fetched again before use", "[issuer_registry]") {
    const Issuers issuers;
    auto options = patient();
    options.rest_after = 0ms;  // every token comes after a rest
    const Registry registry = with_two(issuers, options);
    CHECK_FALSE(refused(registry, token_of(first, "a")));
    issuers.publish(first, {"c"});
    CHECK(refused(registry, token_of(first, "a")) == Errc::no_matching_key);
    CHECK_FALSE(refused(registry, token_of(first, "c")));
}

TEST_CASE("the destructor of a registry does not wait for a fetch that can be stopped", "[issuer_registry]") {
    std::atomic<bool> is_begun = false;
    std::atomic<bool> is_stopped = false;
    const auto hangs = [&](const FetchRequest& request) -> FetchResult {
        std::mutex mutex;
        std::condition_variable stopped;
        const std::stop_callback on_stop{request.stop, [&] {
                                             const std::scoped_lock lock{mutex};
                                             stopped.notify_all();
                                         }};
        std::unique_lock lock{mutex};
        is_begun = true;
        is_stopped = stopped.wait_for(lock, long_enough, [&] { return request.stop.stop_requested(); });
        return FetchError{FetchStage::stopped};
    };
    auto registry = std::make_unique<Registry>(Registry::make(hangs, {.keys = {.unknown_key_wait = 0ms}}).value());
    registry->add(first, {.audience = "api"}).value();
    const auto refusal = registry->verify(token_of(first, "a"));
    CHECK(refusal.error().code == Errc::keys_unavailable);
    CHECK(refusal.error().retry_after == 1s);
    while (!is_begun) std::this_thread::yield();
    registry.reset();
    CHECK(is_stopped);
}
