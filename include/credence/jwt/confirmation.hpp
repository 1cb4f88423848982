// SPDX-License-Identifier: MIT
// ConfirmationCheck: the caller of a verifier decides about the key that a token is bound to. RFC 7800 §3.1
#pragma once

#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>

namespace credence {

/// A function that decides about the `cnf` of a token. It gets the JSON text of the claim, which is empty if the token
/// has none. It returns a `Result<void>`: success to accept the token, or the error to refuse it with.
///
/// It refers to the function, which must outlive it: write the function within the call of `verify`, or give it a name.
class ConfirmationCheck {
public:
    template <class Function>
        requires(!std::same_as<Function, ConfirmationCheck> &&
                 std::is_invocable_r_v<Result<void>, const Function&, std::string_view>)
    ConfirmationCheck(const Function& function) noexcept
        : function_(std::addressof(function)), call_([](const void* source, std::string_view confirmation) {
              return Result<void>{(*static_cast<const Function*>(source))(confirmation)};
          }) {}

    /// Calls the function with the JSON text of `cnf`.
    [[nodiscard]] Result<void> operator()(std::string_view confirmation) const {
        return call_(function_, confirmation);
    }

private:
    const void* function_;
    Result<void> (*call_)(const void*, std::string_view);
};

/// A verifier of tokens that can be bound to a key: a `Verifier`, a `Verifiers`, or a class of your own.
///
/// `candidate.verify(text, check)` calls `check` for every token that passed the other rules on its claims, also for
/// one without `cnf`, and refuses the token with the error that it returns. `Validation::allow_bearer_use` has no
/// effect there.
template <class Candidate>
concept BindableVerifier = requires(const Candidate& candidate, std::string_view text, const ConfirmationCheck& check) {
    typename Candidate::claims_type;
    { (candidate.verify)(text, check) } -> std::same_as<Result<Verified<typename Candidate::claims_type>>>;
};

}  // namespace credence
