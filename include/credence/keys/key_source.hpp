// SPDX-License-Identifier: MIT
// KeySource: the concept of a verifier's source of keys: a DecodingKey, a KeySet, RotatingKeys, or a class of your own.
#pragma once

#include <credence/bytes.hpp>
#include <credence/clock.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

/// A key that checks signatures of one algorithm. A key source returns it.
///
/// The library's own keys come from `find` of a `DecodingKey`, `KeySet` or `RotatingKeys`. Derive from it for a key
/// that the library cannot hold, such as one in a remote service. Any number of threads may use one object.
class VerificationKey {
public:
    VerificationKey() = default;
    VerificationKey(const VerificationKey&) = delete;
    VerificationKey& operator=(const VerificationKey&) = delete;
    virtual ~VerificationKey() = default;

    /// Whether `signature` is this key's signature over `signing_input`.
    ///
    /// \param signing_input  the first two parts of the token with the dot between them. RFC 7515 §5.2
    /// \param signature      the decoded third part, of any length: the token's sender chose it.
    [[nodiscard]] virtual bool(verify)(std::string_view signing_input, ByteView signature) const noexcept = 0;
};

/// The key id that a token's header names; nullopt if the header has no `kid`. An empty `kid` is an id like any other.
/// RFC 7515 §4.1.4
using KeyId = std::optional<std::string_view>;

/// The members of a token's header that choose its key. The token is not verified yet: treat all of them as hostile
/// input.
struct KeyQuery {
    /// The algorithm, which the source accepts.
    std::string_view alg = {};
    /// The key id.
    KeyId kid = {};
    /// The certificate's SHA-1 thumbprint, as it stands in the header; empty if the header has none. RFC 7515 §4.1.7
    std::string_view x5t = {};
    /// The certificate's SHA-256 thumbprint, `x5t#S256`; empty if the header has none. RFC 7515 §4.1.8
    std::string_view x5t_s256 = {};
};

/// A source of verification keys.
///
/// - `source.accepts(alg)` returns whether the source has an algorithm of that name in its closed list. The list
///   may change whenever an answer of `find` may.
/// - `source.find(query)` returns a `Result` of a pointer-like value that refers to the key, or the error to refuse the
///   token with: `no_matching_key`, `ambiguous_key`, `keys_unavailable`.
/// - `Source::is_static` says whether `find` returns the same answer for ever, so that a verifier may cache it.
///
/// A source is copied into each verifier, and its functions are called from any number of threads at once.
template <class Source>
concept KeySource =
    std::copy_constructible<Source> && requires(const Source& source, std::string_view alg, const KeyQuery& query) {
        { source.accepts(alg) } -> std::same_as<bool>;
        source.find(query).has_value();
        { Source::is_static } -> std::convertible_to<bool>;
    };

/// A source that can let a verifier try several keys.
///
/// `source.candidates(query)` returns the keys to try, one after the other, if `find` returned `ambiguous_key`: at most
/// 16, and none if the source does not want several keys to be tried. A verifier accepts the token if one of them
/// verifies the signature; otherwise the token is `invalid_signature`, or `ambiguous_key` if there are no candidates.
/// The keys live as long as the result of `find`. The result of `snapshot()` may have candidates in the same way.
template <class Source>
concept CandidateSource = requires(const Source& source, const KeyQuery& query) {
    { source.candidates(query) } -> std::same_as<std::span<const VerificationKey* const>>;
};

/// A source whose keys can change, and that can keep one state of them alive.
///
/// `source.snapshot()` returns an object that keeps the current keys alive while it exists, at the cost of a few
/// instructions that write nothing that other threads read:
///
/// - `snapshot.generation()` returns the number of this state of the keys. Later states have greater numbers, no number
///   is used twice, and all are less than 2^64 - 1;
/// - `snapshot.find(query)` returns a `Result` of a raw pointer. The pointer is valid while any snapshot of this
///   generation exists, and the answer to a query is the same in all of them: a verifier caches it for the generation.
///
/// A verifier caches keys and tokens for static sources and for sources with snapshots only.
template <class Source>
concept SnapshotKeySource =
    KeySource<Source> && !Source::is_static && requires(const Source& source, const KeyQuery& query) {
        { source.snapshot().generation() } -> std::same_as<std::uint64_t>;
        requires std::is_pointer_v<std::remove_cvref_t<decltype(source.snapshot().find(query).value())>>;
    };

/// A source that can fetch a key that it does not have yet.
///
/// A verifier calls `source.fetch_key(query, issued_at)` if `find` returned `no_matching_key` and if its rules accept
/// the token's claims, which are not verified yet. `issued_at` is the token's `iat`, if it has one. The call may wait.
/// It returns a `Result<bool>`: true if the verifier should look for the key once more, false if the token stays
/// refused, or the error to refuse it with.
template <class Source>
concept FetchingKeySource =
    KeySource<Source> && requires(const Source& source, const KeyQuery& query, std::optional<NumericDate> issued_at) {
        { source.fetch_key(query, issued_at) } -> std::same_as<Result<bool>>;
    };

/// A source whose keys belong to one issuer.
///
/// `source.issuer()` returns the issuer's name as `iss` has it, or an empty text if the source does not know it. A
/// verifier accepts tokens of this issuer unless `Validation::issuer` is set, and that list must then contain it. If
/// the source does not know its issuer, `Validation::issuer` must be set. RFC 8725 §3.8
template <class Source>
concept IssuerKeySource = KeySource<Source> && requires(const Source& source) {
    { source.issuer() } -> std::same_as<std::string_view>;
};

namespace detail {

/// The result type of a source's `find`, for one key.
template <class Source>
using KeyRefOf = typename decltype(std::declval<const Source&>().find(KeyQuery{}))::value_type;

}  // namespace detail
}  // namespace credence
