// SPDX-License-Identifier: MIT
// Check: a rule of the application's own on verified claims.
#pragma once

#include <credence/error.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace credence {

/// A rule of the application's own: a name for the log, and a predicate on the claims.
///
///     .checks = {{"tenant", [](const MyClaims& claims) { return claims.tenant == 7; }}, {"admin", &MyClaims::admin}}
///
/// The predicate is called after every other rule held, from any thread that verifies. One that throws never admits:
/// what it throws leaves `decode`.
template <class Claims>
class Check {
public:
    /// \param name       what `Error::claim` says when the check refuses.
    /// \param predicate  a callable or a member, that gives exactly `bool` for `const Claims&`.
    /// \param code       what `Error::code` says then.
    template <class Predicate>
        requires std::invocable<const Predicate&, const Claims&>
    Check(std::string name, Predicate predicate, Errc code = Errc::check_failed) : name_(std::move(name)), code_(code) {
        constexpr bool gives_bool =
            std::same_as<std::remove_cvref_t<std::invoke_result_t<const Predicate&, const Claims&>>, bool>;
        static_assert(
            gives_bool,
            "credence: a check gives exactly bool; compare, so that a number or a pointer is not taken for yes");
        if constexpr (gives_bool) accepts_ = std::move(predicate);
    }

    /// What `Error::claim` says when it refuses.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// What `Error::code` says when it refuses.
    [[nodiscard]] Errc code() const noexcept { return code_; }
    /// A predicate that is empty refuses.
    [[nodiscard]] bool accepts(const Claims& claims) const { return accepts_ && accepts_(claims); }

private:
    std::string name_;
    std::function<bool(const Claims&)> accepts_;
    Errc code_;
};

}  // namespace credence
