// SPDX-License-Identifier: MIT
// Deferral: what a verification needs, and its thread must not wait for. A coroutine awaits it, and verifies again.
#pragma once

#include <credence/version.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace credence::detail {

/// Work for a verification that runs elsewhere.
class Deferral {
public:
    Deferral() = default;
    Deferral(const Deferral&) = delete;
    Deferral& operator=(const Deferral&) = delete;
    virtual ~Deferral() = default;

    /// Begins the work. `done` is called when it has ended, by any thread, also within this call. If it is dropped
    /// instead, the time runs out.
    virtual void begin(std::function<void()> done) = 0;
    /// How long the work is awaited.
    [[nodiscard]] virtual std::chrono::milliseconds most_wait() const = 0;
    /// The time is up. \return false if the end of the work must be awaited all the same
    [[nodiscard]] virtual bool give_up() = 0;
    /// Called last: the work has ended, it was given up, or the coroutine is gone.
    virtual void end() = 0;
};

/// The deferrals of one verification, which runs again each time that one has ended.
class Deferrals {
public:
    /// While it exists, verifications on this thread defer what they would wait for. It ends before a coroutine is
    /// suspended.
    class Scope {
    public:
        explicit Scope(Deferrals& deferrals) noexcept : outer_(std::exchange(current_, &deferrals)) {}
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() { current_ = outer_; }

    private:
        Deferrals* outer_;
    };

    /// Those of the scope that this thread is in; null if it is in none.
    [[nodiscard]] static Deferrals* current() noexcept { return current_; }

    /// The deferral for a subject, if it was awaited; else null.
    ///
    /// \tparam Kind  its type, which all deferrals for this subject have.
    template <class Kind>
    [[nodiscard]] std::shared_ptr<Kind> find(const void* subject) const {
        for (const auto& [about, deferral] : awaited_) {
            if (about == subject) return std::static_pointer_cast<Kind>(deferral);
        }
        return nullptr;
    }

    /// Adds the deferral for a subject, which it keeps alive. One at a time: if there is another, that one is awaited
    /// first, and this one is to be added again. Each subject is awaited once for a token, so there is an end.
    void add(const void* subject, std::shared_ptr<Deferral> deferral) {
        if (!next_.second) next_ = {subject, std::move(deferral)};
    }

    /// Whether there is one to await.
    [[nodiscard]] bool is_needed() const noexcept { return next_.second != nullptr; }

    /// The one to await.
    [[nodiscard]] std::shared_ptr<Deferral> take() {
        awaited_.push_back(std::exchange(next_, {}));
        return awaited_.back().second;
    }

private:
    using Entry = std::pair<const void*, std::shared_ptr<Deferral>>;

    static inline constinit thread_local Deferrals* current_ = nullptr;

    Entry next_ = {};
    std::vector<Entry> awaited_ = {};
};

}  // namespace credence::detail
