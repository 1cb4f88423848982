// SPDX-License-Identifier: MIT
// Accept: the names that a claim may have, for the issuer, the subject and the audience. RFC 7519 §4.1
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// Says that an audience that a token carries is not looked at: for services that were never given a name.
struct AnyAudience {};
/// `{.audience = credence::any_audience}`
inline constexpr AnyAudience any_audience{};

/// The names that a claim may have: unset, or a list of which one must match as a whole.
///
/// A list that is set and empty, or an empty name, matches nothing: a configuration that was forgotten refuses.
class Accept {
public:
    /// Unset: what that means is said at the member of `Validation`.
    // Not defaulted: g++ 12 has an internal error when a class initialises a Validation among its members and this is.
    Accept() noexcept {}  // NOLINT(modernize-use-equals-default)
    /// One name, compared as a whole.
    Accept(std::string name) : names_{{std::move(name)}} {}
    Accept(std::string_view name) : names_{{std::string{name}}} {}
    /// Null, as from `std::getenv`, is a name that is empty.
    Accept(const char* name) : names_{{std::string{name == nullptr ? "" : name}}} {}
    /// Several spellings, of which one must match as a whole.
    Accept(std::vector<std::string> names) : names_(std::move(names)) {}
    Accept(std::initializer_list<std::string> names) : names_(names) {}

    // clang-format off
    Accept(AnyAudience) /* credence: any_audience is for the audience alone; leave out an issuer or a subject that is not to be checked */ = delete;
    // clang-format on

    /// Whether names were given, be it none.
    [[nodiscard]] bool is_set() const noexcept { return names_.has_value(); }

    /// Whether `name` is one of the list, byte for byte. RFC 7519 §4.1.1: case-sensitive
    [[nodiscard]] bool matches(std::string_view name) const noexcept {
        return !name.empty() && names_ && std::find(names_->begin(), names_->end(), name) != names_->end();
    }

private:
    std::optional<std::vector<std::string>> names_ = {};
};

/// The names that an audience may have: what `Accept` takes, or any.
class AcceptAudience : public Accept {
public:
    using Accept::Accept;
    /// Unset: see `Validation::audience`.
    AcceptAudience() noexcept {}  // NOLINT(modernize-use-equals-default): as above
    /// Names that are kept somewhere else.
    AcceptAudience(Accept names) : Accept(std::move(names)) {}
    /// Anything, also nothing. Should it be taken for the names of something else, none of them matches.
    AcceptAudience(AnyAudience) : Accept(std::vector<std::string>{}), any_(true) {}

    /// Whether names were given, be it none.
    [[nodiscard]] bool is_set() const noexcept { return !any_ && Accept::is_set(); }
    /// Whether it was made from `any_audience`.
    [[nodiscard]] bool is_any() const noexcept { return any_; }

private:
    bool any_ = false;
};

}  // namespace credence
