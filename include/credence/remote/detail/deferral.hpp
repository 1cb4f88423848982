// SPDX-License-Identifier: MIT
// Deferral: work that a verification needs and must not wait for. A coroutine awaits it, and verifies again.
#pragma once

#include <credence/version.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace credence::detail {

/// Work that runs elsewhere, for a verification.
class Deferral {
public:
    Deferral() = default;
    Deferral(const Deferral&) = delete;
    Deferral& operator=(const Deferral&) = delete;
    virtual ~Deferral() = default;

    /// Begins the work. Calls `done` when the work has ended, from any thread, perhaps within this call. If `done` is
    /// dropped instead, the wait ends after `most_wait`.
    virtual void begin(std::function<void()> done) = 0;
    /// The longest time to wait for the work.
    [[nodiscard]] virtual std::chrono::milliseconds most_wait() const = 0;
    /// Called when the time is up. \return false if the end of the work must be awaited all the same.
    [[nodiscard]] virtual bool give_up() = 0;
    /// Called last: the work has ended, was given up, or the coroutine was destroyed.
    virtual void end() = 0;
};

/// The deferrals of one verification, which runs again after each of them.
class Deferrals {
public:
    /// While it exists, verifications on this thread defer their work instead of waiting. It must end before a
    /// coroutine is suspended.
    class Scope {
    public:
        explicit Scope(Deferrals& deferrals) noexcept : outer_(std::exchange(current_, &deferrals)) {}
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() { current_ = outer_; }

    private:
        Deferrals* outer_;
    };

    /// The deferrals of the scope that this thread is in; null outside a scope.
    [[nodiscard]] static Deferrals* current() noexcept { return current_; }

    /// The deferral for a subject, if it was awaited; else null.
    ///
    /// \tparam Kind  the common type of all deferrals for this subject.
    template <class Kind>
    [[nodiscard]] std::shared_ptr<Kind> find(const void* subject) const {
        for (const auto& [about, deferral] : awaited_) {
            if (about == subject) return std::static_pointer_cast<Kind>(deferral);
        }
        return nullptr;
    }

    /// Adds the deferral for a subject, and keeps it alive. If there is another one already, that one is awaited first,
    /// and this one must be added again. Each subject is awaited only once for a token, so this ends.
    void add(const void* subject, std::shared_ptr<Deferral> deferral) {
        if (!next_.second) next_ = {subject, std::move(deferral)};
    }

    /// Whether there is a deferral to await.
    [[nodiscard]] bool is_needed() const noexcept { return next_.second != nullptr; }

    /// The deferral to await.
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
