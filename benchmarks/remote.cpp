// SPDX-License-Identifier: MIT
// Keys that follow an issuer, beside a KeySet of the same key: with and without a fetch under way, in one thread and in two,
// and while a stranger sends tokens of unknown kids.
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/remote/remote_keys.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"
#include "support/registry.hpp"
#include "support/shared.hpp"

#include <benchmark/benchmark.h>

namespace {

using credence::RS256;
using namespace std::chrono_literals;
using support::Issued;
using RemoteSet = credence::KeySet<RS256>;
using Followed = credence::RemoteKeys<RemoteSet>;
using Clock = std::chrono::steady_clock;

constexpr const char* issuer_url = "https://id-0.example";

/// An issuer that publishes the job's key. If it hangs, it answers once, and no further request until it is told to
/// stop.
class Issuer {
public:
    explicit Issuer(bool hangs) : hangs_(hangs) {}

    credence::FetchResult operator()(const credence::FetchRequest& request) const {
        if (!request.url.text().ends_with("/set"))
            return answer(R"({"issuer":"https://id-0.example","jwks_uri":"https://id-0.example/set"})");
        if (hangs_ && asked_->fetch_add(1) > 0) {
            std::binary_semaphore end{0};
            const std::stop_callback on_stop{request.stop, [&] { end.release(); }};
            end.acquire();
            return credence::FetchError{credence::FetchStage::stopped};
        }
        return answer(R"({"keys":[)" + credence::to_jwk(support::keys<RS256>()).value() + "]}");
    }

private:
    static credence::FetchResult answer(std::string body) {
        return credence::FetchResponse{.status = 200, .body = std::move(body)};
    }

    bool hangs_;
    std::shared_ptr<std::atomic<int>> asked_ = std::make_shared<std::atomic<int>>(0);
};

Followed follow(const Issuer& issuer, credence::RemoteOptions options) {
    const auto keys = Followed::discover(issuer_url, issuer, std::move(options)).value();
    if (!keys.wait_for_keys(10s)) throw std::runtime_error{"no keys"};
    return keys;
}

auto verifier_of_set() {
    return credence::verifier_for<Issued>(RemoteSet::from_keys(support::keys<RS256>()),
                                          {.issuer = issuer_url, .audience = credence::any_audience});
}

/// A verifier whose keys are fetched. If it is refreshing, a fetch of newer keys is under way.
auto verifier_of_followed(bool is_refreshing) {
    credence::RemoteOptions options;
    if (is_refreshing) options = {.interval = 1ms, .min_age = 1ms, .total_timeout = 1h};
    const auto keys = follow(Issuer{is_refreshing}, std::move(options));
    while (is_refreshing && keys.health().state != credence::RemoteState::refreshing) std::this_thread::yield();
    return credence::verifier_for<Issued>(keys, {.audience = credence::any_audience}).value();
}

void add_beside_a_set() {
    const std::string token = support::token<RS256>(Issued::payload);
    const auto add = [&](const std::string& name, auto make) {
        support::add_with_threads("remote/" + name,
                                  [=] { return [verifier = make(), token] { return verifier.verify(token); }; });
        const std::string thread_name = name == "quiet" ? "remote" : "remote_" + name;
        support::add_threads("threads/" + thread_name, [=] {
            return [verifier = make(), token](std::size_t) { return verifier.verify(token); };
        });
    };
    add("set", verifier_of_set);
    add("quiet", [] { return verifier_of_followed(false); });
    add("refreshing", [] { return verifier_of_followed(true); });
}

/// A registry of that many issuers, one of which has signed. Compared with `remote/set`, a verifier of one issuer's
/// keys.
void add_registry(std::size_t count) {
    support::add("registry/" + std::to_string(count), [count, token = support::token<RS256>(Issued::payload)] {
        const auto registry = support::registry_of<Issued>(count);
        if (!registry.verify(token)) throw std::runtime_error{"no keys"};  // the first token waits for them
        return [registry, token] { return registry.verify(token); };
    });
}

constexpr std::string_view audience = "orders";
constexpr std::string_view addressed_payload =
    R"({"iss":"https://id-0.example","sub":"b08f86af-35da-48f2-8fab-cef3904660bd","aud":"orders","iat":1700000000,)"
    R"("exp":4102444800,"role":"admin"})";

/// Tokens that cause a fetch, each with a kid of its own. The rules accept their claims; the signature belongs to
/// another header.
std::vector<std::string> strange_tokens() {
    const std::string signed_token = support::token<RS256>(addressed_payload);
    const std::string rest = signed_token.substr(signed_token.find('.'));
    std::vector<std::string> tokens;
    for (int number = 0; number < 1000; ++number) {
        const std::string header = R"({"alg":"RS256","typ":"JWT","kid":"strange-)" + std::to_string(number) + R"("})";
        tokens.push_back(credence::detail::encode_base64url(header) + rest);
    }
    return tokens;
}

/// Latencies of one kind, in nanoseconds.
class Latencies {
public:
    void add(Clock::duration time) { times_.push_back(std::chrono::duration<double, std::nano>(time).count()); }
    [[nodiscard]] double quantile(double part) {
        if (times_.empty()) return 0;
        const auto place = times_.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times_.size() - 1));
        std::nth_element(times_.begin(), place, times_.end());
        return *place;
    }

private:
    std::vector<double> times_ = {};
};

/// Takes the time of good tokens, one after the other, while another thread does its work over and over.
class Stopwatch {
public:
    using Work = std::function<bool()>;

    explicit Stopwatch(Work good) : good_(std::move(good)) {}

    /// \return whether every good token was accepted, and the work succeeded at least once.
    [[nodiscard]] bool measure(Latencies& latencies, const Work& beside) const {
        if (!beside) return take_times(latencies);
        std::atomic<int> done = 0;
        std::atomic<bool> failed = false;
        const std::jthread neighbour{[&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                if (!beside()) failed = true;
                ++done;
            }
        }};
        while (done == 0) std::this_thread::yield();
        return take_times(latencies) && !failed;
    }

private:
    [[nodiscard]] bool take_times(Latencies& latencies) const {
        for (int warm_up = 0; warm_up < 20; ++warm_up) {
            if (!good_()) return false;
        }
        for (int count = 0; count < 250; ++count) {
            const auto start = Clock::now();
            const bool is_accepted = good_();
            latencies.add(Clock::now() - start);
            if (!is_accepted) return false;
        }
        return true;
    }

    Work good_;
};

/// The latency of good tokens in three situations: alone; beside a thread that verifies good tokens with keys of its
/// own, which takes a processor and shares nothing; and beside a thread that sends tokens of unknown kids to the same
/// verifier. The three take turns, so that other load on the machine hits all of them. The cost of the storm is the
/// third less the second, because any busy neighbour costs something.
class Storm {
public:
    void measure() {
        const auto end = Clock::now() + 30s;
        const Stopwatch stopwatch{[this] { return static_cast<bool>(verifier_.verify(token_)); }};
        const Stopwatch::Work nothing = {};
        const Stopwatch::Work neighbour = [this] { return static_cast<bool>(other_.verify(token_)); };
        const Stopwatch::Work storm = [this] { return !verifier_.verify(strange_[next_++ % strange_.size()]); };
        for (int turn = 0; turn < 16 && is_right_ && Clock::now() < end; ++turn) {
            is_right_ = stopwatch.measure(alone_, nothing) && stopwatch.measure(beside_neighbour_, neighbour) &&
                        stopwatch.measure(in_storm_, storm);
        }
    }

    void report(benchmark::State& state) {
        if (!is_right_) state.SkipWithError("a good token was refused, or an unknown kid accepted");
        for (const double part : {0.5, 0.99}) {
            const std::string name = part < 0.9 ? "p50_" : "p99_";
            const double neighbour = beside_neighbour_.quantile(part);
            const double storm = in_storm_.quantile(part);
            state.counters[name + "alone"] = alone_.quantile(part);
            state.counters[name + "neighbour"] = neighbour;
            state.counters[name + "storm"] = storm;
            state.counters[name + "ratio"] = storm / neighbour;
        }
        state.counters["strange_tokens"] = static_cast<double>(next_);
        state.counters["fetches"] = static_cast<double>(keys_.health().fetches);
    }

private:
    /// An unknown kid may cause a fetch 300 times as often as by default.
    Followed keys_ = follow(Issuer{false}, {.cool_down = 100ms});
    credence::Verifier<Issued, Followed> verifier_ =
        credence::verifier_for<Issued>(keys_, {.audience = std::string{audience}}).value();
    credence::Verifier<Issued, RemoteSet> other_ = credence::verifier_for<Issued>(
        RemoteSet::from_keys(support::keys<RS256>()), {.issuer = issuer_url, .audience = std::string{audience}});
    std::string token_ = support::token<RS256>(addressed_payload);
    std::vector<std::string> strange_ = strange_tokens();
    std::size_t next_ = 0;
    Latencies alone_ = {};
    Latencies beside_neighbour_ = {};
    Latencies in_storm_ = {};
    bool is_right_ = true;
};

void measure_storm(benchmark::State& state) {
    Storm storm;
    for (auto _ : state) storm.measure();
    storm.report(state);
}

}  // namespace

void jobs::add_remote() {
    add_beside_a_set();
    add_registry(1000);
    benchmark::RegisterBenchmark("storm/unknown_kids", measure_storm)->Iterations(1)->UseRealTime();
}
