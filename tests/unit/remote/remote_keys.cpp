// SPDX-License-Identifier: MIT
// RemoteKeys: a verifier over keys that follow an issuer. The issuer is a script; both sides wait for events.
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/remote_keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace credence;
using namespace std::chrono_literals;
using support::IssuerScript;
using support::RemoteSet;

namespace {

using Remote = RemoteKeys<RemoteSet>;
using Kind = RemoteEvent::Kind;

const std::string issuer_url = IssuerScript::issuer_url;

/// A token of the key with that id, issued now.
std::string token_of(const std::string& kid, std::string_view issuer = issuer_url, std::string_view audience = "api",
                     std::chrono::seconds lifetime = 1h) {
    const RegisteredClaims claims{.iss = std::string{issuer},
                                  .sub = "alice",
                                  .aud = {std::string{audience}},
                                  .exp = now() + lifetime,
                                  .iat = now()};
    return encode(claims, support::published_key(kid)).value();
}

Remote follow(const IssuerScript& script, RemoteOptions options = {}) {
    if (!options.on_event) options.on_event = script.hook();
    return Remote::discover(issuer_url, script, std::move(options)).value();
}

/// The same, after the first set has been fetched.
Remote ready(const IssuerScript& script, RemoteOptions options = {}) {
    Remote keys = follow(script, std::move(options));
    REQUIRE(keys.wait_for_keys(IssuerScript::long_enough));
    return keys;
}

auto verifier_over(const Remote& keys) { return verifier_for<RegisteredClaims>(keys, {.audience = "api"}).value(); }

template <class AnyVerifier>
std::optional<Errc> refused(const AnyVerifier& verifier, const std::string& token) {
    const auto verified = verifier.verify(token);
    return verified ? std::nullopt : std::optional{verified.error().code};
}

/// Options under which an unknown key id may cause a fetch at any time.
RemoteOptions eager() { return {.cool_down = 0ms, .unknown_key_wait = IssuerScript::long_enough}; }

/// The thread sanitizer ends a child that starts a thread.
#if defined(__has_feature)
constexpr bool cannot_fork = __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_THREAD__)
constexpr bool cannot_fork = true;
#else
constexpr bool cannot_fork = false;
#endif

}  // namespace

TEST_CASE("remote keys are a key source with snapshots, of one issuer, that can fetch", "[remote_keys]") {
    STATIC_REQUIRE(SnapshotKeySource<Remote>);
    STATIC_REQUIRE(FetchingKeySource<Remote>);
    STATIC_REQUIRE(IssuerKeySource<Remote>);
    STATIC_REQUIRE(Remote::accepts("EdDSA"));
    STATIC_REQUIRE_FALSE(Remote::accepts("RS256"));
}

TEST_CASE("keys are unavailable until the first set has arrived", "[remote_keys]") {
    IssuerScript script;
    script.hold(true);
    const Remote keys = follow(script);
    const auto verifier = verifier_over(keys);
    REQUIRE(script.wait_for_begun(1));
    const auto verified = verifier.verify(token_of("a"));
    CHECK(verified.error().code == Errc::keys_unavailable);
    CHECK(verified.error().reason == "no key set has been fetched yet");
    CHECK(keys.find({.alg = "EdDSA", .kid = "a"}).error().code == Errc::keys_unavailable);
    CHECK(keys.generation() == 0);
    CHECK(keys.health().state == RemoteState::empty);
    CHECK_FALSE(keys.health().can_verify);
    CHECK_FALSE(keys.wait_for_keys(0ms));
    CHECK(script.begun() == 1);

    script.hold(false);
    REQUIRE(keys.wait_for_keys(IssuerScript::long_enough));
    CHECK_FALSE(refused(verifier, token_of("a")));
    CHECK(keys.find({.alg = "EdDSA", .kid = "a"}).has_value());
    CHECK(keys.generation() == 1);
    const RemoteHealth health = keys.health();
    CHECK(health.can_verify);
    CHECK(health.state == RemoteState::fresh);
    CHECK(health.keys == 1);
    CHECK(health.age.has_value());
    CHECK(health.next_fetch > 0ms);
    CHECK(script.asked(IssuerScript::document_url) == 1);
    CHECK(script.asked(IssuerScript::set_url) == 1);
    REQUIRE(script.wait_for_event(Kind::fetched));
}

TEST_CASE("invalid URLs and options of an issuer are reported at once", "[remote_keys]") {
    const IssuerScript script;
    CHECK(Remote::discover("http://id.example", script).error().stage == FetchStage::url);
    CHECK(Remote::discover("https://id.example?a", script).error().stage == FetchStage::url);
    CHECK(Remote::at("http://id.example/set", script).error().stage == FetchStage::url);
    CHECK(Remote::at("https://id.example/set", script, {.interval = 0ms}).error().stage == FetchStage::configuration);
    CHECK(script.begun() == 0);
}

TEST_CASE("a verifier uses the issuer of its keys, and refuses rules with another issuer", "[remote_keys]") {
    const IssuerScript script;
    const Remote keys = ready(script);
    CHECK(keys.issuer() == issuer_url);
    CHECK(refused(verifier_over(keys), token_of("a", "https://evil.example")) == Errc::invalid_issuer);

    const std::vector<std::string> spellings{issuer_url, "id.example"};
    CHECK(verifier_for<RegisteredClaims>(keys, {.issuer = spellings, .audience = "api"}).has_value());
    const auto foreign = verifier_for<RegisteredClaims>(keys, {.issuer = "https://evil.example", .audience = "api"});
    REQUIRE_FALSE(foreign.has_value());
    CHECK(foreign.error().code == Errc::invalid_issuer);
    CHECK(foreign.error().claim == "iss");
    CHECK_FALSE(foreign.error().reason.empty());

    // Without `verifier_for`, nothing reports rules that name another issuer: such a verifier accepts no token.
    const Verifier<RegisteredClaims, Remote> unbound{keys, {.issuer = "https://evil.example", .audience = "api"}};
    CHECK(refused(unbound, token_of("a", "https://evil.example")) == Errc::invalid_issuer);
    CHECK(refused(unbound, token_of("a")) == Errc::invalid_issuer);
    const Verifier<RegisteredClaims, Remote> bound{keys, {.audience = "api"}};
    CHECK_FALSE(refused(bound, token_of("a")));
    CHECK(refused(bound, token_of("a", "https://evil.example")) == Errc::invalid_issuer);

    CHECK(decode<RegisteredClaims>(token_of("a"), keys, {.audience = "api"}).has_value());
    CHECK(decode<RegisteredClaims>(token_of("a", "https://evil.example"), keys, {.audience = "api"}).error().code ==
          Errc::invalid_issuer);
}

TEST_CASE("keys from a set URL need an issuer in the rules", "[remote_keys]") {
    const IssuerScript script;
    const Remote keys = Remote::at(IssuerScript::set_url, script).value();
    REQUIRE(keys.wait_for_keys(IssuerScript::long_enough));
    CHECK(keys.issuer().empty());
    CHECK(script.asked(IssuerScript::document_url) == 0);
    CHECK(verifier_for<RegisteredClaims>(keys, {.audience = "api"}).error().code == Errc::invalid_issuer);
    const Verifier<RegisteredClaims, Remote> open{keys, {.audience = "api"}};
    CHECK(refused(open, token_of("a")) == Errc::invalid_issuer);
    const auto named = verifier_for<RegisteredClaims>(keys, {.issuer = issuer_url, .audience = "api"}).value();
    CHECK_FALSE(refused(named, token_of("a")));
}

TEST_CASE("a token of a new key is verified by the fetch that it causes", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, eager());
    const auto verifier = verifier_over(keys);
    CHECK_FALSE(refused(verifier, token_of("a")));
    script.publish({"a", "b"});
    CHECK_FALSE(refused(verifier, token_of("b")));
    CHECK_FALSE(refused(verifier, token_of("a")));
    CHECK(script.asked(IssuerScript::set_url) == 2);
    CHECK(keys.generation() == 2);
    CHECK(keys.health().unknown_keys == 1);

    CHECK(refused(verifier, token_of("c")) == Errc::no_matching_key);
    CHECK(script.asked(IssuerScript::set_url) == 3);
    CHECK(keys.generation() == 2);
}

TEST_CASE("attack row 14: a URL in a token is never fetched", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, eager());
    const auto verifier = verifier_over(keys);
    const std::string payload = R"({"iss":"https://id.example","aud":"api","exp":4102444800})";
    const auto pair = support::published_key("a");
    const auto signed_as = [&](const std::string& header) {
        const std::string input = detail::encode_base64url(header) + "." + detail::encode_base64url(payload);
        const auto& key = detail::KeyAccess::prepared(pair.encoding);
        std::string signature(key.signature_size(), '\0');
        REQUIRE(key.sign(input, reinterpret_cast<unsigned char*>(signature.data())));
        return input + "." + detail::encode_base64url(signature);
    };
    for (const char* member : {"jku", "x5u"}) {
        const std::string url = std::string{",\""} + member + "\":\"https://evil.example/set\"}";
        CHECK_FALSE(refused(verifier, signed_as(R"({"alg":"EdDSA","kid":"a")" + url)));
        const std::size_t before = script.begun();
        CHECK(refused(verifier, signed_as(R"({"alg":"EdDSA","kid":"evil")" + url)) == Errc::no_matching_key);
        CHECK(script.begun() == before + 1);
    }
    CHECK(script.asked(IssuerScript::set_url) == 3);  // the issuer's own, for each strange kid
    CHECK(script.asked("https://evil.example/set") == 0);
}

TEST_CASE("attack row 45: a removed key is refused after the next fetch", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, eager());
    const auto verifier =
        verifier_for<RegisteredClaims>(keys, {.audience = "api"}, {.cache = {.max_tokens = 100}}).value();
    const std::string old = token_of("a");
    CHECK_FALSE(refused(verifier, old));
    CHECK_FALSE(refused(verifier, old));  // remembered
    script.publish({"b"});
    CHECK_FALSE(refused(verifier, token_of("b")));
    CHECK(refused(verifier, old) == Errc::no_matching_key);
}

TEST_CASE("attack row 45: a flood of unknown key ids causes no fetch within the cool-down", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, {.cool_down = 1h});
    const auto verifier = verifier_over(keys);
    const std::string known = token_of("a");
    const std::size_t before = script.begun();
    for (int count = 0; count < 200; ++count) {
        // Which of the two depends on the second in which the token was made.
        const auto code = refused(verifier, token_of("strange"));
        CHECK((code == Errc::no_matching_key || code == Errc::keys_unavailable));
        CHECK_FALSE(refused(verifier, known));
    }
    CHECK(script.begun() == before);
    CHECK(keys.health().unknown_keys == 200);
}

TEST_CASE("attack row 45: tokens that the rules refuse, and impossible key ids, cause no fetch", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, eager());
    const auto verifier = verifier_over(keys);
    const std::size_t before = script.begun();
    CHECK(refused(verifier, token_of("b", "https://evil.example")) == Errc::no_matching_key);
    CHECK(refused(verifier, token_of("b", issuer_url, "other")) == Errc::no_matching_key);
    CHECK(refused(verifier, token_of("b", issuer_url, "api", -1h)) == Errc::no_matching_key);
    CHECK(refused(verifier, token_of(std::string(1025, 'b'))) == Errc::no_matching_key);
    CHECK(refused(verifier, token_of("b\n")) == Errc::no_matching_key);
    CHECK(refused(verifier, token_of("b").substr(0, 80) + ".!.") != std::nullopt);
    CHECK(script.begun() == before);
    CHECK(keys.health().unknown_keys == 0);
}

TEST_CASE("attack row 45: a kid is not looked up in another issuer's set", "[remote_keys]") {
    IssuerScript script;
    IssuerScript other;
    other.answer("https://other.example/.well-known/openid-configuration",
                 support::published(support::published_document("https://other.example", IssuerScript::set_url)));
    other.publish({"b"});
    const Remote keys = ready(script, {.cool_down = 1h});
    const Remote others = Remote::discover("https://other.example", other).value();
    REQUIRE(others.wait_for_keys(IssuerScript::long_enough));
    CHECK_FALSE(refused(verifier_over(others), token_of("b", "https://other.example")));
    CHECK(refused(verifier_over(others), token_of("b")) == Errc::invalid_issuer);
    CHECK(refused(verifier_over(keys), token_of("b")));
}

TEST_CASE("attack row 46: metadata of another issuer gives no keys", "[remote_keys]") {
    IssuerScript script;
    script.answer(IssuerScript::document_url,
                  support::published(support::published_document("https://evil.example", IssuerScript::set_url)));
    const Remote keys = follow(script);
    REQUIRE(script.wait_for_event(Kind::issuer_mismatch));
    const std::string line =
        "the metadata document belongs to another issuer: https://id.example/.well-known/openid-configuration: "
        "expected 'https://id.example', the document says 'https://evil.example'";
    CHECK(message(script.events().front()) == "keys of https://id.example: fetch failed: " + line);
    CHECK(keys.health().last_fault == line);
    CHECK(script.asked(IssuerScript::set_url) == 0);
    CHECK(refused(verifier_over(keys), token_of("a")) == Errc::keys_unavailable);
}

TEST_CASE("attack row 46: a redirect and a jwks_uri at plain http give no keys", "[remote_keys]") {
    IssuerScript script;
    SECTION("redirect") { script.answer(IssuerScript::set_url, FetchResponse{.status = 302}); }
    SECTION("http to an inner address") {
        script.answer(IssuerScript::document_url,
                      support::published(support::published_document(issuer_url, "http://127.0.0.1/set")));
    }
    const Remote keys = follow(script);
    REQUIRE(script.wait_for_event(Kind::failed));
    CHECK_FALSE(keys.health().can_verify);
    CHECK(script.asked("http://127.0.0.1/set") == 0);
    CHECK(refused(verifier_over(keys), token_of("a")) == Errc::keys_unavailable);
}

TEST_CASE("attack row 46: a hanging fetch delays no known key, and a bounded number of requests wait",
          "[remote_keys]") {
    IssuerScript script;
    RemoteOptions options{.cool_down = 0ms, .unknown_key_wait = 1ms};
    std::string_view reason = "the fetch takes longer than unknown_key_wait";
    SECTION("they wait") {}
    SECTION("none may wait") {
        reason = "max_waiters requests wait for the fetch";
        options.unknown_key_wait = IssuerScript::long_enough;
        options.max_waiters = 0;
    }
    const Remote keys = ready(script, options);
    const auto verifier = verifier_over(keys);
    script.hold(true);
    const std::size_t before = script.begun();
    CHECK((verifier.verify)(token_of("b")).error().reason == reason);
    REQUIRE(script.wait_for_begun(before + 1));
    CHECK_FALSE(refused(verifier, token_of("a")));
    CHECK(refused(verifier, token_of("b")) == Errc::keys_unavailable);
    CHECK(keys.health().state == RemoteState::refreshing);
    CHECK(keys.health().next_fetch == 0ms);
    CHECK(script.begun() == before + 1);
}

TEST_CASE("many requests with a new key share one fetch", "[remote_keys]") {
    IssuerScript script;
    RemoteOptions options = eager();
    options.max_waiters = 30;
    const Remote keys = ready(script, options);
    const auto verifier = verifier_over(keys);
    script.publish({"a", "b"});
    script.hold(true);
    const std::size_t before = script.begun();
    std::atomic<int> accepted = 0;
    std::vector<std::thread> threads;
    const std::string token = token_of("b");
    for (int count = 0; count < 30; ++count) {
        threads.emplace_back([&] {
            if (!refused(verifier, token)) ++accepted;
        });
    }
    REQUIRE(script.wait_for_begun(before + 1));
    script.hold(false);
    for (std::thread& thread : threads) thread.join();
    CHECK(accepted == 30);
    CHECK(script.begun() == before + 1);
}

TEST_CASE("while the issuer fails, known keys verify and unknown ones are unavailable", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, eager());
    const auto verifier = verifier_over(keys);
    script.answer(IssuerScript::set_url, FetchResponse{.status = 500});
    CHECK(refused(verifier, token_of("b")) == Errc::keys_unavailable);
    REQUIRE(script.wait_for_event(Kind::serving_stale));
    CHECK_FALSE(refused(verifier, token_of("a")));
    CHECK(keys.health().failures > 0);
    CHECK_FALSE(keys.health().last_fault.empty());
}

TEST_CASE("expired keys are unavailable, also while a fetch hangs", "[remote_keys]") {
    IssuerScript script;
    const Remote keys = ready(script, {.interval = 500ms,
                                       .min_age = 1ms,
                                       .max_stale = 0ms,
                                       .cool_down = 0ms,
                                       .unknown_key_wait = 0ms,
                                       .total_timeout = 1h});
    const auto verifier =
        verifier_for<RegisteredClaims>(keys, {.audience = "api"}, {.cache = {.max_tokens = 100}}).value();
    const std::string token = token_of("a");
    static_cast<void>(verifier.verify(token));
    script.hold(true);
    const std::size_t before = script.begun();
    CHECK(refused(verifier, token_of("b")) == Errc::keys_unavailable);  // begins the fetch that hangs
    REQUIRE(script.wait_for_begun(before + 1));
    // The time of the set is up some time after this; no event tells when.
    while (keys.health().can_verify) std::this_thread::yield();
    CHECK(keys.health().state == RemoteState::expired);
    CHECK(refused(verifier, token) == Errc::keys_unavailable);
    CHECK(keys.snapshot().find({.alg = "EdDSA", .kid = "a"}).error().reason ==
          "the key set is older than max_stale allows");
}

TEST_CASE("a transport or a hook that throws does not end the thread", "[remote_keys]") {
    IssuerScript script;
    script.answer_by(IssuerScript::set_url,
                     [](const FetchRequest&) -> FetchResult { throw std::runtime_error{"transport"}; });
    std::atomic<int> calls = 0;
    const auto hook = script.hook();
    const Remote keys = follow(script, {.retry = 1ms,
                                        .on_event =
                                            [&calls, hook](const RemoteEvent& event) {
                                                ++calls;
                                                hook(event);
                                                throw std::runtime_error{"hook"};
                                            },
                                        .random = []() -> double { throw std::runtime_error{"random"}; }});
    REQUIRE(script.wait_for_event(Kind::failed));
    CHECK(script.events().front().error->stage == FetchStage::transfer);
    script.publish({"a"});
    REQUIRE(keys.wait_for_keys(IssuerScript::long_enough));
    REQUIRE(script.wait_for_event(Kind::recovered));
    CHECK(calls >= 3);
    CHECK_FALSE(refused(verifier_over(keys), token_of("a")));
}

TEST_CASE("the destructor stops a hanging fetch, and reports no event", "[remote_keys]") {
    IssuerScript script;
    script.hold(true);
    {
        const Remote keys = follow(script);
        REQUIRE(script.wait_for_begun(1));
    }
    CHECK(script.was_stopped());
    CHECK(script.events().empty());
}

TEST_CASE("the thread handles no signals of the program", "[remote_keys]") {
    std::atomic<bool> blocks_all = false;
    const IssuerScript script;
    const auto transport = [&](const FetchRequest& request) {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        blocks_all =
            sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGUSR1) == 1;
        return script(request);
    };
    const Remote keys = Remote::discover(issuer_url, transport).value();
    REQUIRE(keys.wait_for_keys(IssuerScript::long_enough));
    CHECK(blocks_all);
    sigset_t own;
    pthread_sigmask(SIG_SETMASK, nullptr, &own);
    CHECK(sigismember(&own, SIGTERM) == 0);
}

TEST_CASE("a forked child has the keys of its parent, and fetches by itself", "[remote_keys]") {
    if (cannot_fork) return;
    const pid_t parent = getpid();
    // No lock is used that could be held in the child. The parent's issuer hangs after its first answer.
    const auto transport = [parent,
                            sets = std::make_shared<std::atomic<int>>(0)](const FetchRequest& request) -> FetchResult {
        if (request.url.text() == IssuerScript::document_url) {
            return support::published(support::published_document(issuer_url, IssuerScript::set_url));
        }
        if (getpid() != parent) return support::published(support::published_set({"a", "b"}));
        if (sets->fetch_add(1) == 0) return support::published(support::published_set({"a"}));
        std::binary_semaphore end{0};
        const std::stop_callback on_stop{request.stop, [&] { end.release(); }};
        end.acquire();
        return FetchResult{FetchError{FetchStage::stopped}};
    };
    auto keys = std::make_unique<Remote>(Remote::discover(issuer_url, transport, eager()).value());
    REQUIRE(keys->wait_for_keys(IssuerScript::long_enough));
    auto verifier = std::make_unique<decltype(verifier_over(*keys))>(verifier_over(*keys));
    CHECK_FALSE(refused(*verifier, token_of("a")));
    const std::string old_key = token_of("a");
    const std::string new_key = token_of("b");

    const auto is_well_in_child = [&](auto&& work) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(60);  // a child that hangs is then a failure
            _exit(work() ? 0 : 1);
        }
        int status = -1;
        return child > 0 && waitpid(child, &status, 0) == child && status == 0;
    };
    const auto fetches = [&] {
        if (refused(*verifier, old_key) || keys->generation() == 0) return false;
        if (refused(*verifier, new_key) || keys->health().fetches == 0) return false;
        verifier.reset();
        keys.reset();
        return true;
    };
    CHECK(is_well_in_child(fetches));
    CHECK(is_well_in_child([&] { return is_well_in_child(fetches) && fetches(); }));
    CHECK(is_well_in_child([&] {  // a child that never uses them can end
        verifier.reset();
        keys.reset();
        return true;
    }));
    CHECK_FALSE(refused(*verifier, old_key));
}

TEST_CASE("copies and verifiers share the keys and keep them alive", "[remote_keys]") {
    IssuerScript script;
    std::optional<Remote> keys{ready(script, eager())};
    const Remote copy = *keys;
    const auto verifier = verifier_over(*keys);
    keys.reset();
    script.publish({"b"});
    CHECK_FALSE(refused(verifier, token_of("b")));
    CHECK(copy.generation() == 2);
}

TEST_CASE("the last handle may be dropped inside the hook", "[remote_keys]") {
    IssuerScript script;
    script.hold(true);
    const auto last = std::make_shared<std::optional<Remote>>();
    const auto hook = script.hook();
    *last = follow(script, {.on_event = [last, hook](const RemoteEvent& event) {
                       last->reset();
                       hook(event);
                   }});
    script.hold(false);
    CHECK(script.wait_for_event(Kind::fetched));
}

TEST_CASE("the hook may use the keys, and never deadlocks", "[remote_keys]") {
    IssuerScript script;
    std::optional<Remote> keys;
    std::optional<Errc> known = Errc::invalid_key;
    std::optional<Error> unknown;
    script.hold(true);
    RemoteOptions options = eager();
    options.on_event = [&, hook = script.hook()](const RemoteEvent& event) {
        if (event.kind == Kind::fetched) {
            known = refused(verifier_over(*keys), token_of("a"));
            unknown = (verifier_over(*keys).verify)(token_of("b")).error();
        }
        hook(event);
    };
    keys = follow(script, options);
    script.hold(false);
    REQUIRE(script.wait_for_event(Kind::fetched));
    CHECK_FALSE(known);
    REQUIRE(unknown);
    CHECK(unknown->code == Errc::keys_unavailable);
    CHECK(unknown->reason == "the hook cannot wait for a fetch");
    keys.reset();
}

TEST_CASE("eight verifiers see complete sets while the issuer replaces them a thousand times", "[remote_keys]") {
    IssuerScript script;
    // The sets alternate, so that each of the first thousand fetches brings a different one.
    constexpr std::size_t most = 1000;
    script.answer_by(IssuerScript::set_url, [turn = std::size_t{0}](const FetchRequest&) mutable -> FetchResult {
        static const std::string sets[] = {support::published_set({"a", "b"}), support::published_set({"a", "c"})};
        if (turn < most) ++turn;
        return support::published(sets[turn % 2]);
    });
    RemoteOptions options{.interval = 1ms, .min_age = 1ms};
    options.on_event = [](const RemoteEvent&) {};  // instead of the script's, which keeps them all
    const Remote keys = ready(script, options);
    const std::string token = token_of("a");
    std::atomic<bool> is_over = false;
    std::atomic<int> failures = 0;
    std::vector<std::thread> readers;
    for (int count = 0; count < 8; ++count) {
        readers.emplace_back([&, is_caching = count % 2 == 0] {
            const auto verifier = verifier_for<RegisteredClaims>(keys, {.audience = "api"},
                                                                 {.cache = {.max_tokens = is_caching ? 100U : 0U}})
                                      .value();
            while (!is_over) {
                if (refused(verifier, token) || !keys.health().can_verify) ++failures;
            }
        });
    }
    const auto end = std::chrono::steady_clock::now() + IssuerScript::long_enough;
    while (keys.health().sets < most && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    is_over = true;
    for (std::thread& reader : readers) reader.join();
    CHECK(failures == 0);
    CHECK(keys.health().sets == most);
    CHECK(keys.generation() == most);
    CHECK(keys.health().failures == 0);
}
