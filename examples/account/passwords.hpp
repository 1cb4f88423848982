// SPDX-License-Identifier: MIT
// Argon2id for passwords, on threads of its own, so that logins never make other requests wait for a processor.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace account {

/// Hashes and checks passwords. Each call waits for one of the worker threads.
///
/// A request must take a turn first. There are `most_turns` of them, at most a quarter of the threads that answer
/// requests. However many users log in at once, the other threads are free for other routes.
class Passwords {
public:
    /// With that many turns, the last one waits for two seconds if a hash takes 30 ms.
    static constexpr std::size_t most_turns = 64;

    /// The right to hash and check passwords. It ends with the object.
    class Turn {
    public:
        Turn(Turn&& other) noexcept : passwords_(std::exchange(other.passwords_, nullptr)) {}
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (passwords_ != nullptr) passwords_->end_turn();
        }

    private:
        friend class Passwords;
        explicit Turn(Passwords& passwords) noexcept : passwords_(&passwords) {}
        Passwords* passwords_;
    };

    /// \param workers  how many passwords are hashed at once: each needs 19 MiB and a processor for some 30 ms.
    explicit Passwords(std::size_t workers = default_workers());
    Passwords(const Passwords&) = delete;
    Passwords& operator=(const Passwords&) = delete;
    ~Passwords();

    /// A turn; nullopt when all are taken, and after `stop`.
    [[nodiscard]] std::optional<Turn> take_turn();

    /// The hash in the PHC string form; nullopt after `stop`.
    [[nodiscard]] std::optional<std::string> hash(const Turn& turn, std::string_view password);

    /// Whether it is the password of this hash; nullopt after `stop`.
    [[nodiscard]] std::optional<bool> matches(const Turn& turn, std::string_view password, std::string_view hash);

    /// Ends all waits: a server that stops does not hash the rest of the queue.
    void stop();

    /// A hash of no password: it is checked if there is no user, so that the answer takes the same time.
    [[nodiscard]] const std::string& nobodys_hash() const noexcept { return nobodys_hash_; }

    /// Whether a hash was made with less memory or fewer passes than are used now.
    [[nodiscard]] static bool is_outdated(std::string_view hash) noexcept;

private:
    /// Half of the processors: the others answer requests meanwhile.
    [[nodiscard]] static std::size_t default_workers() noexcept;

    struct Task;

    /// Runs the task on a worker thread; false after `stop`, and then it was not run.
    [[nodiscard]] bool run(const std::function<void()>& task);
    void work();
    void end_turn() noexcept;

    std::mutex mutex_ = {};
    std::condition_variable arrived_ = {};
    std::condition_variable done_ = {};
    std::deque<Task*> waiting_ = {};
    std::size_t turns_ = 0;
    bool is_ending_ = false;
    std::vector<std::thread> workers_ = {};
    std::string nobodys_hash_ = {};
};

}  // namespace account
