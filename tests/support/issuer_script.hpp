// SPDX-License-Identifier: MIT
// A transport for tests of keys that follow an issuer with a thread. A test sets its answers and can hold them back.
// Both sides wait for events, not for times.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "support/published.hpp"
#include "support/scripted_issuer.hpp"

namespace support {

/// A handle: copies share the script.
class IssuerScript {
public:
    static constexpr const char* issuer_url = "https://id.example";
    static constexpr const char* document_url = "https://id.example/.well-known/openid-configuration";
    static constexpr const char* set_url = "https://id.example/set";
    /// Much longer than any event takes. A test that waits that long has failed.
    static constexpr std::chrono::seconds long_enough{60};

    IssuerScript() {
        answer(document_url, published(published_document(issuer_url, set_url)));
        publish({"a"});
    }

    /// The transport.
    [[nodiscard]] credence::FetchResult operator()(const credence::FetchRequest& request) const {
        const std::stop_callback wake{request.stop, [this] { notify(); }};
        std::unique_lock lock{state_->mutex};
        ++state_->begun;
        state_->changed.notify_all();
        state_->changed.wait(lock, [&] { return !state_->is_held || request.stop.stop_requested(); });
        if (request.stop.stop_requested()) {
            state_->was_stopped = true;
            return credence::FetchError{credence::FetchStage::stopped};
        }
        return state_->issuer(request);
    }

    void answer(const std::string& url, credence::FetchResult result) {
        const std::scoped_lock lock{state_->mutex};
        state_->issuer.answer(url, std::move(result));
    }
    void answer_by(const std::string& url, ScriptedIssuer::Answer answer) {
        const std::scoped_lock lock{state_->mutex};
        state_->issuer.answer_by(url, std::move(answer));
    }
    /// The ids of the keys in the set from now on.
    void publish(const std::vector<std::string>& kids) { answer(set_url, published(published_set(kids))); }

    /// Holds answers back, or sends them.
    void hold(bool is_held) {
        const std::scoped_lock lock{state_->mutex};
        state_->is_held = is_held;
        state_->changed.notify_all();
    }

    /// How many requests have begun.
    [[nodiscard]] std::size_t begun() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->begun;
    }
    /// Waits until that many requests have begun. \return whether they have.
    [[nodiscard]] bool wait_for_begun(std::size_t count) const {
        std::unique_lock lock{state_->mutex};
        return state_->changed.wait_for(lock, long_enough, [&] { return state_->begun >= count; });
    }
    [[nodiscard]] long asked(const std::string& url) const {
        const std::scoped_lock lock{state_->mutex};
        return state_->issuer.asked(url);
    }
    [[nodiscard]] bool was_stopped() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->was_stopped;
    }

    /// A hook that records the events.
    [[nodiscard]] auto hook() const {
        return [state = state_](const credence::RemoteEvent& event) {
            const std::scoped_lock lock{state->mutex};
            state->events.push_back(event);
            state->changed.notify_all();
        };
    }
    /// Waits for an event of that kind. \return whether it came.
    [[nodiscard]] bool wait_for_event(credence::RemoteEvent::Kind kind) const {
        std::unique_lock lock{state_->mutex};
        return state_->changed.wait_for(lock, long_enough, [&] {
            for (const auto& event : state_->events) {
                if (event.kind == kind) return true;
            }
            return false;
        });
    }
    [[nodiscard]] std::vector<credence::RemoteEvent> events() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->events;
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        ScriptedIssuer issuer = {};
        std::vector<credence::RemoteEvent> events = {};
        std::size_t begun = 0;
        bool is_held = false;
        bool was_stopped = false;
    };

    void notify() const {
        const std::scoped_lock lock{state_->mutex};
        state_->changed.notify_all();
    }

    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace support
