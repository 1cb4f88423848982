// SPDX-License-Identifier: MIT
// The commands, each a function of its arguments. They throw `Failure`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "issuer.hpp"
#include "key_file.hpp"

namespace credence::command {

/// The options of every command.
struct SharedArguments {
    bool json = false;  ///< errors as JSON
};

struct SignArguments : SharedArguments {
    bool batch = false;
    std::string source;  ///< of claims; empty: standard input, unless options give claims
    KeyArguments key;
    std::string alg;
    std::string kid;
    std::string typ = "JWT";
    std::vector<std::string> header;
    std::vector<std::string> claims;
    std::optional<std::string> sub;
    std::optional<std::string> iss;
    std::vector<std::string> aud;
    std::optional<std::string> exp;
    std::optional<std::string> nbf;
    std::optional<std::string> jti;
};

/// Where a token comes from, and how long it may be.
struct TokenArguments {
    std::string source;
    std::size_t max_token_bytes = std::size_t{16} * 1024;
};

/// The rules for a token, as text.
struct RuleArguments {
    std::vector<std::string> algs;
    std::vector<std::string> iss;
    std::vector<std::string> aud;
    std::vector<std::string> sub;
    std::string typ;
    std::string leeway;
    std::string max_age;
    std::vector<std::string> required;
    std::vector<std::string> understood;
    std::string now;
    std::vector<std::string> scopes;
    std::vector<std::string> scope_claims;
    std::vector<std::string> allow;
    bool any_audience = false;
    bool allow_missing_exp = false;
    bool allow_future_iat = false;
    bool allow_padding = false;
    bool allow_duplicate_members = false;
};

struct VerifyArguments : SharedArguments {
    bool batch = false;
    TokenArguments token;
    KeyArguments key;
    RuleArguments rules;
};

struct DecodeArguments : SharedArguments {
    TokenArguments token;
    bool allow_padding = false;
};

struct EncryptArguments : SharedArguments {
    bool batch = false;
    std::string source;
    KeyArguments key;
    std::string alg;
    std::string enc = "A256GCM";
    std::string kid;
    std::string typ;
    std::string cty;
    std::vector<std::string> header;
};

struct DecryptArguments : SharedArguments {
    bool batch = false;
    TokenArguments token;
    KeyArguments key;
    std::vector<std::string> algs;
    std::vector<std::string> encs;
    std::vector<std::string> understood;
};

struct KeygenArguments : SharedArguments {
    std::string alg;
    std::string alg_option;  ///< the same as an option, as the other commands have it
    std::string curve;       ///< of ECDH-ES
    std::string enc;         ///< of dir
    std::string out;
    std::string pub;
    std::string format;
    std::string kid;
};

struct JwkArguments : SharedArguments {
    std::vector<std::string> sources;
    std::string passphrase;
    std::string alg;
    std::string kid;
    std::string to;
    bool is_private = false;
    bool thumbprint = false;
    bool base64url_secret = false;
};

struct KeysArguments : SharedArguments {
    IssuerArguments source;  ///< a URL, or anything that a `Source` reads
};

struct DpopArguments : SharedArguments {
    std::string method;
    std::string url;
    TokenArguments token;  ///< without a source, the proof is for no token
    KeyArguments key;
    std::string alg;
    std::string nonce;
};

void run_sign(const SignArguments& arguments);
void run_verify(const VerifyArguments& arguments);
void run_decode(const DecodeArguments& arguments);
void run_encrypt(const EncryptArguments& arguments);
void run_decrypt(const DecryptArguments& arguments);
void run_explain(const VerifyArguments& arguments);
void run_keygen(const KeygenArguments& arguments);
void run_jwk(const JwkArguments& arguments);
void run_keys(const KeysArguments& arguments);
void run_dpop(const DpopArguments& arguments);

}  // namespace credence::command
