// SPDX-License-Identifier: MIT
// What a token lets its bearer do: a check at run time, and a proof type for what a handler needs.
#pragma once

#include <credence/rejection.hpp>
#include <credence/result.hpp>
#include <credence/verified.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

/// The scopes that something needs, all of them: `"orders:write"` or `{"orders:read", "orders:write"}`.
class RequiredScopes {
public:
    /// One scope, or several with a space between each two.
    RequiredScopes(std::string_view scopes) : list_(scopes) {}
    RequiredScopes(const char* scopes) : list_(scopes) {}
    RequiredScopes(std::string scopes) : list_(std::move(scopes)) {}
    /// Several, each by itself.
    RequiredScopes(std::initializer_list<std::string_view> scopes) {
        for (const std::string_view scope : scopes) list_.append(scope).push_back(' ');
        if (!list_.empty()) list_.pop_back();
    }

    /// Separated by spaces, as a token and a challenge hold them. RFC 6749 §3.3
    [[nodiscard]] const std::string& list() const noexcept { return list_; }

private:
    std::string list_;
};

namespace detail {

template <class Wanted>
struct ProofFor;

/// Whether one scope is among those granted: whole, and with case. RFC 6749 §3.3
template <class Claims>
[[nodiscard]] bool grants(const Verified<Claims>& who, std::string_view scope) noexcept {
    for (const std::string& granted : who.scopes()) {
        if (granted == scope) return true;
    }
    return false;
}

/// Whether every scope of a list is granted. An empty name grants nothing: it is a mistake, not a permission.
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

/// The text of a scope as a template argument.
template <std::size_t Size>
struct ScopeName {
    char text[Size]{};

    consteval ScopeName(const char (&literal)[Size]) {
        for (std::size_t at = 0; at < Size; ++at) text[at] = literal[at];
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, Size - 1}; }

    /// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). RFC 6749 §3.3
    [[nodiscard]] constexpr bool is_scope_token() const noexcept {
        for (const char byte : view()) {
            if (byte <= 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') return false;
        }
        return Size > 1;
    }
};

}  // namespace detail

/// Asks whether the token grants every one of these scopes.
///
/// \return nothing; or the answer to send, 403 `insufficient_scope`, whose challenge names all that are needed.
template <class Claims>
[[nodiscard]] Result<void, Rejection> require_scope(const Verified<Claims>& who, const RequiredScopes& scopes,
                                                    Challenge challenge = {}) {
    if (detail::grants_all(who, scopes.list())) return {};
    challenge.scope = scopes.list();
    return Rejection::from(Error{Errc::insufficient_scope, "scope"}, challenge);
}

/// A `Verified<Claims>` whose token grants all of these scopes.
///
/// A handler that takes `Granted<Claims, "orders:write">` cannot run without that scope; to register it with `protect`
/// is all that is needed. It is used like a `Verified`, and converts to a const one. It does not derive from it: a
/// function that may assign another proof to a `Verified&` could then leave one in it without the scope.
template <class Claims, detail::ScopeName... Scopes>
class [[nodiscard]] Granted {
    static_assert(sizeof...(Scopes) > 0, "credence: Granted needs a scope: write Granted<Claims, \"orders:write\">");
    static_assert(
        (Scopes.is_scope_token() && ...),
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

    /// \return the proof; `insufficient_scope` when a scope is missing.
    static Result<Granted> from(const Verified<Claims>& who) {
        if (!(detail::grants(who, Scopes.view()) && ...)) return Error{Errc::insufficient_scope, "scope"};
        return {detail::from_call, [&who] { return Granted{Passed{}, std::as_const(who)}; }};
    }

    /// The proof that has the scopes.
    [[nodiscard]] const Verified<Claims>& verified() const noexcept { return who_; }
    operator const Verified<Claims>&() const noexcept { return who_; }

    /// See `Verified` for these.
    [[nodiscard]] const Claims& operator*() const noexcept { return *who_; }
    [[nodiscard]] const Claims* operator->() const noexcept { return who_.operator->(); }
    [[nodiscard]] const Claims& claims() const noexcept { return who_.claims(); }
    [[nodiscard]] const Header& header() const noexcept { return who_.header(); }
    [[nodiscard]] const RegisteredClaims& registered() const noexcept
        requires std::derived_from<Claims, RegisteredClaims>
    {
        return who_.registered();
    }
    [[nodiscard]] const std::vector<std::string>& scopes() const noexcept { return who_.scopes(); }

    /// The scopes, separated by spaces, as a challenge names them.
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
    Granted(Passed, Verified<Claims>& dying) : who_(detail::Handover::take(dying)) {}

    /// The same for a proof that is dropped at once.
    static Result<Granted> take(Verified<Claims>& dying) {
        if (!(detail::grants(dying, Scopes.view()) && ...)) return Error{Errc::insufficient_scope, "scope"};
        return {detail::from_call, [&dying] { return Granted{Passed{}, dying}; }};
    }

    Verified<Claims> who_;
};

/// The same question for a proof that has some scopes already.
template <class Claims, detail::ScopeName... Scopes>
[[nodiscard]] Result<void, Rejection> require_scope(const Granted<Claims, Scopes...>& who, const RequiredScopes& scopes,
                                                    Challenge challenge = {}) {
    return require_scope(who.verified(), scopes, std::move(challenge));
}

namespace detail {

template <class Claims, ScopeName... Scopes>
inline constexpr bool is_verified<Granted<Claims, Scopes...>> = true;

}  // namespace detail
}  // namespace credence
