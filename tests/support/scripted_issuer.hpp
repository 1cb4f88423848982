// SPDX-License-Identifier: MIT
// An issuer whose answers a test sets, and a driver of the state machine with a clock of its own. A day of that clock
// takes only as long as its fetches.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/detail/remote_core.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/published.hpp"

namespace support {

/// The answers of an issuer by URL, and the requests that it got.
struct ScriptedIssuer {
    using Answer = std::function<credence::FetchResult(const credence::FetchRequest&)>;

    /// Sets the answer to every request to `url` from now on.
    void answer(const std::string& url, credence::FetchResult result) {
        answers[url] = [result = std::move(result)](const credence::FetchRequest&) { return result; };
    }
    void answer_by(const std::string& url, Answer answer) { answers[url] = std::move(answer); }

    [[nodiscard]] credence::FetchResult operator()(const credence::FetchRequest& request) {
        requests.push_back(request);
        const auto found = answers.find(request.url.text());
        return found != answers.end() ? found->second(request)
                                      : credence::FetchResult{credence::FetchResponse{.status = 404}};
    }

    /// How often a URL was requested.
    [[nodiscard]] long asked(const std::string& url) const {
        return std::count_if(requests.begin(), requests.end(),
                             [&](const credence::FetchRequest& request) { return request.url.text() == url; });
    }

    std::map<std::string, Answer> answers = {};
    std::vector<credence::FetchRequest> requests = {};
};

/// The keys of `https://id.example`, whose set is at `https://id.example/set`, driven with a clock of its own.
class DrivenCore {
public:
    using Core = credence::detail::RemoteCore<RemoteSet>;
    using Kind = credence::RemoteEvent::Kind;

    static constexpr const char* issuer_url = "https://id.example";
    static constexpr const char* document_url = "https://id.example/.well-known/openid-configuration";
    static constexpr const char* set_url = "https://id.example/set";

    explicit DrivenCore(credence::RemoteOptions options = {}, std::string_view metadata_url = {})
        : DrivenCore(credence::detail::origin_of_issuer(issuer_url, metadata_url).value(), std::move(options)) {}
    DrivenCore(credence::detail::KeyOrigin origin, credence::RemoteOptions options)
        : core(std::move(origin), std::move(options), now.steady) {
        issuer.answer(document_url, published(published_document(issuer_url, set_url)));
        issuer.answer(set_url, published(published_set({"a"})));
    }

    /// Lets that much time pass, and answers each request as soon as `latency` is over.
    void pass(std::chrono::milliseconds span) {
        const credence::SteadyTime end = now.steady + span;
        for (;;) {
            work();
            const credence::SteadyTime next = (std::min)(core.wake(), end);
            if (next > now.steady) advance(next - now.steady);
            if (now.steady >= end && core.wake() > end) return;
        }
    }

    /// Does what is due now.
    void work() {
        while (const auto request = core.next(now)) {
            most_in_flight = (std::max)(most_in_flight, ++in_flight);
            auto result = issuer(*request);
            if (latency > latency.zero()) advance(latency);
            --in_flight;
            core.answer(request->number, std::move(result), now);
            collect();
        }
        collect();
    }

    void advance(credence::SteadyTime::duration span) {
        now.steady += span;
        now.wall = wall_start + std::chrono::floor<std::chrono::seconds>(now.steady - steady_start);
    }

    [[nodiscard]] credence::detail::UnknownKey unknown(std::chrono::seconds issued = {}) {
        return core.unknown_key(now.steady, now.wall + issued);
    }

    /// The kinds of events since the last call, as text: `fetched recovered`.
    [[nodiscard]] std::string happened() {
        std::string text;
        for (const auto& event : events) text.append(text.empty() ? "" : " ").append(to_string(event.kind));
        events.clear();
        return text;
    }

    [[nodiscard]] bool has_key(const std::string& kid) const {
        return core.usable() != nullptr && core.usable()->find({.alg = "EdDSA", .kid = kid}).has_value();
    }

    static constexpr credence::SteadyTime steady_start{std::chrono::hours{1000}};
    static constexpr credence::NumericDate wall_start{std::chrono::seconds{1'700'000'000}};

    credence::detail::Moment now{steady_start, wall_start};
    ScriptedIssuer issuer = {};
    Core core;
    std::chrono::milliseconds latency{0};
    int in_flight = 0;
    int most_in_flight = 0;
    std::vector<credence::RemoteEvent> events = {};

private:
    void collect() {
        for (auto& event : core.take_events()) events.push_back(std::move(event));
    }
};

}  // namespace support
