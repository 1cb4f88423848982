// SPDX-License-Identifier: MIT
// Argon2id for passwords, on threads of its own, so that logins never keep other requests waiting for a processor.
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
#include <vector>

namespace account {

/// Hashes and checks passwords. Each call waits for its turn on one of the worker threads.
class Passwords {
public:
    /// \param workers  how many passwords are hashed at once: each needs 19 MiB and a processor for some 30 ms.
    explicit Passwords(std::size_t workers = default_workers());
    Passwords(const Passwords&) = delete;
    Passwords& operator=(const Passwords&) = delete;
    ~Passwords();

    /// The hash in the PHC string form; nullopt when too many are waiting.
    [[nodiscard]] std::optional<std::string> hash(std::string_view password);

    /// Whether it is the password of this hash; nullopt when too many are waiting.
    [[nodiscard]] std::optional<bool> matches(std::string_view password, std::string_view hash);

    /// A hash that no password has: checked where there is no user, so that the answer takes the same time.
    [[nodiscard]] const std::string& nobodys_hash() const noexcept { return nobodys_hash_; }

    /// Whether a hash was made with less memory or fewer passes than are used now.
    [[nodiscard]] static bool is_outdated(std::string_view hash) noexcept;

private:
    /// Half of the processors: the others answer requests meanwhile.
    [[nodiscard]] static std::size_t default_workers() noexcept;

    [[nodiscard]] bool run(const std::function<void()>& task);
    void work();

    std::mutex mutex_ = {};
    std::condition_variable arrived_ = {};
    std::condition_variable done_ = {};
    struct Task;
    std::deque<Task*> waiting_ = {};
    bool is_ending_ = false;
    std::vector<std::thread> workers_ = {};
    std::string nobodys_hash_ = {};
};

}  // namespace account
