// SPDX-License-Identifier: MIT
// The one header that knows whether a program is compiled with exceptions.
//
// The library compiles with `-fno-exceptions`, too. Then nothing is caught, and an exception ends the program by
// `std::terminate`: `Result::value()` of an error, a user's own `from_json` or check that fails, and running out of
// memory. Use `Result` with `if (result)` there.
#pragma once

#include <credence/version.hpp>

#include <exception>
#include <new>
#include <utility>

namespace credence::detail {

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)

/// Throws `exception`. Without exceptions: ends the program.
template <class Thrown>
[[noreturn]] void throw_or_terminate(Thrown&& exception) {
    throw std::forward<Thrown>(exception);
}

/// The result of `call()`; of `otherwise()` if it throws. Without exceptions: of `call()`.
template <class Call, class Otherwise>
auto catch_all(Call&& call, Otherwise&& otherwise) -> decltype(call()) {
    try {
        return call();
    } catch (...) {
        return otherwise();
    }
}

/// The same, except that running out of memory is not caught.
template <class Call, class Otherwise>
auto catch_all_but_bad_alloc(Call&& call, Otherwise&& otherwise) -> decltype(call()) {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        return otherwise();
    }
}

#else

template <class Thrown>
[[noreturn]] void throw_or_terminate(Thrown&& /*exception*/) {
    std::terminate();
}

template <class Call, class Otherwise>
auto catch_all(Call&& call, Otherwise&& /*otherwise*/) -> decltype(call()) {
    return call();
}

template <class Call, class Otherwise>
auto catch_all_but_bad_alloc(Call&& call, Otherwise&& /*otherwise*/) -> decltype(call()) {
    return call();
}

#endif

}  // namespace credence::detail
