// SPDX-License-Identifier: MIT
// The keys of an issuer as a state machine: scenarios with a clock of their own, and random scenarios that must keep
// the invariants.
#include <credence/remote/detail/remote_core.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/published.hpp"
#include "support/scripted_issuer.hpp"

using namespace credence;
using namespace std::chrono_literals;
using support::DrivenCore;
using support::published;
using support::published_document;
using support::published_set;
using Answer = detail::UnknownKey::Answer;
using Texts = std::vector<std::string>;

namespace {

const std::string set_url = DrivenCore::set_url;
const std::string document_url = DrivenCore::document_url;
const std::string inserted_url = "https://id.example/.well-known/oauth-authorization-server";

detail::KeyOrigin origin_of_set() { return {.key_set = Url::parse(DrivenCore::set_url).value()}; }

FetchResponse status(int code, std::string retry_after = {}) {
    return {.status = code, .body = "it is broken", .retry_after = std::move(retry_after)};
}

}  // namespace

TEST_CASE("the document is read first, then the set that it names", "[remote_core]") {
    DrivenCore keys;
    CHECK(keys.core.usable() == nullptr);
    CHECK_FALSE(keys.core.health().can_verify);
    keys.work();
    REQUIRE(keys.issuer.requests.size() == 2);
    CHECK(keys.issuer.requests[0].url.text() == document_url);
    CHECK(keys.issuer.requests[0].accept == "application/json");
    CHECK(keys.issuer.requests[0].most_bytes == 256 * 1024);
    CHECK(keys.issuer.requests[1].url.text() == set_url);
    CHECK(keys.issuer.requests[1].accept == "application/jwk-set+json, application/json");
    CHECK(keys.issuer.requests[1].most_bytes == 1024 * 1024);
    CHECK(keys.issuer.requests[1].connect_timeout == 2s);
    CHECK(keys.issuer.requests[1].deadline == keys.now.steady + 5s);
    CHECK(keys.issuer.requests[1].if_none_match.empty());
    CHECK(keys.has_key("a"));
    CHECK(keys.core.generation() == 1);
    const RemoteHealth health = keys.core.health();
    CHECK(health.can_verify);
    CHECK(health.state == RemoteState::fresh);
    CHECK(health.keys == 1);
    CHECK(health.fetches == 2);
    CHECK(health.failures == 0);
    CHECK(health.sets == 1);
    CHECK(health.last_fault.empty());
    REQUIRE(keys.events.size() == 1);
    CHECK(keys.events[0].added == Texts{"a"});
    CHECK(keys.events[0].source == "https://id.example");
}

TEST_CASE("with a given set URL, no document is fetched", "[remote_core]") {
    DrivenCore keys{origin_of_set(), {}};
    keys.pass(48h);
    CHECK(keys.has_key("a"));
    CHECK(keys.issuer.asked(document_url) == 0);
    CHECK(keys.events[0].source == set_url);
}

TEST_CASE("without Cache-Control, the set is fetched every ten minutes", "[remote_core]") {
    DrivenCore keys;
    keys.pass(24h);
    CHECK(keys.issuer.asked(document_url) == 1);
    CHECK(keys.issuer.asked(set_url) >= 24 * 6);
    CHECK(keys.issuer.asked(set_url) <= 24 * 6 * 11 / 10);
    CHECK(keys.most_in_flight == 1);
    CHECK(keys.core.generation() == 1);
    keys.pass(10min);
    CHECK(keys.issuer.asked(document_url) == 2);
}

TEST_CASE("if no document is below the issuer's path, the inserted path is tried", "[remote_core]") {
    DrivenCore keys;
    keys.issuer.answer(document_url, status(404));
    keys.issuer.answer(inserted_url, published(published_document("https://id.example", set_url)));
    keys.work();
    CHECK(keys.has_key("a"));
    CHECK(keys.happened() == "fetched");
}

TEST_CASE("a given metadata URL is the only one that is tried", "[remote_core]") {
    DrivenCore keys{{}, "https://elsewhere.example/doc"};
    keys.issuer.answer("https://elsewhere.example/doc", published(published_document("https://id.example", set_url)));
    keys.work();
    CHECK(keys.has_key("a"));
    CHECK(keys.issuer.asked(document_url) == 0);
    CHECK(detail::origin_of_issuer("https://id.example", "http://evil.example/").error().stage == FetchStage::url);
    CHECK(detail::origin_of_issuer("http://id.example", "").error().stage == FetchStage::url);
    CHECK(detail::origin_of_issuer("https://id.example?a", "").error().stage == FetchStage::url);
}

TEST_CASE("a new set replaces the old one, and removed keys are gone", "[remote_core]") {
    DrivenCore keys;
    keys.work();
    keys.issuer.answer(set_url, published(published_set({"b"})));
    keys.pass(10min);
    CHECK(keys.has_key("b"));
    CHECK_FALSE(keys.has_key("a"));
    CHECK(keys.core.generation() == 2);
    CHECK(keys.events.back().added == Texts{"b"});
    CHECK(keys.events.back().removed == Texts{"a"});
}

TEST_CASE("an equal set does not change the generation", "[remote_core]") {
    DrivenCore keys;
    keys.issuer.answer(set_url, published(published_set({"a", "b"})));
    keys.work();
    const auto before = keys.core.usable();
    keys.issuer.answer(set_url, published(" " + published_set({"b", "a"}) + "\n"));
    keys.pass(1h);
    CHECK(keys.core.generation() == 1);
    CHECK(keys.core.usable() == before);
    CHECK(keys.happened() == "fetched not_modified not_modified not_modified not_modified not_modified not_modified");
}

TEST_CASE("validators are sent back, and 304 confirms the set", "[remote_core]") {
    DrivenCore keys;
    FetchResponse first = published(published_set({"a"}));
    first.etag = "\"one\"";
    first.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    keys.issuer.answer(set_url, first);
    keys.work();
    keys.issuer.answer(set_url, FetchResponse{.status = 304, .cache_control = "max-age=120"});
    keys.pass(10min);
    CHECK(keys.issuer.requests.back().if_none_match == "\"one\"");
    CHECK(keys.issuer.requests.back().if_modified_since.empty());
    CHECK(keys.happened() == "fetched not_modified");
    CHECK(keys.core.generation() == 1);
    keys.pass(2min);
    CHECK(keys.issuer.asked(set_url) == 3);
    first.etag.clear();
    keys.issuer.answer(set_url, first);
    keys.pass(10min);
    keys.pass(10min);
    CHECK(keys.issuer.requests.back().if_none_match.empty());
    CHECK(keys.issuer.requests.back().if_modified_since == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("304 without a sent validator confirms nothing", "[remote_core]") {
    DrivenCore keys;
    keys.issuer.answer(set_url, FetchResponse{.status = 304});
    keys.work();
    CHECK(keys.core.usable() == nullptr);
    keys.issuer.answer(set_url, published(published_set({"a"})));
    keys.pass(2s);
    keys.issuer.answer(set_url, FetchResponse{.status = 304});
    keys.pass(10min);
    CHECK(keys.core.health().state == RemoteState::stale);
}

TEST_CASE("a validator that would split a field is not sent back", "[remote_core]") {
    for (const std::string& etag : {std::string{"\"a\"\r\nX: y"}, std::string(1025, 'a'), std::string{"\"\x7f\""}}) {
        DrivenCore keys;
        FetchResponse first = published(published_set({"a"}));
        first.etag = etag;
        keys.issuer.answer(set_url, first);
        keys.pass(10min);
        CHECK(keys.issuer.asked(set_url) == 2);
        CHECK(keys.issuer.requests.back().if_none_match.empty());
    }
}

TEST_CASE("only a good set replaces a set", "[remote_core]") {
    const std::string empty = R"({"keys":[]})";
    for (const FetchResult& bad :
         {FetchResult{status(500)}, FetchResult{status(404)}, FetchResult{status(301)}, FetchResult{status(204)},
          FetchResult{status(0)}, FetchResult{status(201)}, FetchResult{published("")},
          FetchResult{published("<html>")}, FetchResult{published(empty)}, FetchResult{published("{}")},
          FetchResult{published("[]")}, FetchResult{published("\x1f\x8b\x08")},
          FetchResult{published(std::string(1024 * 1024 + 1, ' '))},
          FetchResult{published(published_set({"b"}) + std::string(1024 * 1024, ' '))},
          FetchResult{FetchError{FetchStage::tls, "certificate has expired"}},
          FetchResult{FetchError{FetchStage::timeout}}, FetchResult{FetchError{FetchStage::too_large}}}) {
        DrivenCore keys;
        keys.work();
        keys.issuer.answer(set_url, bad);
        keys.pass(6h);
        CHECK(keys.has_key("a"));
        CHECK(keys.core.generation() == 1);
        CHECK(keys.core.health().state == RemoteState::stale);
        CHECK_THAT(keys.core.health().last_fault, support::contains_text("https://id.example/set"));
        keys.pass(11min);
        CHECK(keys.core.usable() == nullptr);
        CHECK(keys.core.health().state == RemoteState::expired);
        CHECK_FALSE(keys.core.health().can_verify);
        keys.issuer.answer(set_url, published(published_set({"a"})));
        keys.pass(30s);
        CHECK(keys.has_key("a"));
        CHECK(keys.core.health().state == RemoteState::fresh);
    }
}

TEST_CASE("an outage is reported once at its start, and once at its end", "[remote_core]") {
    DrivenCore keys{{.max_stale = 1h, .random = [] { return 0.0; }}};
    keys.work();
    CHECK(keys.happened() == "fetched");
    keys.issuer.answer(set_url, status(500));
    keys.pass(9min + 45s);
    CHECK(keys.happened() == "failed serving_stale");
    keys.pass(30min);
    const std::string during = keys.happened();
    CHECK(during.find("failed") == 0);
    CHECK(during.find("serving_stale") == std::string::npos);
    keys.issuer.answer(set_url, published(published_set({"a"})));
    keys.pass(5min);
    CHECK(keys.happened() == "not_modified recovered");
    keys.issuer.answer(set_url, status(500));
    keys.pass(80min);
    CHECK_THAT(keys.happened(), support::contains_text("expired"));
    keys.issuer.answer(set_url, published(published_set({"a"})));
    keys.pass(30s);
    CHECK(keys.happened() == "not_modified recovered");
}

TEST_CASE("the generation changes when a set expires, and when it returns", "[remote_core]") {
    DrivenCore keys{{.max_stale = 0s}};
    keys.work();
    keys.issuer.answer(set_url, status(500));
    keys.pass(11min);
    CHECK(keys.core.generation() == 2);
    keys.issuer.answer(set_url, published(published_set({"a"})));
    keys.pass(30s);
    CHECK(keys.core.generation() == 3);
}

TEST_CASE("an issuer that is unreachable at the start is retried with growing pauses", "[remote_core]") {
    DrivenCore keys;
    keys.issuer.answer(document_url, FetchError{FetchStage::connect, "connection refused"});
    keys.pass(10min);
    CHECK(keys.core.health().state == RemoteState::empty);
    CHECK(keys.issuer.requests.size() >= 20);
    CHECK(keys.issuer.requests.size() <= 30);
    keys.issuer.answer(document_url, published(published_document("https://id.example", set_url)));
    keys.pass(30s);
    CHECK(keys.has_key("a"));
    CHECK_THAT(keys.happened(), support::contains_text("failed fetched recovered"));
}

TEST_CASE("a document of another issuer is an event, and its set is not fetched", "[remote_core]") {
    DrivenCore keys;
    keys.issuer.answer(document_url, published(published_document("https://id.example/", set_url)));
    keys.pass(5s);
    CHECK(keys.issuer.asked(set_url) == 0);
    CHECK(keys.events[0].kind == RemoteEvent::Kind::issuer_mismatch);
    CHECK(keys.core.health().last_fault ==
          "the metadata document belongs to another issuer: https://id.example/.well-known/openid-configuration: "
          "expected "
          "'https://id.example', the document says 'https://id.example/': they differ in a slash at the end");
}

TEST_CASE("a wrong URL and an unknown CA are reported in one line, in the event and in health", "[remote_core]") {
    DrivenCore keys;
    std::string expected;
    SECTION("a wrong URL: the line names all places that were tried") {
        keys.issuer.answer(document_url, status(404));
        keys.issuer.answer(inserted_url, status(403));
        expected =
            "the answer does not have status 200: https://id.example/.well-known/oauth-authorization-server: "
            "status 403; https://id.example/.well-known/openid-configuration: status 404";
    }
    SECTION("an unknown CA: the line has the transport's error and the URL") {
        keys.issuer.answer(document_url, FetchError{FetchStage::tls, "'self-signed certificate'"});
        expected =
            "the TLS handshake failed: https://id.example/.well-known/openid-configuration: 'self-signed certificate'";
    }
    keys.work();
    CHECK(keys.core.health().last_fault == expected);
    REQUIRE(keys.events.size() == 1);
    CHECK(message(keys.events[0]) == "keys of https://id.example: fetch failed: " + expected);

    keys.pass(1s);  // the next attempt reports the same, not more
    CHECK(keys.core.health().failures == 2);
    CHECK(keys.core.health().last_fault == expected);
}

TEST_CASE("a document that later names another issuer neither removes a set nor gives one", "[remote_core]") {
    DrivenCore keys{{.max_stale = 7h, .rediscover = 1h}};
    keys.work();
    keys.issuer.answer(document_url, published(published_document("https://evil.example", "https://evil.example/set")));
    keys.issuer.answer("https://evil.example/set", published(published_set({"evil"})));
    keys.pass(2h);
    CHECK(keys.has_key("a"));
    CHECK(keys.issuer.asked("https://evil.example/set") == 0);
    CHECK(keys.core.health().state == RemoteState::stale);
}

TEST_CASE("while the document is unavailable, the set is fetched from its last URL", "[remote_core]") {
    for (const FetchResult& bad :
         {FetchResult{status(500)}, FetchResult{status(404)}, FetchResult{published("<html>")},
          FetchResult{published(published_document("https://id.example", "http://10.0.0.1/set"))},
          FetchResult{FetchError{FetchStage::timeout}}}) {
        DrivenCore keys{{.rediscover = 1h}};
        keys.work();
        keys.issuer.answer(document_url, bad);
        keys.issuer.answer(set_url, published(published_set({"b"})));
        keys.pass(2h);
        CHECK(keys.has_key("b"));
        CHECK(keys.core.health().state == RemoteState::fresh);
        CHECK(keys.issuer.asked(document_url) > 2);
        CHECK(keys.core.health().failures > 0);
    }
}

TEST_CASE("a moved set is found after three failures of its old URL", "[remote_core]") {
    DrivenCore keys;
    keys.work();
    keys.issuer.answer(set_url, status(404));
    keys.issuer.answer(document_url, published(published_document("https://id.example", "https://id.example/moved")));
    keys.issuer.answer("https://id.example/moved", published(published_set({"b"})));
    keys.pass(10min + 10s);
    CHECK(keys.issuer.asked(set_url) == 4);
    CHECK(keys.issuer.asked(document_url) == 2);
    CHECK(keys.has_key("b"));
}

TEST_CASE("validators are sent only to the URL that gave them", "[remote_core]") {
    DrivenCore keys{{.rediscover = 1h}};
    FetchResponse first = published(published_set({"a"}));
    first.etag = "\"one\"";
    keys.issuer.answer(set_url, first);
    keys.pass(55min);
    CHECK(keys.issuer.requests.back().if_none_match == "\"one\"");
    keys.issuer.answer(document_url, published(published_document("https://id.example", "https://id.example/moved")));
    keys.issuer.answer("https://id.example/moved", published(published_set({"a"})));
    keys.pass(15min);
    CHECK(keys.issuer.requests.back().url.text() == "https://id.example/moved");
    CHECK(keys.issuer.requests.back().if_none_match.empty());
}

TEST_CASE("thirty tokens with a new key make one fetch", "[remote_core]") {
    DrivenCore keys;
    keys.pass(1min);
    keys.issuer.answer(set_url, published(published_set({"a", "b"})));
    for (int count = 0; count < 30; ++count) CHECK(keys.unknown().answer == Answer::wait);
    keys.work();
    CHECK(keys.issuer.asked(set_url) == 2);
    CHECK(keys.has_key("b"));
    CHECK(keys.core.health().unknown_keys == 30);
}

TEST_CASE("a flood of unknown key ids causes one fetch per cool-down", "[remote_core]") {
    DrivenCore keys;
    keys.pass(1min);
    const long before = keys.issuer.asked(set_url);
    for (int second = 0; second < 300; ++second) {
        for (int count = 0; count < 20; ++count) {
            const Answer answer = keys.unknown(count % 2 == 0 ? -1h : 1h).answer;
            CHECK((answer == Answer::wait || answer == (count % 2 == 0 ? Answer::refuse : Answer::unavailable)));
        }
        keys.pass(1s);
        CHECK(keys.has_key("a"));
    }
    CHECK(keys.issuer.asked(set_url) - before == 10);
}

TEST_CASE("a flood while the issuer is unavailable causes no further fetch", "[remote_core]") {
    DrivenCore quiet, flooded;
    for (DrivenCore* keys : {&quiet, &flooded}) {
        keys->work();
        keys->issuer.answer(set_url, status(500));
        keys->pass(10min);
        for (int second = 0; second < 600; ++second) {
            if (keys == &flooded) CHECK(keys->unknown().answer == Answer::unavailable);
            keys->pass(1s);
        }
    }
    CHECK(flooded.issuer.requests.size() == quiet.issuer.requests.size());
}

TEST_CASE("a request without an answer is abandoned at its deadline", "[remote_core]") {
    DrivenCore keys{origin_of_set(), {}};
    const auto first = keys.core.next(keys.now);
    REQUIRE(first);
    CHECK_FALSE(keys.core.next(keys.now));
    keys.advance(5400ms);
    CHECK_FALSE(keys.core.next(keys.now));
    CHECK(keys.core.wake() == DrivenCore::steady_start + 5500ms);
    keys.advance(100ms);
    CHECK_FALSE(keys.core.next(keys.now));
    CHECK(keys.core.health().failures == 1);
    keys.core.answer(first->number, published(published_set({"a"})), keys.now);
    CHECK(keys.core.usable() == nullptr);
    keys.advance(1s);
    const auto second = keys.core.next(keys.now);
    REQUIRE(second);
    CHECK(second->number != first->number);
    keys.core.answer(first->number, published(published_set({"b"})), keys.now);
    CHECK(keys.core.usable() == nullptr);
    keys.core.answer(second->number, published(published_set({"a"})), keys.now);
    keys.core.answer(second->number, published(published_set({"b"})), keys.now);
    CHECK(keys.has_key("a"));
}

TEST_CASE("a request whose answer is lost is repeated at once", "[remote_core]") {
    DrivenCore keys;
    keys.core.abandon(keys.now.steady);
    const auto first = keys.core.next(keys.now);
    keys.core.abandon(keys.now.steady);
    const auto second = keys.core.next(keys.now);
    REQUIRE(second);
    CHECK(second->number != first->number);
    CHECK(second->url.text() == document_url);
    CHECK(keys.core.health().failures == 0);
}

TEST_CASE("a jump of the wall clock moves no fetch and removes no set", "[remote_core]") {
    DrivenCore still, jumping;
    for (DrivenCore* keys : {&still, &jumping}) {
        for (int step = 0; step < 100; ++step) {
            keys->pass(1min);
            if (keys != &jumping) continue;
            keys->now.wall +=
                step % 2 == 0 ? std::chrono::seconds{24h * 365 * 20} : std::chrono::seconds{-24h * 365 * 30};
            keys->work();
            CHECK(keys->has_key("a"));
        }
    }
    CHECK(jumping.issuer.requests.size() == still.issuer.requests.size());
}

TEST_CASE("Retry-After of the issuer is heeded, as seconds and as a date", "[remote_core]") {
    for (const char* text : {"20", "Tue, 14 Nov 2023 22:13:40 GMT"}) {
        DrivenCore keys{origin_of_set(), {}};
        keys.issuer.answer(set_url, status(503, text));
        keys.work();
        CHECK(keys.core.wake() == DrivenCore::steady_start + 20s);
        CHECK(keys.unknown().retry_after == 20s);
    }
}

// The invariants, which hold for any events in any order.
TEST_CASE("random answers at random times keep all invariants", "[remote_core]") {
    const auto seed = GENERATE(range(1u, 41u));
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto below = [&](unsigned count) { return static_cast<int>(random() % count); };
    DrivenCore keys{
        {.max_stale = 30min, .rediscover = 1h, .random = [&] { return static_cast<double>(random() % 1000) / 1000; }}};
    const std::vector<std::string> sets{published_set({"a"}), published_set({"a", "b"}), published_set({"b"})};
    const std::vector<FetchResult> others{status(500),
                                          status(503, "100000"),
                                          status(302),
                                          FetchResponse{.status = 304},
                                          published("x"),
                                          published(R"({"keys":[]})"),
                                          FetchError{FetchStage::timeout},
                                          published(published_document("https://evil.example", set_url)),
                                          published(published_document("https://id.example", set_url))};
    std::optional<SteadyTime> last_good;
    std::chrono::milliseconds lifetime{};
    const auto answer = [&](const FetchRequest& request) -> FetchResult {
        if (request.url.text() == document_url && below(4) > 0) return others.back();
        const int choice = below(20);
        if (request.url.text() != set_url || choice >= 9) return others[static_cast<std::size_t>(below(9))];
        auto good = published(sets[static_cast<std::size_t>(below(3))], choice < 3 ? "max-age=120" : "");
        good.etag = "\"e\"";
        return good;
    };
    keys.issuer.answer_by(document_url, answer);
    keys.issuer.answer_by(set_url, answer);
    std::optional<FetchRequest> in_flight;
    SteadyTime last_attempt{};
    std::uint64_t generation = 0;
    std::shared_ptr<const support::RemoteSet> before;
    for (int step = 0; step < 3000; ++step) {
        keys.advance(std::chrono::milliseconds{below(below(10) == 0 ? 600'000 : 5'000)});
        const bool was_in_flight = in_flight.has_value();
        if (below(3) > 0) {
            const bool was_due = keys.core.schedule().is_due(keys.now.steady);
            const auto decided = keys.unknown(std::chrono::seconds{below(100) - 50});
            if (keys.core.usable() == nullptr) CHECK(decided.answer == Answer::unavailable);
            CHECK(decided.retry_after <= 30s);
            if (decided.answer == Answer::unavailable) CHECK(decided.retry_after >= 1s);
            if (decided.answer == Answer::wait && !was_in_flight && !was_due) {
                CHECK(keys.now.steady - last_attempt >= 30s);
            }
        }
        const bool was_running = keys.core.schedule().is_running();
        const auto request = keys.core.next(keys.now);
        if (request) {
            if (in_flight) CHECK(keys.now.steady >= in_flight->deadline);
            in_flight = request;
            if (!was_running) last_attempt = keys.now.steady;
        }
        CHECK(keys.core.wake() > keys.now.steady);
        if (in_flight && below(4) > 0) {
            auto result = answer(*in_flight);
            const bool is_new_set = result && result->status == 200 && result->body.starts_with(R"({"keys":[{)");
            const bool confirms = result && result->status == 304 && !in_flight->if_none_match.empty();
            const bool is_for_set = in_flight->url.text() == set_url;
            const std::string cache_control = result ? result->cache_control : "";
            keys.core.answer(in_flight->number, std::move(result), keys.now);
            const bool was_in_time = keys.now.steady < in_flight->deadline + 500ms;
            if (is_for_set && was_in_time && (is_new_set || confirms)) {
                last_good = keys.now.steady;
                lifetime = cache_control.empty() ? std::chrono::milliseconds{10min} : std::chrono::milliseconds{2min};
                CHECK(keys.core.usable() != nullptr);
                if (confirms && before) CHECK(keys.core.usable() == before);
            }
            in_flight.reset();
            if (const auto follow = keys.core.next(keys.now)) in_flight = follow;
        }
        // A good set stays until its time is over, and not longer.
        if (last_good && keys.now.steady < *last_good + lifetime + 30min) REQUIRE(keys.core.usable() != nullptr);
        if (last_good && keys.now.steady >= *last_good + lifetime + 30min) {
            static_cast<void>(keys.core.next(keys.now));
            CHECK(keys.core.usable() == nullptr);
        }
        CHECK(keys.core.generation() >= generation);
        if (keys.core.usable() != before) CHECK(keys.core.generation() > generation);
        generation = keys.core.generation();
        before = keys.core.usable();
    }
    CHECK(keys.core.health().fetches > 100);
}
