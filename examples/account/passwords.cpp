// SPDX-License-Identifier: MIT
// Argon2id through libsodium: m = 19 MiB, t = 2, p = 1, the parameters that OWASP and Rust's argon2 crate take.
#include "passwords.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <sodium.h>

namespace account {
namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = std::size_t{19} * 1024 * 1024;

std::string hash_now(std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str(text.data(), password.data(), password.size(), passes, memory_bytes) != 0)
        throw std::runtime_error{"there is no memory to hash a password"};
    return text.data();
}

/// The number after `name` in `$argon2id$v=19$m=19456,t=2,p=1$…`; 0 when there is none.
unsigned long long parameter(std::string_view hash, std::string_view name) noexcept {
    const std::size_t at = hash.find(name);
    unsigned long long value = 0;
    if (at != std::string_view::npos) std::from_chars(hash.data() + at + name.size(), hash.data() + hash.size(), value);
    return value;
}

}  // namespace

struct Passwords::Task {
    const std::function<void()>* run = nullptr;
    bool is_begun = false;
    bool is_done = false;
};

Passwords::Passwords(std::size_t workers) {
    if (sodium_init() < 0) throw std::runtime_error{"libsodium cannot be used"};
    std::array<char, 32> unknown{};
    randombytes_buf(unknown.data(), unknown.size());
    nobodys_hash_ = hash_now({unknown.data(), unknown.size()});
    for (std::size_t started = 0; started < workers; ++started) workers_.emplace_back([this] { work(); });
}

Passwords::~Passwords() {
    stop();
    for (std::thread& worker : workers_) worker.join();
}

void Passwords::stop() {
    {
        const std::lock_guard lock{mutex_};
        is_ending_ = true;
    }
    arrived_.notify_all();
    done_.notify_all();
}

std::optional<Passwords::Turn> Passwords::take_turn() {
    const std::lock_guard lock{mutex_};
    if (is_ending_ || turns_ >= most_turns) return std::nullopt;
    ++turns_;
    return Turn{*this};
}

void Passwords::end_turn() noexcept {
    const std::lock_guard lock{mutex_};
    --turns_;
}

std::size_t Passwords::default_workers() noexcept { return (std::max)(1U, std::thread::hardware_concurrency() / 2); }

std::optional<std::string> Passwords::hash(const Turn&, std::string_view password) {
    std::string text;
    if (!run([&] { text = hash_now(password); })) return std::nullopt;
    if (text.empty()) throw std::runtime_error{"a password could not be hashed"};
    return text;
}

std::optional<bool> Passwords::matches(const Turn&, std::string_view password, std::string_view hash) {
    const std::string text{hash};  // libsodium wants a terminating zero
    bool is_right = false;
    const auto check = [&] {
        is_right = crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0;
    };
    if (!run(check)) return std::nullopt;
    return is_right;
}

bool Passwords::is_outdated(std::string_view hash) noexcept {
    return !hash.starts_with("$argon2id$") || parameter(hash, "m=") < memory_bytes / 1024 ||
           parameter(hash, ",t=") < passes;
}

bool Passwords::run(const std::function<void()>& task) {
    Task entry{.run = &task};
    std::unique_lock lock{mutex_};
    if (is_ending_) return false;
    waiting_.push_back(&entry);
    arrived_.notify_one();
    done_.wait(lock, [&] { return entry.is_done || (is_ending_ && !entry.is_begun); });
    if (!entry.is_begun) std::erase(waiting_, &entry);
    return entry.is_begun;
}

void Passwords::work() {
    std::unique_lock lock{mutex_};
    while (true) {
        arrived_.wait(lock, [&] { return is_ending_ || !waiting_.empty(); });
        if (is_ending_) return;
        Task* task = waiting_.front();
        waiting_.pop_front();
        task->is_begun = true;
        lock.unlock();
        try {
            (*task->run)();
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
            // Without a result the caller reports the failure.
        }
        lock.lock();
        task->is_done = true;
        done_.notify_all();
    }
}

}  // namespace account
