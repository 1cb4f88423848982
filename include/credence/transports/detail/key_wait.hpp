// SPDX-License-Identifier: MIT
// What lets a verification be repeated in a coroutine: it notes the key that it needs, the coroutine awaits the answer
// of the key's issuer, and the verification runs again with that answer.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace credence::detail {

/// A key that a token needs and a set does not have, and the issuer's answer.
struct KeyQuestion {
    KeyQuestion(const KeyQuery& query, std::optional<NumericDate> issued)
        : alg(query.alg),
          kid(query.kid ? std::optional<std::string>{*query.kid} : std::nullopt),
          x5t(query.x5t),
          x5t_s256(query.x5t_s256),
          issued_at(issued) {}

    [[nodiscard]] KeyQuery query() const {
        return {.alg = alg, .kid = kid ? KeyId{*kid} : std::nullopt, .x5t = x5t, .x5t_s256 = x5t_s256};
    }

    std::string alg;
    std::optional<std::string> kid;
    std::string x5t;
    std::string x5t_s256;
    std::optional<NumericDate> issued_at;
    std::optional<Result<bool>> answer = {};  ///< see `FetchingKeySource`
};

/// Keys whose issuer can be asked without blocking.
class AwaitableKeys {
public:
    AwaitableKeys() = default;
    AwaitableKeys(const AwaitableKeys&) = delete;
    AwaitableKeys& operator=(const AwaitableKeys&) = delete;
    virtual ~AwaitableKeys() = default;

    /// Where `ask` runs; nullopt if nothing is fetched any more.
    [[nodiscard]] virtual std::optional<boost::asio::any_io_executor> executor() const = 0;
    /// Answers a question. The coroutine keeps alive what it needs.
    [[nodiscard]] virtual boost::asio::awaitable<void> ask(std::shared_ptr<KeyQuestion> question) const = 0;
};

/// The questions of one token, and their answers.
class KeyWait {
public:
    /// While it exists, verifications on this thread note their questions in a `KeyWait`. It ends before a coroutine is
    /// suspended.
    class Scope {
    public:
        explicit Scope(KeyWait& wait) noexcept : outer_(std::exchange(current_, &wait)) {}
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() { current_ = outer_; }

    private:
        KeyWait* outer_;
    };

    /// That of the scope that this thread is in; null if it is in none.
    [[nodiscard]] static KeyWait* current() noexcept { return current_; }

    /// The answer that was awaited. Without one, notes the question, and the token is `keys_unavailable` for now.
    [[nodiscard]] Result<bool> answer_of(const std::shared_ptr<const AwaitableKeys>& keys, const KeyQuery& query,
                                         std::optional<NumericDate> issued_at) {
        for (const auto& [asked, answer] : answers_) {
            if (asked == keys) return answer;
        }
        if (!keys_) {
            keys_ = keys;
            question_ = std::make_shared<KeyQuestion>(query, issued_at);
        }
        return Error{Errc::keys_unavailable, {}, "a fetch for this key is due or under way"};
    }

    /// Whether there is a question without an answer.
    [[nodiscard]] bool is_needed() const noexcept { return keys_ != nullptr; }

    /// Awaits the answer to the question. Each set of keys is asked once for a token, so there is an end.
    template <class Executor = boost::asio::any_io_executor>
    [[nodiscard]] boost::asio::awaitable<void, Executor> end() {
        const auto keys = std::exchange(keys_, nullptr);
        const auto question = std::exchange(question_, nullptr);
        if (const auto executor = keys->executor()) {
            const boost::asio::use_awaitable_t<Executor> token;
            co_await boost::asio::co_spawn(*executor, keys->ask(question), token);
        }
        if (!question->answer) {
            question->answer = Error{Errc::keys_unavailable, {}, "the keys are not fetched any more"};
        }
        answers_.emplace_back(keys, *question->answer);
    }

private:
    static inline constinit thread_local KeyWait* current_ = nullptr;

    std::shared_ptr<const AwaitableKeys> keys_ = {};
    std::shared_ptr<KeyQuestion> question_ = {};
    std::vector<std::pair<std::shared_ptr<const AwaitableKeys>, Result<bool>>> answers_ = {};
};

/// A coroutine of what `verify()` returns, a `Result`: it runs again each time that a key was awaited.
template <class Verify>
[[nodiscard]] boost::asio::awaitable<decltype(std::declval<const Verify&>()())> await_key(Verify verify) {
    KeyWait wait;
    const auto attempt = [&] {
        const KeyWait::Scope scope{wait};
        return (verify)();
    };
    for (;;) {
        auto result = attempt();
        if (result || !wait.is_needed()) co_return std::move(result);
        co_await wait.end();
    }
}

}  // namespace credence::detail
