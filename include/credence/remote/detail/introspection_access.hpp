// SPDX-License-Identifier: MIT
// IntrospectionAccess: the way from `IntrospectionVerifier` to client authentication and to signed answers.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/result.hpp>

#include <string_view>

namespace credence::detail {

/// The friend of `ClientAuthentication` and `SignedIntrospection` that calls their functions. Used by
/// `IntrospectionVerifier`.
struct IntrospectionAccess {
    /// Adds the authentication to a request with a form.
    template <class Authentication>
    [[nodiscard]] static Result<void> authenticate(const Authentication& authentication, FetchRequest& request) {
        return authentication.apply_(request);
    }

    /// The token's data in a signed answer, as JSON.
    template <class SignedAnswers>
    [[nodiscard]] static auto open(const SignedAnswers& signed_answers, std::string_view answer) {
        return signed_answers.open_(answer);
    }
};

}  // namespace credence::detail
