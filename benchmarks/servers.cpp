// SPDX-License-Identifier: MIT
// The work of a server: keys that rotate, many issuers, caches, stores, sessions, API keys and DPoP. Each is measured
// also with two threads that share it.
#include <credence/claims/claims.hpp>
#include <credence/http/dpop.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/memory_revocations.hpp>
#include <credence/stores/memory_store.hpp>
#include <credence/stores/sqlite_store.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/floor.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"
#include "support/shared.hpp"

namespace {

using credence::ES256, credence::HS256, credence::RS256;
using support::Issued, support::Small;
using HmacSet = credence::KeySet<HS256>;

/// The small claims as the README shows them.
struct Private {
    std::string role;
    std::string email;
};
using SmallClaims = credence::Claims<Private>;

constexpr std::string_view any_order_payload =
    R"({"email":"user@example.com","role":"admin","exp":4102444800,"iat":1700000000,)"
    R"("sub":"b08f86af-35da-48f2-8fab-cef3904660bd"})";
template <class Claims>
credence::Validation<Claims> any_audience() {
    return {.audience = credence::any_audience};
}

/// The job's key under an id.
const credence::Keys<HS256>& named_key() {
    static const auto key = support::keys<HS256>().with_kid("key-0");
    return key;
}

/// A token whose header has a `kid`.
std::string named_token() {
    const auto claims =
        credence::decode<Small>(support::token<HS256>(Small::payload), support::keys<HS256>(), any_audience<Small>());
    return credence::encode(**claims, named_key()).value();
}

/// That many keys. The first one has signed.
HmacSet set_of(int count) {
    std::vector<credence::Keys<HS256>> keys{named_key()};
    for (int number = 1; number < count; ++number)
        keys.push_back(credence::Keys<HS256>::generate().value().with_kid("key-" + std::to_string(number)));
    return HmacSet::from_keys(keys);
}

template <class Claims, class Source>
void add_verify(const std::string& name, Source source, std::string token, credence::VerifierOptions options = {}) {
    support::add(name, [=] {
        return [verifier = credence::Verifier{source, any_audience<Claims>(), options}, token] {
            return verifier.verify(token);
        };
    });
}

void add_forms() {
    add_verify<SmallClaims>("verify/HS256/small/claims", support::keys<HS256>().decoding,
                            support::token<HS256>(Small::payload));
    add_verify<SmallClaims>("verify/HS256/small/claims_any_order", support::keys<HS256>().decoding,
                            support::token<HS256>(any_order_payload));
    add_verify<SmallClaims>("verify/HS256/small/claims_kid", named_key().decoding, named_token());
    add_verify<Small>("verify/HS256/small/kid", named_key().decoding, named_token());
    support::add("decode/HS256/small", [token = support::token<HS256>(Small::payload)] {
        return [token] { return credence::decode<Small>(token, support::keys<HS256>(), any_audience<Small>()); };
    });
}

void add_key_sources() {
    for (const int count : {1, 10, 1000}) {
        const std::string number = std::to_string(count);
        support::add("key_set/" + number, [count] {
            return [verifier = credence::Verifier{set_of(count), any_audience<Small>()}, token = named_token()] {
                return verifier.verify(token);
            };
        });
        support::add("rotating/" + number, [count] {
            return
                [verifier = credence::Verifier{credence::RotatingKeys<HmacSet>{set_of(count)}, any_audience<Small>()},
                 token = named_token()] { return verifier.verify(token); };
        });
        support::add("lookup/" + number,
                     [count] { return [set = set_of(count)] { return set.find({.alg = "HS256", .kid = "key-0"}); }; });
        support::add("lookup_unknown/" + number, [count] {
            return [set = set_of(count), turn = 0U]() mutable {
                static constexpr std::array unknown{"another", "key--1", "key-1000", "KEY-0", "k", "", "key-0 ", "0"};
                return !set.find({.alg = "HS256", .kid = unknown[++turn % unknown.size()]});
            };
        });
    }
}

/// Verifiers of that many issuers. The last one has signed.
template <std::size_t... Numbers>
auto issuers_of(std::index_sequence<Numbers...>) {
    constexpr std::size_t count = sizeof...(Numbers);
    return credence::Verifiers{credence::verifier_for<Issued>(
        support::keys<HS256>(), {.issuer = "https://id-" + std::to_string(count - 1 - Numbers) + ".example",
                                 .audience = credence::any_audience})...};
}

void add_issuers() {
    const std::string token = support::token<HS256>(Issued::payload);
    support::add("issuers/alone", [token] {
        return [verifier = credence::verifier_for<Issued>(
                    support::keys<HS256>(), {.issuer = "https://id-0.example", .audience = credence::any_audience}),
                token] { return verifier.verify(token); };
    });
    support::add("issuers/1", [token] {
        return [verifiers = issuers_of(std::make_index_sequence<1>{}), token] { return verifiers.verify(token); };
    });
    support::add("issuers/16", [token] {
        return [verifiers = issuers_of(std::make_index_sequence<16>{}), token] { return verifiers.verify(token); };
    });
}

/// A token with a number in it.
std::string numbered_token(std::size_t number) {
    return support::token<HS256>(R"({"iss":"i","sub":"user-)" + std::to_string(number) + R"(","jti":"token-)" +
                                 std::to_string(number) +
                                 R"(","iat":1700000000,"exp":4102444800,"role":"admin","email":"user@example.com"})");
}

std::vector<std::string> numbered_tokens(std::size_t count) {
    std::vector<std::string> tokens;
    tokens.reserve(count);
    for (std::size_t number = 0; number < count; ++number) tokens.push_back(numbered_token(number));
    return tokens;
}

/// Verifies tokens in turn, over and over: far more of them than the cache has neighbouring places.
void add_in_turn(const std::string& name, std::size_t count, credence::VerifierOptions (*options)()) {
    support::add(name, [count, options] {
        const credence::Verifier verifier{support::keys<HS256>().decoding, any_audience<Small>(), options()};
        auto tokens = numbered_tokens(count);
        const std::size_t first = count / 10;  // a cache is full by then
        for (std::size_t number = 0; number < first; ++number) static_cast<void>(verifier.verify(tokens[number]));
        return [verifier, tokens = std::move(tokens), next = first]() mutable {
            next = next + 1 == tokens.size() ? 0 : next + 1;
            return verifier.verify(tokens[next]);
        };
    });
}

/// A store with that many revoked tokens. None of them is presented.
template <std::size_t entries>
credence::VerifierOptions revoked() {
    static const auto store = [] {
        auto made = std::make_shared<credence::MemoryRevocationStore>(entries + 1);
        for (std::size_t number = 0; number < entries; ++number) {
            const std::string id = "revoked-" + std::to_string(number);
            if (!made->revoke({.issuer = "i", .id = id})) throw std::runtime_error{"no room"};
        }
        return made;
    }();
    return {.revocation = credence::Revocation{store}};
}

template <std::size_t entries>
credence::VerifierOptions cached() {
    return {.cache = {.max_tokens = entries}};
}

void add_tables() {
    add_in_turn("turn/plain", 4096, [] { return credence::VerifierOptions{}; });
    add_in_turn("turn/revocation/1000", 4096, revoked<1000>);
    add_in_turn("turn/revocation/1000000", 4096, revoked<1'000'000>);
    add_in_turn("turn/plain_many", 200'000, [] { return credence::VerifierOptions{}; });
    add_in_turn("turn/cache_miss/10000", 200'000, cached<10'000>);
}

/// A database in a file of its own, which is removed with this object.
struct FileStore {
    FileStore() {
        std::string pattern = (std::filesystem::temp_directory_path() / "credence-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no folder for a database"};
        folder = pattern;
        store = credence::SqliteStore::open((folder / "auth.db").string()).value();
    }
    FileStore(const FileStore&) = delete;
    FileStore& operator=(const FileStore&) = delete;
    ~FileStore() { std::filesystem::remove_all(folder); }

    std::filesystem::path folder = {};
    std::shared_ptr<credence::SqliteStore> store = {};
};

const auto& memory_store() {
    static const auto made = std::make_shared<credence::MemoryStore>();
    return made;
}
const auto& file_store() {
    static const FileStore made;
    return made.store;
}
const auto& sessions() {
    static const credence::Sessions<SmallClaims> made{memory_store()};
    return made;
}
const auto& api_keys() {
    static const credence::ApiKeys<SmallClaims> made{memory_store(), {.prefix = "bench"}};
    return made;
}
SmallClaims subject(std::size_t number) {
    return {{.sub = "user-" + std::to_string(number)}, {.role = "admin", .email = "user@example.com"}};
}

/// A store that takes every proof for a new one, so that only the rest is measured.
struct AlwaysNew {
    credence::Result<bool> use_once(std::string_view /*id*/, credence::NumericDate /*until*/) { return true; }
};

/// SHA-256 by OpenSSL alone, with a context that is used again.
class FloorHash {
public:
    [[nodiscard]] std::string_view operator()(std::string_view text) {
        unsigned int size = 0;
        const bool is_done = EVP_DigestInit_ex2(scratch_.get(), digest_.get(), nullptr) == 1 &&
                             EVP_DigestUpdate(scratch_.get(), text.data(), text.size()) == 1 &&
                             EVP_DigestFinal_ex(scratch_.get(), hash_.data(), &size) == 1;
        return {reinterpret_cast<const char*>(hash_.data()), is_done ? size : 0};
    }

private:
    support::Digest digest_{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    support::DigestContext scratch_{EVP_MD_CTX_new()};
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash_{};
};

/// A session and an API key in a store, each beside its floor: the hash, and one call of the store.
template <class Store>
void add_opaque_in(const std::string& home, const std::shared_ptr<Store>& (*store)()) {
    support::add("session/" + home, [store] {
        const credence::Sessions<SmallClaims> made{store()};
        return [made, id = made.start(subject(0)).value().id] { return made.verify(id); };
    });
    support::add("floor/session/" + home, [store] {
        const auto id = credence::Sessions<SmallClaims>{store()}.start(subject(0)).value().id;
        return [store, id, hash = std::make_shared<FloorHash>()] {
            const auto found = store()->find_session((*hash)(id));
            return found && *found;
        };
    });
    support::add("api_key/" + home, [store] {
        const credence::ApiKeys<SmallClaims> made{store(), {.prefix = "bench"}};
        const auto text = made.issue(subject(0)).value().text;
        static_cast<void>(made.verify(text));  // writes the first use; further ones are written once a minute
        return [made, text] { return made.verify(text); };
    });
    support::add("floor/api_key/" + home, [store] {
        const auto key = credence::ApiKeys<SmallClaims>{store(), {.prefix = "bench"}}.issue(subject(0)).value();
        return [store, key, hash = std::make_shared<FloorHash>()] {
            const auto found = store()->find_api_key(key.id);
            return found && *found && (*found)->hash == (*hash)(key.text);
        };
    });
}

void add_opaque() {
    add_opaque_in("memory", memory_store);
    add_opaque_in("sqlite", file_store);
}

void add_dpop() {
    support::add("dpop/ES256", [] {
        const auto client = credence::Keys<ES256>::generate().value();
        const std::string token =
            support::token<ES256>(R"({"sub":"42","iat":1700000000,"exp":4102444800,"role":"admin",)"
                                  R"("email":"user@example.com","cnf":{"jkt":")" +
                                  credence::thumbprint(client).value() + R"("}})");
        const auto noon = credence::now();
        const auto clock = [noon] { return noon; };
        const std::string proof =
            credence::dpop_proof(client, "GET", "https://api.example/orders", {.access_token = token, .clock = clock})
                .value();
        const auto tokens = credence::verifier_for<Small>(support::keys<ES256>(), any_audience<Small>());
        const auto bound = credence::dpop_bound(
            tokens, {.base_url = "https://api.example", .replays = std::make_shared<AlwaysNew>(), .clock = clock});
        return [=] {
            const auto field = [&proof](std::string_view name) -> credence::HeaderValue {
                if (name == "DPoP") return std::string_view{proof};
                return {};
            };
            return bound.verify(token, {.method = "GET", .url = "/orders", .field = field, .scheme = "DPoP"});
        };
    });
}

template <class Make>
void add_threads(const std::string& name, Make make) {
    support::add_threads("threads/" + name, std::move(make));
}

void add_all_threads() {
    add_threads("rotating", [] {
        return [verifier = credence::Verifier{credence::RotatingKeys<HmacSet>{set_of(10)}, any_audience<Small>()},
                token = named_token()](std::size_t) { return verifier.verify(token); };
    });
    add_threads("cache_same", [] {
        return [verifier = credence::Verifier{support::keys<RS256>().decoding, any_audience<Small>(), cached<1000>()},
                token = support::token<RS256>(Small::payload)](std::size_t) { return verifier.verify(token); };
    });
    add_threads("cache_different", [] {
        return [verifier = credence::Verifier{support::keys<HS256>().decoding, any_audience<Small>(), cached<4096>()},
                tokens = numbered_tokens(64)](std::size_t turn) { return verifier.verify(tokens[turn % 64]); };
    });
    add_threads("revocation", [] {
        return [verifier = credence::Verifier{support::keys<HS256>().decoding, any_audience<Small>(), revoked<1000>()},
                tokens = numbered_tokens(64)](std::size_t turn) { return verifier.verify(tokens[turn % 64]); };
    });
    add_threads("sessions", [] {
        std::vector<std::string> ids;
        for (std::size_t number = 0; number < 64; ++number) ids.push_back(sessions().start(subject(number)).value().id);
        return [ids](std::size_t turn) { return sessions().verify(ids[turn % 64]); };
    });
    add_threads("api_keys", [] {
        std::vector<std::string> texts;
        for (std::size_t number = 0; number < 64; ++number)
            texts.push_back(api_keys().issue(subject(number)).value().text);
        return [texts](std::size_t turn) { return api_keys().verify(texts[turn % 64]); };
    });
}

}  // namespace

void jobs::add_servers() {
    add_forms();
    add_key_sources();
    add_issuers();
    add_tables();
    add_opaque();
    add_dpop();
    if (!support::is_counting) add_all_threads();
}
