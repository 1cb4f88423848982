// SPDX-License-Identifier: MIT
// Granted: a proof whose token also has the scopes that a handler needs. RFC 6749 §3.3
#pragma once

#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

namespace detail {

template <class Wanted>
struct ProofFor;

/// Whether a scope is among those granted. Scopes are compared whole and with case. RFC 6749 §3.3
template <class Claims>
[[nodiscard]] bool grants(const Verified<Claims>& who, std::string_view scope) noexcept {
    for (const std::string& granted : who.scopes()) {
        if (granted == scope) return true;
    }
    return false;
}

/// Whether every scope of a list is granted. An empty name is never granted: it is a mistake, not a permission.
template <class Claims>
[[nodiscard]] bool grants_all(const Verified<Claims>& who, std::string_view list) noexcept {
    while (true) {
        const std::size_t end = list.find(' ');
        const std::string_view scope = list.substr(0, end);
        if (scope.empty() || !grants(who, scope)) return false;
        if (end == std::string_view::npos) return true;
        list.remove_prefix(end + 1);
    }
}

/// Whether some scope of a list is granted.
template <class Claims>
[[nodiscard]] bool grants_any(const Verified<Claims>& who, std::string_view list) noexcept {
    while (true) {
        const std::size_t end = list.find(' ');
        const std::string_view scope = list.substr(0, end);
        if (!scope.empty() && grants(who, scope)) return true;
        if (end == std::string_view::npos) return false;
        list.remove_prefix(end + 1);
    }
}

/// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). RFC 6749 §3.3
[[nodiscard]] constexpr bool is_scope_token(std::string_view text) noexcept {
    for (const char byte : text) {
        if (byte <= 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') return false;
    }
    return !text.empty();
}

}  // namespace detail

/// A scope as a template argument: `Granted<Claims, "orders:write">` makes one of the literal. An `AnyOf` is one, too,
/// with all its names, separated by spaces. The type of a template argument has no private members.
template <std::size_t Size>
struct ScopeName {
    char text[Size]{};
    bool is_any_of = false;

    consteval ScopeName(const char (&literal)[Size]) {
        for (std::size_t at = 0; at < Size; ++at) text[at] = literal[at];
    }
    /// The alternatives of an `AnyOf`.
    template <std::size_t... Sizes>
    consteval explicit ScopeName(bool any_of, const ScopeName<Sizes>&... names) : is_any_of(any_of) {
        char* end = text;
        const auto append = [&end](std::string_view name) {
            for (const char byte : name) *end++ = byte;
            *end++ = ' ';
        };
        (append(names.view()), ...);
        *--end = '\0';
    }

    /// The name, or the names.
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, Size - 1}; }

    /// Whether it is an `AnyOf`, or a scope-token of RFC 6749 §3.3.
    [[nodiscard]] constexpr bool is_well_formed() const noexcept { return is_any_of || detail::is_scope_token(view()); }

    /// Whether a token has this scope, or one of these.
    template <class Claims>
    [[nodiscard]] bool is_granted_to(const Verified<Claims>& who) const noexcept {
        return is_any_of ? detail::grants_any(who, view()) : detail::grants(who, view());
    }
};

namespace detail {

template <ScopeName... Names>
[[nodiscard]] consteval auto any_of() {
    static_assert(sizeof...(Names) > 0, "credence: AnyOf needs scopes: write AnyOf<\"orders:read\", \"orders:admin\">");
    static_assert(((!Names.is_any_of && Names.is_well_formed()) && ...),
                  "credence: a scope is visible ASCII without space, quote and backslash; give several scopes one by "
                  "one");
    return ScopeName<(Names.view().size() + ... + sizeof...(Names))>{true, Names...};
}

}  // namespace detail

/// Several scopes of which any one suffices, in place of one scope: `Granted<Claims, AnyOf<"orders:read",
/// "orders:admin">>`.
template <ScopeName... Names>
// NOLINTNEXTLINE(readability-identifier-naming): it is read as a type
inline constexpr auto AnyOf = detail::any_of<Names...>();

/// A `Verified<Claims>` whose token grants all of these scopes, and at least one of an `AnyOf`.
///
/// A handler that takes `Granted<Claims, "orders:write">` cannot run without that scope; registering it with `protect`
/// is enough. Use it like a `Verified`. It converts to a const `Verified`, but does not derive from it: otherwise a
/// function that takes a `Verified&` could assign a proof without the scope to it.
template <class Claims, ScopeName... Scopes>
class [[nodiscard]] Granted {
    static_assert(sizeof...(Scopes) > 0, "credence: Granted needs a scope: write Granted<Claims, \"orders:write\">");
    static_assert(
        (Scopes.is_well_formed() && ...),
        "credence: a scope is visible ASCII without space, quote and backslash; give several scopes one by one");

public:
    using claims_type = Claims;
    using forwards_arrow = void;  // lets `Result<Granted<Claims, …>>` pass its arrow through

    Granted(const Granted&) = default;
    Granted& operator=(const Granted&) = default;

    // clang-format off
    template <class... Arguments>
        requires(!(sizeof...(Arguments) == 1 && (std::is_same_v<std::remove_cvref_t<Arguments>, Granted> && ...)))
    Granted(Arguments&&...) /* credence: a Granted cannot be made by hand; take it in a handler, or call Granted::from(who) */ = delete;
    // clang-format on

    /// Internal. Nothing outside of the library can make the key.
    Granted(detail::ExpiringProofKey, Granted& expiring) : Granted(Passed{}, expiring.who_) {}

    /// \return the proof; `insufficient_scope` when a scope is missing.
    static Result<Granted> from(const Verified<Claims>& who) {
        if (!(Scopes.is_granted_to(who) && ...)) return lacks_scope();
        return {detail::from_call, [&who] { return Granted{Passed{}, std::as_const(who)}; }};
    }

    /// The proof that has the scopes.
    [[nodiscard]] const Verified<Claims>& verified() const noexcept { return who_; }
    operator const Verified<Claims>&() const noexcept { return who_; }

    /// See `Verified` for these.
    [[nodiscard]] const Claims& operator*() const noexcept { return *who_; }
    [[nodiscard]] const Claims* operator->() const noexcept { return who_.operator->(); }
    [[nodiscard]] const Claims& claims() const noexcept { return who_.claims(); }
    [[nodiscard]] const VerifiedHeader& header() const noexcept { return who_.header(); }
    [[nodiscard]] const RegisteredClaims& registered() const noexcept
        requires std::derived_from<Claims, RegisteredClaims>
    {
        return who_.registered();
    }
    [[nodiscard]] const std::vector<std::string>& scopes() const noexcept { return who_.scopes(); }

    /// The scopes, those of an `AnyOf` included, separated by spaces, as a challenge names them.
    [[nodiscard]] static std::string required() {
        std::string list;
        ((list.append(list.empty() ? "" : " ").append(Scopes.view())), ...);
        return list;
    }

private:
    template <class>
    friend struct detail::ProofFor;

    struct Passed {};  // private, so that the constructors below have no spelling outside

    Granted(Passed, const Verified<Claims>& who) : who_(who) {}
    Granted(Passed, Verified<Claims>& expiring) : who_(detail::ProofTransfer::move_out(expiring)) {}

    /// The same for a proof that is dropped at once.
    static Result<Granted> take(Verified<Claims>& expiring) {
        if (!(Scopes.is_granted_to(expiring) && ...)) return lacks_scope();
        return {detail::from_call, [&expiring] { return Granted{Passed{}, expiring}; }};
    }

    [[nodiscard]] static Error lacks_scope() {
        return {Errc::insufficient_scope, "scope", "it does not grant all scopes that the Granted names"};
    }

    Verified<Claims> who_;
};

namespace detail {

template <class Claims, ScopeName... Scopes>
inline constexpr bool is_verified<Granted<Claims, Scopes...>> = true;

}  // namespace detail
}  // namespace credence
