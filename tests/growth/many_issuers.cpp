// SPDX-License-Identifier: MIT
// A registry of a thousand issuers, of which a hundred send tokens. Only those hundred are asked for keys, and the
// memory of C++ and OpenSSL does not grow with the number of replacements of their keys.
#include <credence/jwt/encode.hpp>
#include <credence/remote/issuer_registry.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "limits/peak_memory.hpp"
#include "support/catch.hpp"
#include "support/published.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

using namespace credence;
using namespace std::chrono_literals;
using Registry = IssuerRegistry<RegisteredClaims, support::RemoteSet>;

namespace {

void* openssl_take(std::size_t size, const char* /*file*/, int /*line*/) { return peak_memory::take(size); }
void openssl_give_back(void* memory, const char* /*file*/, int /*line*/) { peak_memory::give_back(memory); }
void* openssl_change(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    const std::size_t before = memory == nullptr ? 0 : malloc_usable_size(memory);
    void* const changed = std::realloc(memory, size);
    if (changed != nullptr || size == 0) peak_memory::in_use -= before;
    if (changed != nullptr) peak_memory::in_use += malloc_usable_size(changed);
    return changed;
}
/// Whether OpenSSL's memory is counted: this can only be set before its first allocation.
const bool is_counted = CRYPTO_set_mem_functions(openssl_take, openssl_change, openssl_give_back) == 1;

constexpr int issuer_count = 1000;
constexpr int busy_count = 100;

std::string issuer_of(int number) { return "https://issuer-" + std::to_string(number) + ".example"; }

/// Issuers that publish another set at each request. A handle: copies share the issuers.
class RotatingIssuers {
public:
    FetchResult operator()(const FetchRequest& request) const {
        const std::string issuer = request.url.origin();
        const std::scoped_lock lock{state_->mutex};
        const int asked = ++state_->asked[issuer];
        if (request.url.path() != "/set") {
            return support::published(support::published_document(issuer, issuer + "/set"));
        }
        ++state_->sets;
        state_->changed.notify_all();
        return support::published(state_->texts[static_cast<std::size_t>(asked) % state_->texts.size()]);
    }

    [[nodiscard]] std::map<std::string, int> asked() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->asked;
    }
    /// Waits for that many more requests for sets. \return whether they came.
    [[nodiscard]] bool wait_for_sets(int more) const {
        std::unique_lock lock{state_->mutex};
        const int wanted = state_->sets + more;
        return state_->changed.wait_for(lock, 120s, [&] { return state_->sets >= wanted; });
    }

private:
    struct State {
        const std::array<std::string, 2> texts{support::published_set({"a", "b"}), support::published_set({"a", "c"})};
        std::mutex mutex;
        std::condition_variable changed;
        std::map<std::string, int> asked;
        int sets = 0;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

std::string token_of(const std::string& issuer) {
    const RegisteredClaims claims{.iss = issuer, .aud = {"api"}, .exp = now() + 1h};
    return encode(claims, support::published_key("a")).value();
}

}  // namespace

TEST_CASE("of 1,000 issuers only those with tokens are fetched from, and new keys replace old ones") {
    REQUIRE(is_counted);
    const RotatingIssuers issuers;
    IssuerRegistryOptions options{.keys = {.interval = 1ms, .min_age = 1ms, .unknown_key_wait = 60s}};
    const Registry registry = Registry::make(issuers, options).value();
    std::vector<std::string> tokens;
    for (int number = 0; number < issuer_count; ++number) {
        registry.add(issuer_of(number), {.audience = "api"}).value();
        if (number % (issuer_count / busy_count) == 0) tokens.push_back(token_of(issuer_of(number)));
    }
    const auto verify_all = [&] {
        int accepted = 0;
        for (const std::string& token : tokens) accepted += registry.verify(token) ? 1 : 0;
        return accepted;
    };
    CHECK(verify_all() == busy_count);

    // The first five sets of each issuer warm up. The twenty that follow must leave no memory behind, except for work
    // under way: 17 bytes for each would be seen.
    REQUIRE(issuers.wait_for_sets(5 * busy_count));
    CHECK(verify_all() == busy_count);
    const std::size_t before = peak_memory::in_use;
    REQUIRE(issuers.wait_for_sets(20 * busy_count));
    CHECK(verify_all() == busy_count);
    const std::size_t after = peak_memory::in_use;
    constexpr std::size_t most_under_way = 32 * 1024;
    INFO("bytes in use: " << before << ", then " << after);
    CHECK(after < before + most_under_way);

    const auto asked = issuers.asked();
    CHECK(asked.size() == busy_count);
    for (int number = 0; number < issuer_count; ++number) {
        const bool is_busy = number % (issuer_count / busy_count) == 0;
        CHECK((asked.count(issuer_of(number)) == 1) == is_busy);
        if (is_busy) CHECK(registry.health(issuer_of(number))->sets > 5);
    }
}
