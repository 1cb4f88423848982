// SPDX-License-Identifier: MIT
// Signatures of everything that can be called, taken apart.
#include <credence/http/detail/callable.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>

#include "support/catch.hpp"

using credence::detail::BoundMember;
using credence::detail::HasOneSignature;
using credence::detail::SignatureOf;
using credence::detail::TypeList;

namespace {

template <class Callable, class Return, class... Parameters>
constexpr bool has_signature = std::same_as<typename SignatureOf<Callable>::return_type, Return> &&
                               std::same_as<typename SignatureOf<Callable>::parameters, TypeList<Parameters...>>;

struct Api {
    int offset = 0;

    int plain(int value) { return value + offset; }
    int constant(int value) const noexcept { return value - offset; }
    int lvalue(int value) & { return value; }
    int constant_lvalue(int value) const& noexcept { return value; }
};

struct Overloaded {
    void operator()(int) const {}
    void operator()(double) const {}
};

struct Functor {
    bool operator()(const int&, std::unique_ptr<int>) const& noexcept { return true; }
};

}  // namespace

TEST_CASE("functions and function pointers") {
    CHECK(has_signature<void (*)(), void>);
    CHECK(has_signature<int (*)(const int&, int&&), int, const int&, int&&>);
    CHECK(has_signature<int (*)(int&) noexcept, int, int&>);
    CHECK(SignatureOf<void (*)()>::is_const);
}

TEST_CASE("lambdas, also noexcept and mutable ones") {
    const auto plain = [](int) { return 1L; };
    const auto promises = [](std::unique_ptr<int>) noexcept {};
    const auto changes = [count = 0](int) mutable { return ++count; };
    CHECK(has_signature<std::remove_const_t<decltype(plain)>, long, int>);
    CHECK(has_signature<std::remove_const_t<decltype(promises)>, void, std::unique_ptr<int>>);
    CHECK(SignatureOf<std::remove_const_t<decltype(plain)>>::is_const);
    CHECK_FALSE(SignatureOf<std::remove_const_t<decltype(changes)>>::is_const);
}

TEST_CASE("functors and std::function") {
    CHECK(has_signature<Functor, bool, const int&, std::unique_ptr<int>>);
    CHECK(has_signature<std::function<int(double)>, int, double>);
    CHECK(SignatureOf<std::function<int(double)>>::is_const);
}

TEST_CASE("member functions and their object") {
    Api api{.offset = 1};
    const BoundMember plain{&Api::plain, &api};
    const BoundMember constant{&Api::constant, static_cast<const Api*>(&api)};
    CHECK(plain(1) == 2);
    CHECK(constant(1) == 0);
    CHECK(has_signature<BoundMember<decltype(&Api::plain), Api>, int, int>);
    CHECK(has_signature<BoundMember<decltype(&Api::constant), const Api>, int, int>);
    CHECK(has_signature<BoundMember<decltype(&Api::lvalue), Api>, int, int>);
    CHECK(has_signature<BoundMember<decltype(&Api::constant_lvalue), Api>, int, int>);
    CHECK(SignatureOf<BoundMember<decltype(&Api::plain), Api>>::is_const);
}

TEST_CASE("types without a single signature") {
    const auto generic = [](auto) {};
    const auto variadic = [](auto&&...) {};
    CHECK_FALSE(HasOneSignature<std::remove_const_t<decltype(generic)>>);
    CHECK_FALSE(HasOneSignature<std::remove_const_t<decltype(variadic)>>);
    CHECK_FALSE(HasOneSignature<Overloaded>);
    CHECK_FALSE(HasOneSignature<int>);
    CHECK_FALSE(HasOneSignature<int Api::*>);
}
