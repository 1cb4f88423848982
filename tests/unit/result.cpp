// SPDX-License-Identifier: MIT
// Result: a value or an error, never neither; with copy-only values, values made in place, and values that throw.
#include <credence/result.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::Errc;
using credence::Error;
using credence::Result;

namespace {

/// A type that can be copied but not moved, like a proof. It counts its copies.
struct CopyOnly {
    explicit CopyOnly(std::string text) : name(std::move(text)) {}
    CopyOnly(const CopyOnly& other) : name(other.name) { ++copies; }
    CopyOnly& operator=(const CopyOnly&) = default;
    ~CopyOnly() = default;

    std::string name;
    static inline int copies = 0;
};

/// A type like a proof: its operator-> leads to another object.
struct Forwarding {
    using forwards_arrow = void;
    const std::string* operator->() const { return &inside; }
    std::string inside;
};

/// A type that throws when it is copied, if a test says so. It counts its living objects.
struct Fragile {
    explicit Fragile(int number) : value(number) { ++living; }
    Fragile(const Fragile& other) : value(other.value) {
        if (throws) throw std::runtime_error("copy");
        ++living;
    }
    Fragile& operator=(const Fragile& other) {
        if (throws) throw std::runtime_error("assignment");
        value = other.value;
        return *this;
    }
    ~Fragile() { --living; }

    int value;
    static inline bool throws = false;
    static inline int living = 0;
};

struct Reasoned {
    Error reason;
};

Result<int> half(int value) {
    if (value % 2 != 0) return Errc::check_failed;
    return value / 2;
}

template <class Action>
void throwing(Action&& action) {
    Fragile::throws = true;
    CHECK_THROWS_AS(std::forward<Action>(action)(), std::runtime_error);
    Fragile::throws = false;
}

}  // namespace

TEST_CASE("a result is its value or its error") {
    const Result<int> value = 7;
    CHECK(value);
    CHECK(value.has_value());
    CHECK(*value == 7);
    CHECK(value.value() == 7);
    const Result<int> error = Error{Errc::missing_claim, "sub"};
    CHECK_FALSE(error);
    CHECK(error.error() == Error{Errc::missing_claim, "sub"});
    const Result<int> code = Errc::invalid_json;
    CHECK(code.error() == Error{Errc::invalid_json});
}

TEST_CASE("value() of an error throws the error") {
    const Result<int> error = Error{Errc::token_expired, "exp"};
    try {
        static_cast<void>(error.value());
        FAIL("value() gave something");
    } catch (const credence::Exception& thrown) {
        CHECK(thrown.error() == Error{Errc::token_expired, "exp"});
        CHECK(thrown.code() == Errc::token_expired);
        CHECK_THAT(thrown.what(), support::contains_text("exp"));
    }
    CHECK(credence::Exception{Error{Errc::token_expired}}.what() == std::string{"the token has expired"});
    CHECK_THROWS_AS(half(1).value(), std::system_error);
    CHECK_THROWS_AS((Result<void>{Errc::invalid_key}.value()), credence::Exception);
}

TEST_CASE("an error type with a reason throws that reason") {
    const Result<int, Reasoned> error = Reasoned{{Errc::insufficient_scope, "orders"}};
    try {
        static_cast<void>(error.value());
        FAIL("value() gave something");
    } catch (const credence::Exception& thrown) {
        CHECK(thrown.error() == Error{Errc::insufficient_scope, "orders"});
    }
}

TEST_CASE("value() of a temporary is a value, and cannot dangle") {
    static_assert(std::is_same_v<decltype(std::declval<Result<std::string>>().value()), std::string>);
    static_assert(std::is_same_v<decltype(std::declval<const Result<std::string>&>().value()), const std::string&>);
    const auto& text = Result<std::string>{std::string(100, 'x')}.value();
    CHECK(text == std::string(100, 'x'));
}

TEST_CASE("operator-> leads to the value, and for a proof to its claims") {
    Result<std::string> text{std::string{"abc"}};
    text->push_back('d');
    CHECK(text->size() == 4);
    const Result<Forwarding> forwarding{Forwarding{"inside"}};
    CHECK(forwarding->size() == 6);
    CHECK(Result<Forwarding> { Forwarding{"inside"} } -> front() == 'i');
}

TEST_CASE("a value can be made in place, without one copy") {
    CopyOnly::copies = 0;
    const auto make = []() -> Result<CopyOnly> {
        return {credence::detail::from_call, [] { return CopyOnly{"made"}; }};
    };
    const Result<CopyOnly> made = make();
    CHECK(made->name == "made");
    CHECK(CopyOnly::copies == 0);
}

TEST_CASE("a copy-only value stays valid in a moved-from result") {
    Result<CopyOnly> first{credence::detail::from_call, [] { return CopyOnly{"kept"}; }};
    const Result<CopyOnly> second = std::move(first);
    CHECK(first->name == "kept");
    CHECK(second->name == "kept");
    CHECK((*std::move(first)).name == "kept");
}

TEST_CASE("a function that throws while a value is made leaves no value") {
    Fragile::living = 0;
    throwing([] {
        const Result<Fragile> made{credence::detail::from_call, []() -> Fragile { throw std::runtime_error("maker"); }};
    });
    CHECK(Fragile::living == 0);
}

TEST_CASE("assignment works from each state to each") {
    Result<std::string> result{std::string{"first"}};
    result = std::string{"second"};
    CHECK(*result == "second");
    result = Errc::invalid_json;
    CHECK(result.error().code == Errc::invalid_json);
    result = Error{Errc::missing_claim, "a long enough name of a claim to be on the heap"};
    CHECK(result.error().code == Errc::missing_claim);
    const Result<std::string> value{std::string{"a long enough value to be on the heap"}};
    result = value;
    CHECK(*result == *value);
    Result<std::string>& same = result;
    result = same;
    CHECK(*result == *value);
    result = std::move(same);
    CHECK(*result == *value);
}

TEST_CASE("an assignment that throws leaves the old state") {
    Fragile::living = 0;
    {
        const Result<Fragile> seven{credence::detail::from_call, [] { return Fragile{7}; }};
        Result<Fragile> value{credence::detail::from_call, [] { return Fragile{1}; }};
        Result<Fragile> error = Error{Errc::missing_claim, "sub"};
        throwing([&] { value = seven; });
        CHECK(value->value == 1);
        throwing([&] { error = seven; });
        REQUIRE_FALSE(error);
        CHECK(error.error() == Error{Errc::missing_claim, "sub"});
        throwing([&] { const Result<Fragile> copy = seven; });
        error = seven;
        CHECK(error->value == 7);
    }
    CHECK(Fragile::living == 0);
}

TEST_CASE("each value is destroyed exactly once") {
    Fragile::living = 0;
    {
        Result<Fragile> one{Fragile{1}};
        Result<Fragile> two = one;
        one = Errc::check_failed;
        two = one;
        one = Fragile{3};
        std::swap(one, two);
        CHECK(two->value == 3);
    }
    CHECK(Fragile::living == 0);
}

TEST_CASE("a move-only value passes through a result") {
    Result<std::unique_ptr<int>> owner{std::make_unique<int>(7)};
    Result<std::unique_ptr<int>> other = std::move(owner);
    const std::unique_ptr<int> inside = std::move(other).value();
    CHECK(*inside == 7);
    const auto changed = Result<std::unique_ptr<int>>{std::make_unique<int>(8)}.transform(
        [](std::unique_ptr<int>&& held) { return *held; });
    CHECK(*changed == 8);
}

TEST_CASE("value_or gives the alternative only for an error") {
    CHECK(half(8).value_or(0) == 4);
    CHECK(half(7).value_or(0) == 0);
    const Result<std::string> text{std::string{"abc"}};
    CHECK(text.value_or("none") == "abc");
    CHECK(Result<std::string>{Errc::check_failed}.value_or("none") == "none");
}

TEST_CASE("the monadic functions call with a value, and pass errors through") {
    const Result<int> eight = 8, seven = 7;
    CHECK(*eight.and_then(half).and_then(half) == 2);
    CHECK(seven.and_then(half).and_then(half).error().code == Errc::check_failed);
    CHECK(*Result<int>{8}.and_then(half) == 4);
    CHECK(*eight.transform([](int value) { return std::to_string(value); }) == "8");
    CHECK(half(7).transform([](int value) { return value + 1; }).error().code == Errc::check_failed);
    const auto reasoned = half(7).transform_error([](const Error& error) { return Reasoned{error}; });
    CHECK(reasoned.error().reason.code == Errc::check_failed);
    CHECK(*half(8).transform_error([](const Error& error) { return Reasoned{error}; }) == 4);
    CHECK(*half(7).or_else([](const Error&) { return Result<int>{0}; }) == 0);
    CHECK(*half(8).or_else([](const Error&) { return Result<int>{0}; }) == 4);
}

TEST_CASE("the monadic functions accept pointers to members") {
    const Result<std::string> text{std::string{"abc"}};
    CHECK(*text.transform(&std::string::size) == 3);
}

TEST_CASE("a result of JSON is the JSON, not an array around it, and an error stays an error") {
    const Result<nlohmann::json> document{nlohmann::json{{"a", 1}}};
    CHECK(document->is_object());
    const Result<nlohmann::json> copy = document;
    CHECK(copy->is_object());
    const Result<nlohmann::json> refused = Errc::invalid_json;
    CHECK(refused.error().code == Errc::invalid_json);
    const Result<nlohmann::json> named = Error{Errc::missing_claim, "sub"};
    CHECK(named.error().claim == "sub");
}

TEST_CASE("a result without a value is success or an error") {
    Result<void> done;
    CHECK(done);
    CHECK_NOTHROW(done.value());
    done = Errc::invalid_key;
    CHECK_FALSE(done);
    CHECK(done.error() == Error{Errc::invalid_key});
    CHECK(Result<void>{Error{Errc::missing_claim, "sub"}}.error().claim == "sub");
}
