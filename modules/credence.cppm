// SPDX-License-Identifier: MIT
// The module `credence`: what the header credence/credence.hpp declares, for `import credence;`. It exports names and no
// macro; CREDENCE_VERSION is in credence/version.hpp.
module;

#include <credence/credence.hpp>

export module credence;

export namespace credence {

// Words
using credence::Bytes;
using credence::ByteView;
using credence::Clock;
using credence::Errc;
using credence::Error;
using credence::Exception;
using credence::in;
using credence::make_error_code;
using credence::message;
using credence::now;
using credence::NumericDate;
using credence::Result;
using credence::system_clock;
using credence::to_string;

// Keys
using credence::Algorithm;
using credence::allow_short_secret;
using credence::AllowShortSecret;
using credence::CandidateSource;
using credence::DecodingKey;
using credence::Ed25519;
using credence::Ed448;
using credence::EdDSA;
using credence::EncodingKey;
using credence::ES256;
using credence::ES256K;
using credence::ES384;
using credence::ES512;
using credence::FetchingKeySource;
using credence::HS256;
using credence::HS384;
using credence::HS512;
using credence::is_known_algorithm;
using credence::IssuerKeySource;
using credence::KeyId;
using credence::KeyOptions;
using credence::KeyQuery;
using credence::Keys;
using credence::KeySet;
using credence::KeySetOptions;
using credence::KeySource;
using credence::PS256;
using credence::PS384;
using credence::PS512;
using credence::PublicKeyAlgorithm;
using credence::RotatingKeys;
using credence::RS256;
using credence::RS384;
using credence::RS512;
using credence::SharedSecretAlgorithm;
using credence::SkippedKey;
using credence::SnapshotKeySource;
using credence::VerificationKey;

// Export of keys
using credence::export_private_jwk_in_the_clear;
using credence::export_private_pem_in_the_clear;
using credence::export_secret_in_the_clear;
using credence::JwsKey;
using credence::SigningKey;
using credence::thumbprint;
using credence::to_encrypted_private_pem;
using credence::to_jwk;
using credence::to_jwks;
using credence::to_pem;
using credence::with_algorithm;
using credence::with_thumbprint_kid;

// Claims
using credence::any_other_name;
using credence::Audience;
using credence::ClaimName;
using credence::Claims;
using credence::ClaimValue;
using credence::RegisteredClaims;

// JSON Web Tokens
using credence::Accept;
using credence::AcceptAudience;
using credence::access_token;
using credence::any_audience;
using credence::AnyAudience;
using credence::AnyOf;
using credence::BindableVerifier;
using credence::Check;
using credence::ClaimsOf;
using credence::ConfirmationCheck;
using credence::decode;
using credence::encode;
using credence::Granted;
using credence::Header;
using credence::HeaderOptions;
using credence::max_leeway;
using credence::Revocation;
using credence::RevocationStore;
using credence::ScopeName;
using credence::SubjectIdentity;
using credence::TokenCache;
using credence::TokenIdentity;
using credence::TokenVerifier;
using credence::Validation;
using credence::Verified;
using credence::VerifiedHeader;
using credence::Verifier;
using credence::verifier_for;
using credence::VerifierFor;
using credence::VerifierOptions;
using credence::Verifiers;

// HTTP
using credence::AnyVerifier;
using credence::certificate_bound;
using credence::CertificateBound;
using credence::CertificateOptions;
using credence::Challenge;
using credence::check_origin;
using credence::clear_cookie;
using credence::Cookie;
using credence::CrossOrigin;
using credence::dpop_bound;
using credence::dpop_proof;
using credence::DpopBound;
using credence::DpopNonces;
using credence::DpopOptions;
using credence::DpopProofOptions;
using credence::FieldReader;
using credence::find_cookie;
using credence::FirstOf;
using credence::HeaderValue;
using credence::HttpRequest;
using credence::HttpTraits;
using credence::optional_bearer;
using credence::protect;
using credence::protected_resource_metadata;
using credence::Rejection;
using credence::Replays;
using credence::ReplayStore;
using credence::RequestContext;
using credence::RequestVerifier;
using credence::require_any_scope;
using credence::require_bearer;
using credence::require_scope;
using credence::RequiredScopes;
using credence::resource_metadata_url;
using credence::ResourceMetadata;
using credence::SameSite;
using credence::session_cookie;
using credence::set_cookie;
using credence::TokenLocation;

}  // namespace credence
