// SPDX-License-Identifier: MIT
// The proof type: claims that passed every check. Only the library can make one.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/jwt/verified_header.hpp>
#include <credence/detail/concurrency/reader_slots.hpp>
#include <credence/jwt/detail/shared_header.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

template <class Claims>
class Verified;

namespace detail {

/// Makes a `Verified` of a token: the end of the verification pipeline (`jwt/detail/pipeline.hpp`).
template <class Claims, class Source>
class Pipeline;

/// Makes a `Verified` of claims that a store keeps under a secret that the client presented
/// (`jwt/detail/stored_claims.hpp`). Only these two make one.
template <class Claims>
class StoredClaims;

/// Moves the claims out of a proof that is about to be destroyed. Internal: a moved-from proof has no claims.
struct ProofTransfer;

/// A key that only `ProofTransfer` can make. A container passes it on to construct its element from an expiring proof.
class ExpiringProofKey {
    friend struct ProofTransfer;
    ExpiringProofKey() = default;
};

template <class Type>
inline constexpr bool is_verified = false;
template <class Claims>
inline constexpr bool is_verified<Verified<Claims>> = true;

}  // namespace detail

/// Claims of a token whose signature held and which every rule of the `Validation` accepted; or the claims of a session
/// or an API key, which a store of the server keeps.
///
/// A function that takes a `Verified<Claims>` cannot be called for a request that was not verified: `decode`, `verify`
/// of a verifier, `require_bearer`, `optional_bearer` and `protect` are the only sources. It can be copied, and is
/// never moved from, so that no proof with emptied claims exists.
template <class Claims>
class [[nodiscard]] Verified {
public:
    using claims_type = Claims;
    using forwards_arrow = void;  // lets `Result<Verified<Claims>>` pass its arrow through

    Verified(const Verified&) = default;
    /// Copies another proof as a whole. If memory runs out, it throws and keeps its own value: never
    /// the header of one token with the claims of another.
    Verified& operator=(const Verified& other) {
        if (this == &other) return *this;
        Shared next = other.own_ ? Shared{new SharedFacts{*other.own_}, nullptr} : other.shared_;
        own_.reset();
        shared_ = std::move(next);
        return *this;
    }

    // clang-format off
    // The attributes of some stacks return an empty value if there is none.
    Verified() /* credence: there is no empty Verified; where there may be none, keep a std::optional or a std::shared_ptr of it */ = delete;
    template <class... Arguments>
        requires(!(sizeof...(Arguments) == 1 && (detail::is_verified<std::remove_cvref_t<Arguments>> && ...)))
    Verified(Arguments&&...) /* credence: a Verified cannot be made by hand; call decode() or require_bearer() */ = delete;
    // clang-format on

    /// Internal. Nothing outside of the library can make the key.
    Verified(detail::ExpiringProofKey, Verified& expiring) : Verified(Proven{}, expiring) {}

    /// The claims.
    [[nodiscard]] const Claims& operator*() const noexcept { return facts().claims; }
    [[nodiscard]] const Claims* operator->() const noexcept { return std::addressof(facts().claims); }
    [[nodiscard]] const Claims& claims() const noexcept { return facts().claims; }

    /// The header that the signature covers: `alg`, `kid`, `typ`, and `json()` for all of its members. Empty for a
    /// session or an API key.
    [[nodiscard]] const VerifiedHeader& header() const noexcept { return facts().header.get(); }

    /// The registered claims. RFC 7519 §4.1
    [[nodiscard]] const RegisteredClaims& registered() const noexcept
        requires std::derived_from<Claims, RegisteredClaims>
    {
        return facts().claims;
    }

    /// The scopes that the token grants; see `Validation::scope_claims`. RFC 8693 §4.2
    [[nodiscard]] const std::vector<std::string>& scopes() const noexcept { return facts().scopes; }

private:
    template <class, class>
    friend class detail::Pipeline;
    template <class>
    friend class detail::StoredClaims;
    friend struct detail::ProofTransfer;

    /// The proven facts. A verifier's cache shares them with the proofs that it returns.
    struct Facts {
        explicit Facts(const detail::HeaderView& token_header) : header(token_header) {}

        detail::SharedHeader header;
        std::vector<std::string> scopes;
        Claims claims{};
    };
    /// The same with a count of its users.
    struct SharedFacts : detail::VersionUses {
        explicit SharedFacts(const Facts& given, void (*destroy_this)(detail::VersionUses*) noexcept)
            : VersionUses{{1}, destroy_this}, facts(given) {}
        explicit SharedFacts(const Facts& given)
            : VersionUses{{1},
                          [](detail::VersionUses* version) noexcept { delete static_cast<SharedFacts*>(version); }},
              facts(given) {}

        const Facts facts;
    };
    using Shared = detail::VersionHold<SharedFacts>;

    struct Proven {};  // private, so that the constructors below have no spelling outside

    Verified(Proven, const detail::HeaderView& header) : own_(std::in_place, header) {}
    Verified(Proven, Shared facts) : shared_(std::move(facts)) {}
    Verified(Proven, const Facts& facts) : own_(facts) {}
    Verified(Proven, Verified& expiring) : own_(std::move(expiring.own_)), shared_(std::move(expiring.shared_)) {}

    [[nodiscard]] const Facts& facts() const noexcept { return own_ ? *own_ : shared_->facts; }

    // Exactly one is set: the proof's own facts, or facts shared with a cache or another proof.
    std::optional<Facts> own_ = {};
    Shared shared_ = {};
};

struct detail::ProofTransfer {
    template <class Claims>
    [[nodiscard]] static Verified<Claims> move_out(Verified<Claims>& expiring) {
        return {typename Verified<Claims>::Proven{}, expiring};
    }
    /// The same for a handler's optional parameter.
    template <class Proof>
    [[nodiscard]] static std::optional<Proof> optional_of(Proof& expiring) {
        return std::optional<Proof>{std::in_place, ExpiringProofKey{}, expiring};
    }
};

}  // namespace credence
