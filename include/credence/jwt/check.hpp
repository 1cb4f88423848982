// SPDX-License-Identifier: MIT
// Check: an application's own rule for claims.
#pragma once

#include <credence/error.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace credence {

/// An application's own rule: a name for the log, and a predicate on the claims.
///
///     .checks = {{"tenant", [](const MyClaims& claims) { return claims.tenant == 7; }}, {"admin", &MyClaims::admin}}
///
/// The predicate is called from any thread that verifies, after all rules on the claims held; only `cnf` and revocation
/// are checked later. If it throws, the token is not accepted: the exception leaves `decode`.
template <class Claims>
class Check {
public:
    /// \param name       the value of `Error::claim` if the check refuses.
    /// \param predicate  a callable or a data member that returns exactly `bool` for `const Claims&`.
    /// \param code       the value of `Error::code` then.
    template <class Predicate>
        requires std::invocable<const Predicate&, const Claims&>
    Check(std::string name, Predicate predicate, Errc code = Errc::check_failed) : name_(std::move(name)), code_(code) {
        constexpr bool gives_bool =
            std::same_as<std::remove_cvref_t<std::invoke_result_t<const Predicate&, const Claims&>>, bool>;
        static_assert(
            gives_bool,
            "credence: a check returns exactly bool; compare, so that a number or a pointer does not count as true");
        if constexpr (gives_bool) accepts_ = std::move(predicate);
    }

    /// The value of `Error::claim` if the check refuses.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The value of `Error::code` if the check refuses.
    [[nodiscard]] Errc code() const noexcept { return code_; }
    /// Whether the predicate accepts the claims. An empty predicate refuses.
    [[nodiscard]] bool accepts(const Claims& claims) const { return accepts_ && accepts_(claims); }

private:
    std::string name_;
    std::function<bool(const Claims&)> accepts_;
    Errc code_;
};

}  // namespace credence
