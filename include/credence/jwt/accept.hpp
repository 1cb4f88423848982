// SPDX-License-Identifier: MIT
// Accept: the accepted names of a claim, for the issuer, the subject and the audience. RFC 7519 §4.1
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// Accepts a token with any audience: for services that have no name at the issuer.
struct AnyAudience {};
/// `{.audience = credence::any_audience}`
inline constexpr AnyAudience any_audience{};

/// The accepted names of a claim: unset, or a list, one of which must match as a whole.
///
/// An empty list or an empty name matches nothing: a forgotten setting refuses every token.
class Accept {
public:
    /// Unset: see the member of `Validation` for its meaning.
    // Not defaulted: with a defaulted one, g++ 12 crashes on a class that initialises a Validation member.
    Accept() noexcept {}  // NOLINT(modernize-use-equals-default)
    /// One name, compared as a whole.
    Accept(std::string name) : names_{{std::move(name)}} {}
    Accept(std::string_view name) : names_{{std::string{name}}} {}
    /// Null, as from `std::getenv`, is an empty name.
    Accept(const char* name) : names_{{std::string{name == nullptr ? "" : name}}} {}
    /// Several names, one of which must match as a whole.
    Accept(std::vector<std::string> names) : names_(std::move(names)) {}
    Accept(std::initializer_list<std::string> names) : names_(names) {}

    // clang-format off
    Accept(AnyAudience) /* credence: any_audience is for the audience alone; leave out an issuer or a subject that is not to be checked */ = delete;
    // clang-format on

    /// Whether a list was set, even an empty one.
    [[nodiscard]] bool is_set() const noexcept { return names_.has_value(); }

    /// The list; empty where it is unset.
    [[nodiscard]] std::span<const std::string> names() const noexcept {
        return names_ ? std::span<const std::string>{*names_} : std::span<const std::string>{};
    }

    /// Whether `name` is one of the list, byte for byte. RFC 7519 §4.1.1: case-sensitive
    [[nodiscard]] bool matches(std::string_view name) const noexcept {
        if (name.empty() || !names_) return false;
        for (const std::string& one : *names_) {
            if (std::equal(one.begin(), one.end(), name.begin(), name.end())) return true;  // faster than ==
        }
        return false;
    }

private:
    std::optional<std::vector<std::string>> names_ = {};
};

/// The accepted audiences: names as in `Accept`, or any.
class AcceptAudience : public Accept {
public:
    using Accept::Accept;
    /// Unset: see `Validation::audience`.
    AcceptAudience() noexcept {}  // NOLINT(modernize-use-equals-default): as above
    /// Names from an `Accept`.
    AcceptAudience(Accept names) : Accept(std::move(names)) {}
    /// Any audience, or none. If it is sliced to an `Accept`, it matches nothing.
    AcceptAudience(AnyAudience) : Accept(std::vector<std::string>{}), any_(true) {}

    /// Whether a list was set, even an empty one.
    [[nodiscard]] bool is_set() const noexcept { return !any_ && Accept::is_set(); }
    /// Whether it was made from `any_audience`.
    [[nodiscard]] bool is_any() const noexcept { return any_; }

private:
    bool any_ = false;
};

}  // namespace credence
