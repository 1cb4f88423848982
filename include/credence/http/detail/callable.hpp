// SPDX-License-Identifier: MIT
// The signature of a callable: a guard needs the parameters of the handler that it wraps.
#pragma once

#include <credence/version.hpp>

#include <utility>

namespace credence::detail {

/// A list of types.
template <class... Types>
struct TypeList {};

/// A signature taken apart. `is_const` says whether a const object can be called.
template <bool IsConst, class Return, class... Parameters>
struct Signature {
    using return_type = Return;
    using parameters = TypeList<Parameters...>;
    static constexpr bool is_const = IsConst;
};

template <class Function>
struct SignatureOfFunction {};

template <bool IsNoexcept, class Return, class... Parameters>
struct SignatureOfFunction<Return (*)(Parameters...) noexcept(IsNoexcept)> : Signature<true, Return, Parameters...> {};

template <bool IsNoexcept, class Return, class Object, class... Parameters>
struct SignatureOfFunction<Return (Object::*)(Parameters...) noexcept(IsNoexcept)>
    : Signature<false, Return, Parameters...> {};

template <bool IsNoexcept, class Return, class Object, class... Parameters>
struct SignatureOfFunction<Return (Object::*)(Parameters...) & noexcept(IsNoexcept)>
    : Signature<false, Return, Parameters...> {};

template <bool IsNoexcept, class Return, class Object, class... Parameters>
struct SignatureOfFunction<Return (Object::*)(Parameters...) const noexcept(IsNoexcept)>
    : Signature<true, Return, Parameters...> {};

template <bool IsNoexcept, class Return, class Object, class... Parameters>
struct SignatureOfFunction<Return (Object::*)(Parameters...) const & noexcept(IsNoexcept)>
    : Signature<true, Return, Parameters...> {};

/// A member function and its object.
template <class Member, class Object>
struct BoundMember {
    Member member;
    Object* object;

    template <class... Arguments>
    decltype(auto) operator()(Arguments&&... arguments) const {
        return (object->*member)(std::forward<Arguments>(arguments)...);
    }
};

/// The signature of a function pointer, or of a class with one call operator that is not a template.
template <class Callable>
struct SignatureOf : SignatureOfFunction<Callable> {};

template <class Callable>
    requires requires { &Callable::operator(); }
struct SignatureOf<Callable> : SignatureOfFunction<decltype(&Callable::operator())> {};

template <class Member, class Object>
struct SignatureOf<BoundMember<Member, Object>> : SignatureOfFunction<Member> {
    static constexpr bool is_const = true;  // a pointer: the object may be const or not
};

/// False for a generic lambda, an overloaded call operator, and anything that cannot be called.
template <class Callable>
concept HasOneSignature = requires { typename SignatureOf<Callable>::parameters; };

}  // namespace credence::detail
