// SPDX-License-Identifier: MIT
// The algorithms of encrypted tokens: one type for each way to manage the content key, and the content encryption.
// Closed lists, with the names of the JOSE registry. There is no RSA1_5, no PBES2 and no compression.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/detail/openssl/hash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace credence {

/// How the content of a token is encrypted: `enc`. RFC 7518 §5
// NOLINTBEGIN(readability-identifier-naming): the names of RFC 7518
enum class ContentAlgorithm : std::uint8_t {
    A128GCM,        ///< AES-GCM with a key of 128 bits. RFC 7518 §5.3
    A192GCM,        ///< AES-GCM with a key of 192 bits.
    A256GCM,        ///< AES-GCM with a key of 256 bits.
    A128CBC_HS256,  ///< AES-CBC with 128 bits, and HMAC with SHA-256: a key of 32 bytes. RFC 7518 §5.2.3
    A192CBC_HS384,  ///< AES-CBC with 192 bits, and HMAC with SHA-384: a key of 48 bytes. RFC 7518 §5.2.4
    A256CBC_HS512,  ///< AES-CBC with 256 bits, and HMAC with SHA-512: a key of 64 bytes. RFC 7518 §5.2.5
};
// NOLINTEND(readability-identifier-naming)
using enum ContentAlgorithm;

/// All content algorithms.
inline constexpr std::array<ContentAlgorithm, 6> all_content_algorithms{A128GCM,       A192GCM,       A256GCM,
                                                                        A128CBC_HS256, A192CBC_HS384, A256CBC_HS512};

/// The name in a header's `enc`: "A128CBC-HS256".
[[nodiscard]] constexpr std::string_view to_string(ContentAlgorithm content) noexcept {
    switch (content) {  // no default: -Wswitch points here when a value is added
        case A128GCM: return "A128GCM";
        case A192GCM: return "A192GCM";
        case A256GCM: return "A256GCM";
        case A128CBC_HS256: return "A128CBC-HS256";
        case A192CBC_HS384: return "A192CBC-HS384";
        case A256CBC_HS512: return "A256CBC-HS512";
    }
    return "unknown";
}

/// The content algorithm of a name, compared byte for byte; nullopt if there is none.
[[nodiscard]] constexpr std::optional<ContentAlgorithm> content_algorithm(std::string_view name) noexcept {
    for (const ContentAlgorithm content : all_content_algorithms) {
        if (to_string(content) == name) return content;
    }
    return std::nullopt;
}

/// A closed list of content algorithms: `{A256GCM, A256CBC_HS512}`.
class ContentAlgorithms {
public:
    constexpr ContentAlgorithms(ContentAlgorithm content) noexcept { add(content); }
    constexpr ContentAlgorithms(std::initializer_list<ContentAlgorithm> list) noexcept {
        for (const ContentAlgorithm content : list) add(content);
    }

    /// All content algorithms.
    [[nodiscard]] static constexpr ContentAlgorithms all() noexcept {
        ContentAlgorithms list{};
        for (const ContentAlgorithm content : all_content_algorithms) list.add(content);
        return list;
    }

    /// Adds an algorithm to the list.
    constexpr void add(ContentAlgorithm content) noexcept { bits_ = static_cast<std::uint8_t>(bits_ | bit(content)); }
    /// Whether an algorithm is in the list.
    [[nodiscard]] constexpr bool has(ContentAlgorithm content) const noexcept { return (bits_ & bit(content)) != 0; }

private:
    [[nodiscard]] static constexpr unsigned bit(ContentAlgorithm content) noexcept {
        return 1U << static_cast<unsigned>(content);
    }

    std::uint8_t bits_ = 0;
};

/// The curves of keys for ECDH-ES. RFC 7518 §6.2.1.1, RFC 8037 §3.2
// NOLINTNEXTLINE(readability-identifier-naming): the registry's names, without their hyphen
enum class AgreementCurve : std::uint8_t { P256, P384, P521, X25519, X448 };

/// All curves of ECDH-ES.
inline constexpr std::array<AgreementCurve, 5> all_agreement_curves{
    AgreementCurve::P256, AgreementCurve::P384, AgreementCurve::P521, AgreementCurve::X25519, AgreementCurve::X448};

/// The name in a JWK's `crv`: "P-256".
[[nodiscard]] constexpr std::string_view to_string(AgreementCurve curve) noexcept {
    switch (curve) {  // no default, as above
        case AgreementCurve::P256: return "P-256";
        case AgreementCurve::P384: return "P-384";
        case AgreementCurve::P521: return "P-521";
        case AgreementCurve::X25519: return "X25519";
        case AgreementCurve::X448: return "X448";
    }
    return "unknown";
}

/// The curve of a name, compared byte for byte; nullopt if there is none.
[[nodiscard]] constexpr std::optional<AgreementCurve> agreement_curve(std::string_view name) noexcept {
    for (const AgreementCurve curve : all_agreement_curves) {
        if (to_string(curve) == name) return curve;
    }
    return std::nullopt;
}

// Of each type, `name` is the value of a header's `alg`.

/// The shared secret is the content key itself. With AES-GCM one secret may encrypt 2^32 tokens: the IVs are random.
/// RFC 7518 §4.5, §8.4
struct dir {
    static constexpr std::string_view name = "dir";
};

/// AES Key Wrap with 128 bits. RFC 7518 §4.4
struct A128KW {
    static constexpr std::string_view name = "A128KW";
};

/// AES Key Wrap with 192 bits. RFC 7518 §4.4
struct A192KW {
    static constexpr std::string_view name = "A192KW";
};

/// AES Key Wrap with 256 bits. RFC 7518 §4.4
struct A256KW {
    static constexpr std::string_view name = "A256KW";
};

/// AES-GCM of the content key, with 128 bits. One secret may encrypt 2^32 tokens: the IVs are random.
/// RFC 7518 §4.7, §8.4
struct A128GCMKW {
    static constexpr std::string_view name = "A128GCMKW";
};

/// AES-GCM of the content key, with 192 bits; for 2^32 tokens. RFC 7518 §4.7
struct A192GCMKW {
    static constexpr std::string_view name = "A192GCMKW";
};

/// AES-GCM of the content key, with 256 bits; for 2^32 tokens. RFC 7518 §4.7
struct A256GCMKW {
    static constexpr std::string_view name = "A256GCMKW";
};

/// RSAES-OAEP with SHA-1 and MGF1 with SHA-1. RFC 7518 §4.3
struct RSA_OAEP {
    static constexpr std::string_view name = "RSA-OAEP";
};

/// RSAES-OAEP with SHA-256 and MGF1 with SHA-256. RFC 7518 §4.3
struct RSA_OAEP_256 {
    static constexpr std::string_view name = "RSA-OAEP-256";
};

/// The two sides agree on the content key: P-256, P-384, P-521, X25519 or X448, whichever curve the key is on. RFC 7518
/// §4.6, RFC 8037 §3.2
struct ECDH_ES {
    static constexpr std::string_view name = "ECDH-ES";
};

/// The key agreed upon wraps the content key with A128KW. RFC 7518 §4.6
struct ECDH_ES_A128KW {
    static constexpr std::string_view name = "ECDH-ES+A128KW";
};

/// The key agreed upon wraps the content key with A192KW. RFC 7518 §4.6
struct ECDH_ES_A192KW {
    static constexpr std::string_view name = "ECDH-ES+A192KW";
};

/// The key agreed upon wraps the content key with A256KW. RFC 7518 §4.6
struct ECDH_ES_A256KW {
    static constexpr std::string_view name = "ECDH-ES+A256KW";
};

namespace detail {

/// How the content key reaches the recipient. RFC 7518 §4.1
enum class KeyManagement : std::uint8_t { direct, aes_wrap, gcm_wrap, rsa_oaep, agreement };

/// The parts of a key management algorithm.
struct ManagementScheme {
    KeyManagement management = KeyManagement::direct;
    std::size_t wrapping_size = 0;  ///< bytes of the AES key that wraps the content key; 0 if none does
    Hash hash = Hash::none;         ///< of OAEP; `none` stands for SHA-1, the default of RFC 7518 §4.3
};

/// The parts of each key management algorithm. One that is not in this table does not compile.
template <class Alg>
extern const ManagementScheme management_scheme_of;
// clang-format off
template <> inline constexpr ManagementScheme management_scheme_of<dir>{KeyManagement::direct};
template <> inline constexpr ManagementScheme management_scheme_of<A128KW>{KeyManagement::aes_wrap, 16};
template <> inline constexpr ManagementScheme management_scheme_of<A192KW>{KeyManagement::aes_wrap, 24};
template <> inline constexpr ManagementScheme management_scheme_of<A256KW>{KeyManagement::aes_wrap, 32};
template <> inline constexpr ManagementScheme management_scheme_of<A128GCMKW>{KeyManagement::gcm_wrap, 16};
template <> inline constexpr ManagementScheme management_scheme_of<A192GCMKW>{KeyManagement::gcm_wrap, 24};
template <> inline constexpr ManagementScheme management_scheme_of<A256GCMKW>{KeyManagement::gcm_wrap, 32};
template <> inline constexpr ManagementScheme management_scheme_of<RSA_OAEP>{KeyManagement::rsa_oaep, 0, Hash::none};
template <> inline constexpr ManagementScheme management_scheme_of<RSA_OAEP_256>{KeyManagement::rsa_oaep, 0, Hash::sha256};
template <> inline constexpr ManagementScheme management_scheme_of<ECDH_ES>{KeyManagement::agreement};
template <> inline constexpr ManagementScheme management_scheme_of<ECDH_ES_A128KW>{KeyManagement::agreement, 16};
template <> inline constexpr ManagementScheme management_scheme_of<ECDH_ES_A192KW>{KeyManagement::agreement, 24};
template <> inline constexpr ManagementScheme management_scheme_of<ECDH_ES_A256KW>{KeyManagement::agreement, 32};
// clang-format on

/// All key management algorithms. A new one is added here and above.
using KnownManagement = AlgorithmList<dir, A128KW, A192KW, A256KW, A128GCMKW, A192GCMKW, A256GCMKW, RSA_OAEP,
                                      RSA_OAEP_256, ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A192KW, ECDH_ES_A256KW>;

/// Whether both sides of a scheme have the same secret.
[[nodiscard]] constexpr bool has_shared_secret(ManagementScheme scheme) noexcept {
    return scheme.management != KeyManagement::rsa_oaep && scheme.management != KeyManagement::agreement;
}

}  // namespace detail

/// One of the key management types of this header. The list is closed, and no signing algorithm is in it.
template <class Candidate>
concept KeyManagementAlgorithm = detail::KnownManagement::has_type<Candidate>;

/// Key management whose two sides share one secret: `dir`, AES Key Wrap, AES-GCM key wrap.
template <class Candidate>
concept SharedKeyManagement =
    KeyManagementAlgorithm<Candidate> && detail::has_shared_secret(detail::management_scheme_of<Candidate>);

/// Key management with a public key to encrypt to, and a private one: RSA-OAEP and ECDH-ES.
template <class Candidate>
concept PublicKeyManagement =
    KeyManagementAlgorithm<Candidate> && !detail::has_shared_secret(detail::management_scheme_of<Candidate>);

/// Key management by agreement, with keys on a curve: ECDH-ES, alone or with AES Key Wrap.
template <class Candidate>
concept KeyAgreementAlgorithm = KeyManagementAlgorithm<Candidate> &&
                                detail::management_scheme_of<Candidate>.management == detail::KeyManagement::agreement;

/// Whether a header's `alg` names key management that credence has. Exact bytes; "RSA1_5" and "PBES2-HS256+A128KW" are
/// unknown, and so is every signing algorithm.
[[nodiscard]] constexpr bool is_known_key_management(std::string_view name) noexcept {
    return detail::KnownManagement::has_name(name);
}

}  // namespace credence
