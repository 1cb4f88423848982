// SPDX-License-Identifier: MIT
// A value or an error, with the vocabulary of std::expected, for C++20.
#pragma once

#include <credence/error.hpp>
#include <credence/exceptions.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace credence {

/// Thrown by `Result::value()` if there is no value: the only exception that the library itself throws. A program
/// that is compiled without exceptions ends there.
class [[gnu::visibility("default")]] Exception : public std::system_error {
public:
    /// \param error  `code()` is its code; `what()` has its claim, its sentence and its reason.
    explicit Exception(Error error) : std::system_error(described(error)), error_(std::move(error)) {}

    /// The error that stood in the value's place.
    [[nodiscard]] const Error& error() const noexcept { return error_; }

private:
    [[nodiscard]] static std::system_error described(const Error& error) {
        std::string text = error.claim;
        if (!error.reason.empty()) text.append(text.empty() ? "" : ": ").append(error.reason);
        const std::error_code code = make_error_code(error.code);
        // libstdc++ puts a colon behind the text even if it is empty.
        return text.empty() ? std::system_error{code} : std::system_error{code, text};
    }

    Error error_;
};

namespace detail {

/// Tag: builds a `Result` in place from the return value of a callable.
struct FromCall {};
inline constexpr FromCall from_call{};

/// The error to report for a failure that is not an `Error` itself: a `Rejection` carries one as its `reason`.
template <class Failure>
[[nodiscard]] Error reason_of(const Failure& failure) {
    if constexpr (std::convertible_to<const Failure&, Error>) {
        return failure;
    } else {
        return failure.reason;
    }
}

/// Throws the `Exception` of an error. Without exceptions: ends the program.
template <class Failure>
[[noreturn]] void throw_for(const Failure& failure) {
    throw_or_terminate(Exception{reason_of(failure)});
}

/// `result->member` of a pointer-like value forwards to its target, so that `who->sub` reads a claim.
template <class Value>
concept ForwardsArrow = requires(const Value& value) {
    typename Value::forwards_arrow;
    value.operator->();
};

}  // namespace detail

/// A `Value`, or the `Failure` that stands in its place. Never empty.
///
/// Both convert to it: `return claims;` and `return Error{…};`. Use it like a pointer after a test, or with `value()`,
/// which throws `Exception`, or with the monadic functions.
template <class Value, class Failure = Error>
class [[nodiscard]] Result {
    static_assert(!std::is_reference_v<Value> && !std::is_same_v<Value, Failure>);

public:
    /// As in `std::expected`.
    using value_type = Value;
    using error_type = Failure;

    // Set has_value_ only after construction: otherwise g++ 12 loses track of it when optimising, and warns about the
    // member that was not constructed.
    // NOLINTBEGIN(cppcoreguidelines-prefer-member-initializer)
    Result(const Value& value) {
        std::construct_at(&value_, value);
        has_value_ = true;
    }
    Result(Value&& value) {
        std::construct_at(&value_, std::move(value));
        has_value_ = true;
    }
    Result(const Failure& failure) {
        std::construct_at(&error_, failure);
        has_value_ = false;
    }
    Result(Failure&& failure) {
        std::construct_at(&error_, std::move(failure));
        has_value_ = false;
    }
    // NOLINTEND(cppcoreguidelines-prefer-member-initializer)

    /// Builds an `Error` from its code alone, so that a refusal reads `return Errc::invalid_key;`.
    Result(Errc code)
        requires std::same_as<Failure, Error>
        : has_value_(false) {
        std::construct_at(&error_, Error{code});
    }

    /// Builds the value in place from the result of `make`, without a copy or a move.
    template <class Make>
        requires std::same_as<std::invoke_result_t<Make>, Value>
    Result(detail::FromCall, Make&& make) : has_value_(true) {
        ::new (static_cast<void*>(std::addressof(value_))) Value(std::forward<Make>(make)());
    }

    Result(const Result& other) : has_value_(other.has_value_) { adopt(other); }
    Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Value>) : has_value_(other.has_value_) {
        adopt(std::move(other));
    }
    Result& operator=(const Result& other) {
        if (this != &other) assign(other);
        return *this;
    }
    Result& operator=(Result&& other) noexcept(std::is_nothrow_move_constructible_v<Value> &&
                                               std::is_nothrow_move_assignable_v<Value>) {
        if (this != &other) assign(std::move(other));
        return *this;
    }
    ~Result() { destroy(); }

    /// Whether there is a value.
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value_; }

    /// The value; there must be one.
    [[nodiscard]] const Value& operator*() const& noexcept { return value_; }
    [[nodiscard]] Value& operator*() & noexcept { return value_; }
    [[nodiscard]] Value&& operator*() && noexcept { return std::move(value_); }

    /// A member of the value; of the claims themselves when the value is a `Verified`. There must be one.
    [[nodiscard]] auto operator->() const noexcept {
        if constexpr (detail::ForwardsArrow<Value>) {
            return value_.operator->();
        } else {
            return std::addressof(value_);
        }
    }
    [[nodiscard]] Value* operator->() noexcept
        requires(!detail::ForwardsArrow<Value>)
    {
        return std::addressof(value_);
    }

    /// The value. \throws Exception if there is an error instead.
    [[nodiscard]] const Value& value() const& {
        if (!has_value_) detail::throw_for(error_);
        return value_;
    }
    [[nodiscard]] Value& value() & {
        if (!has_value_) detail::throw_for(error_);
        return value_;
    }
    /// By value, so that `const auto& claims = decode(…).value();` does not dangle.
    [[nodiscard]] Value value() && {
        if (!has_value_) detail::throw_for(error_);
        return std::move(value_);
    }

    /// The error; there must be one.
    [[nodiscard]] const Failure& error() const& noexcept { return error_; }
    [[nodiscard]] Failure& error() & noexcept { return error_; }
    [[nodiscard]] Failure&& error() && noexcept { return std::move(error_); }

    /// The value, or `otherwise`.
    template <class Other>
    [[nodiscard]] Value value_or(Other&& otherwise) const& {
        return has_value_ ? value_ : static_cast<Value>(std::forward<Other>(otherwise));
    }
    template <class Other>
    [[nodiscard]] Value value_or(Other&& otherwise) && {
        return has_value_ ? std::move(value_) : static_cast<Value>(std::forward<Other>(otherwise));
    }

    /// The result of `next(value)`, a `Result` with the same error type; or the error.
    template <class Next>
    [[nodiscard]] auto and_then(Next&& next) const& -> std::remove_cvref_t<std::invoke_result_t<Next, const Value&>> {
        if (!has_value_) return error_;
        return std::invoke(std::forward<Next>(next), value_);
    }
    template <class Next>
    [[nodiscard]] auto and_then(Next&& next) && -> std::remove_cvref_t<std::invoke_result_t<Next, Value&&>> {
        if (!has_value_) return std::move(error_);
        return std::invoke(std::forward<Next>(next), std::move(value_));
    }

    /// The result of `change(value)`; or the error.
    template <class Change>
    [[nodiscard]] auto transform(Change&& change) const& {
        using Changed = Result<std::remove_cvref_t<std::invoke_result_t<Change, const Value&>>, Failure>;
        if (!has_value_) return Changed{error_};
        return Changed{detail::from_call, [&] { return std::invoke(std::forward<Change>(change), value_); }};
    }
    template <class Change>
    [[nodiscard]] auto transform(Change&& change) && {
        using Changed = Result<std::remove_cvref_t<std::invoke_result_t<Change, Value&&>>, Failure>;
        if (!has_value_) return Changed{std::move(error_)};
        return Changed{detail::from_call, [&] { return std::invoke(std::forward<Change>(change), std::move(value_)); }};
    }

    /// The value; or the result of `change(error)`.
    template <class Change>
    [[nodiscard]] auto transform_error(Change&& change) const& {
        using Changed = Result<Value, std::remove_cvref_t<std::invoke_result_t<Change, const Failure&>>>;
        if (has_value_) return Changed{value_};
        return Changed{std::invoke(std::forward<Change>(change), error_)};
    }

    /// The value; or the result of `recover(error)`, a `Result`.
    template <class Recover>
    [[nodiscard]] auto or_else(
        Recover&& recover) const& -> std::remove_cvref_t<std::invoke_result_t<Recover, const Failure&>> {
        if (has_value_) return value_;
        return std::invoke(std::forward<Recover>(recover), error_);
    }

private:
    template <class Other>
    void adopt(Other&& other) {
        if (has_value_) {
            std::construct_at(&value_, std::forward<Other>(other).value_);
        } else {
            std::construct_at(&error_, std::forward<Other>(other).error_);
        }
    }

    template <class Other>
    void assign(Other&& other) {
        if (has_value_ && other.has_value_) {
            value_ = std::forward<Other>(other).value_;
        } else if (!has_value_ && !other.has_value_) {
            error_ = std::forward<Other>(other).error_;
        } else if (other.has_value_) {
            become_value(std::forward<Other>(other).value_);
        } else {
            Failure failure{std::forward<Other>(other).error_};
            std::destroy_at(&value_);
            std::construct_at(&error_, std::move(failure));
            has_value_ = false;
        }
    }

    /// Builds the value where the error stands. Should that throw, the error is put back: a `Result` is never empty.
    template <class Other>
    void become_value(Other&& value) {
        struct PutBack {
            ~PutBack() {
                if (!result.has_value_) std::construct_at(&result.error_, std::move(saved));
            }
            Result& result;
            Failure saved;
        };
        PutBack put_back{*this, std::move(error_)};
        std::destroy_at(&error_);
        std::construct_at(&value_, std::forward<Other>(value));
        has_value_ = true;
    }

    void destroy() noexcept {
        if (has_value_) {
            std::destroy_at(&value_);
        } else {
            std::destroy_at(&error_);
        }
    }

    union {
        Value value_;
        Failure error_;
    };
    bool has_value_;
};

/// Success without a value, or a `Failure`.
template <class Failure>
class [[nodiscard]] Result<void, Failure> {
public:
    /// As in `std::expected`.
    using value_type = void;
    using error_type = Failure;

    Result() = default;
    /// The failure; or, below, an `Error` from its code alone.
    Result(Failure failure) : error_(std::move(failure)) {}
    Result(Errc code)
        requires std::same_as<Failure, Error>
        : error_(Error{code}) {}

    /// Whether there is a value.
    [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }
    [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

    /// Does nothing on success. \throws Exception if there is an error.
    void value() const {
        if (error_) detail::throw_for(*error_);
    }

    /// The error; there must be one.
    // NOLINTBEGIN(bugprone-unchecked-optional-access)
    [[nodiscard]] const Failure& error() const& noexcept { return *error_; }
    [[nodiscard]] Failure&& error() && noexcept { return *std::move(error_); }
    // NOLINTEND(bugprone-unchecked-optional-access)

private:
    std::optional<Failure> error_ = {};
};

}  // namespace credence
