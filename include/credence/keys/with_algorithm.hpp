// SPDX-License-Identifier: MIT
// From the name of an algorithm, known only at run time, to its type.
#pragma once

#include <credence/error.hpp>
#include <credence/keys/algorithm.hpp>

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

namespace detail {

/// A callable for `with_algorithm`: a template over the algorithm whose result can be an `Errc`.
template <class Use, class Alg>
concept AlgorithmCallable = requires(Use& use) {
    requires std::constructible_from<std::remove_cvref_t<decltype(use.template operator()<Alg>())>, Errc>;
};

template <class Use, class First, class... Others>
[[nodiscard]] auto call_with_algorithm(AlgorithmList<First, Others...>, std::string_view name, Use& use) {
    constexpr bool callable_returns_a_result = AlgorithmCallable<Use, First>;
    static_assert(callable_returns_a_result,
                  "credence: with_algorithm needs a callable like []<Algorithm Alg>() -> Result<T> { … }");
    using Answer = std::remove_cvref_t<decltype(use.template operator()<First>())>;
    std::optional<Answer> answer;
    const auto call = [&]<class Alg>(std::type_identity<Alg>) {
        if (name == Alg::name) answer.emplace(use.template operator()<Alg>());
    };
    call(std::type_identity<First>{});
    (call(std::type_identity<Others>{}), ...);
    return answer ? *std::move(answer) : Answer{Errc::unsupported_algorithm};
}

}  // namespace detail

/// Calls `use.operator()<Alg>()` for the algorithm of this name, and returns its result.
///
/// For a name from a configuration or a command line. Never pass the `alg` of a token: its sender would choose the
/// algorithm (RFC 8725 §2.1, §3.1).
///
/// ```
/// const auto verify = with_algorithm<RS256, ES256>(config.alg, [&]<Algorithm Alg>() -> Result<Verify> {
///     const auto key = DecodingKey<Alg>::from_pem(config.pem);
///     if (!key) return key.error();
///     return Verify{verifier_for<Claims>(*key, validation)};
/// });
/// ```
///
/// \tparam Algs  the algorithms to choose among; all of them if none is given.
/// \param name   exact bytes, as in `Alg::name`.
/// \param use    returns the same type for every algorithm: a `Result`, or another type that an `Errc` converts to.
/// \return the result of `use`; `unsupported_algorithm` if no algorithm of the list has this name.
template <Algorithm... Algs, class Use>
[[nodiscard]] auto with_algorithm(std::string_view name, Use&& use) {
    using List = std::conditional_t<sizeof...(Algs) == 0, detail::KnownAlgorithms, detail::AlgorithmList<Algs...>>;
    return detail::call_with_algorithm(List{}, name, use);
}

}  // namespace credence
