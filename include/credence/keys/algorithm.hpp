// SPDX-License-Identifier: MIT
// The JWS algorithms, one type each: a closed list, spelled as the JOSE registry spells them.
#pragma once

#include <credence/detail/openssl/hash.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>

namespace credence {

// Of each type, `name` is the value of a header's `alg`.

/// HMAC with SHA-256. RFC 7518 §3.2
struct HS256 {
    static constexpr std::string_view name = "HS256";
};

/// HMAC with SHA-384. RFC 7518 §3.2
struct HS384 {
    static constexpr std::string_view name = "HS384";
};

/// HMAC with SHA-512. RFC 7518 §3.2
struct HS512 {
    static constexpr std::string_view name = "HS512";
};

/// RSASSA-PKCS1-v1_5 with SHA-256. RFC 7518 §3.3
struct RS256 {
    static constexpr std::string_view name = "RS256";
};

/// RSASSA-PKCS1-v1_5 with SHA-384. RFC 7518 §3.3
struct RS384 {
    static constexpr std::string_view name = "RS384";
};

/// RSASSA-PKCS1-v1_5 with SHA-512. RFC 7518 §3.3
struct RS512 {
    static constexpr std::string_view name = "RS512";
};

/// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes. RFC 7518 §3.5
struct PS256 {
    static constexpr std::string_view name = "PS256";
};

/// RSASSA-PSS with SHA-384, MGF1 with SHA-384, a salt of 48 bytes. RFC 7518 §3.5
struct PS384 {
    static constexpr std::string_view name = "PS384";
};

/// RSASSA-PSS with SHA-512, MGF1 with SHA-512, a salt of 64 bytes. RFC 7518 §3.5
struct PS512 {
    static constexpr std::string_view name = "PS512";
};

/// ECDSA on P-256 with SHA-256. RFC 7518 §3.4
struct ES256 {
    static constexpr std::string_view name = "ES256";
};

/// ECDSA on P-384 with SHA-384. RFC 7518 §3.4
struct ES384 {
    static constexpr std::string_view name = "ES384";
};

/// ECDSA on P-521 with SHA-512. RFC 7518 §3.4
struct ES512 {
    static constexpr std::string_view name = "ES512";
};

/// ECDSA on secp256k1 with SHA-256. RFC 8812 §3.2
struct ES256K {
    static constexpr std::string_view name = "ES256K";
};

/// EdDSA on the key's own curve, Ed25519 or Ed448. RFC 8037 §3.1
struct EdDSA {
    static constexpr std::string_view name = "EdDSA";
};

/// EdDSA on Ed25519 under its own name: a token whose `alg` is `EdDSA` is not for this key. RFC 9864 §2.2
struct Ed25519 {
    static constexpr std::string_view name = "Ed25519";
};

/// EdDSA on Ed448 under its own name: a token whose `alg` is `EdDSA` is not for this key. RFC 9864 §2.2
struct Ed448 {
    static constexpr std::string_view name = "Ed448";
};

namespace detail {

/// The construction behind an algorithm. There is no member for `none`.
enum class Family : std::uint8_t { hmac, rsa_pkcs1, rsa_pss, ecdsa, eddsa };

/// The curve of an algorithm; `edwards` is Ed25519 or Ed448, whichever the key has. X25519 and X448 are for key
/// agreement only, in encrypted tokens.
enum class Curve : std::uint8_t { none, p256, p384, p521, secp256k1, ed25519, ed448, edwards, x25519, x448 };

/// The parts of an algorithm.
struct Scheme {
    Family family = Family::hmac;
    Hash hash = Hash::none;
    Curve curve = Curve::none;

    bool operator==(const Scheme&) const = default;
};

/// The parts of each algorithm. One that is not in this table does not compile.
template <class Alg>
extern const Scheme scheme_of;
// clang-format off
template <> inline constexpr Scheme scheme_of<HS256>{Family::hmac, Hash::sha256};
template <> inline constexpr Scheme scheme_of<HS384>{Family::hmac, Hash::sha384};
template <> inline constexpr Scheme scheme_of<HS512>{Family::hmac, Hash::sha512};
template <> inline constexpr Scheme scheme_of<RS256>{Family::rsa_pkcs1, Hash::sha256};
template <> inline constexpr Scheme scheme_of<RS384>{Family::rsa_pkcs1, Hash::sha384};
template <> inline constexpr Scheme scheme_of<RS512>{Family::rsa_pkcs1, Hash::sha512};
template <> inline constexpr Scheme scheme_of<PS256>{Family::rsa_pss, Hash::sha256};
template <> inline constexpr Scheme scheme_of<PS384>{Family::rsa_pss, Hash::sha384};
template <> inline constexpr Scheme scheme_of<PS512>{Family::rsa_pss, Hash::sha512};
template <> inline constexpr Scheme scheme_of<ES256>{Family::ecdsa, Hash::sha256, Curve::p256};
template <> inline constexpr Scheme scheme_of<ES384>{Family::ecdsa, Hash::sha384, Curve::p384};
template <> inline constexpr Scheme scheme_of<ES512>{Family::ecdsa, Hash::sha512, Curve::p521};
template <> inline constexpr Scheme scheme_of<ES256K>{Family::ecdsa, Hash::sha256, Curve::secp256k1};
template <> inline constexpr Scheme scheme_of<EdDSA>{Family::eddsa, Hash::none, Curve::edwards};
template <> inline constexpr Scheme scheme_of<Ed25519>{Family::eddsa, Hash::none, Curve::ed25519};
template <> inline constexpr Scheme scheme_of<Ed448>{Family::eddsa, Hash::none, Curve::ed448};
// clang-format on

/// A list of algorithms, as a type.
template <class... Algs>
struct AlgorithmList {
    /// Whether the type is one of the list.
    template <class Candidate>
    static constexpr bool has_type = (std::same_as<Candidate, Algs> || ...);

    /// The names of all algorithms of the list.
    static constexpr std::array<std::string_view, sizeof...(Algs)> names{Algs::name...};

    /// Whether a name equals, byte for byte, that of an algorithm in the list.
    static constexpr bool has_name(std::string_view name) noexcept { return ((name == Algs::name) || ...); }
};

/// All algorithms. A new one is added here and above.
using KnownAlgorithms = AlgorithmList<HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384,
                                      ES512, ES256K, EdDSA, Ed25519, Ed448>;

}  // namespace detail

/// One of the algorithm types of this header. The list is closed: a user cannot add to it, and `none` is not in it.
template <class Candidate>
concept Algorithm = detail::KnownAlgorithms::has_type<Candidate>;

/// An algorithm with a shared secret: HS256, HS384, HS512.
template <class Candidate>
concept SharedSecretAlgorithm = Algorithm<Candidate> && detail::scheme_of<Candidate>.family == detail::Family::hmac;

/// An algorithm with a private key to sign and a public key to verify: all the others.
template <class Candidate>
concept PublicKeyAlgorithm = Algorithm<Candidate> && detail::scheme_of<Candidate>.family != detail::Family::hmac;

/// Whether a header's `alg` names an algorithm that credence has. Exact bytes: "hs256" and "HS256 " are unknown, and
/// so is "none" in every spelling. RFC 7515 §4.1.1, RFC 8725 §3.1
[[nodiscard]] constexpr bool is_known_algorithm(std::string_view name) noexcept {
    return detail::KnownAlgorithms::has_name(name);
}

}  // namespace credence
