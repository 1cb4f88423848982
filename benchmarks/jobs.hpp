// SPDX-License-Identifier: MIT
// The groups of benchmarks. Each job is registered beside the floor that it is compared with, so that both are measured
// within the same fraction of a second.
#pragma once

namespace jobs {

void add_hs256();        ///< Verify and sign in HS256, in all forms of claims; require_bearer; two threads.
void add_public_keys();  ///< Verify and sign in RS256, ES256 and EdDSA; verify again through the cache.
void add_encryption();   ///< Encrypt and decrypt with dir, RSA-OAEP and ECDH-ES.
void add_servers();      ///< Key sources, issuers, caches, stores, opaque credentials, DPoP; each in two threads.
void add_remote();   ///< Keys that follow an issuer: quiet, refreshing, in two threads, and in a storm of unknown kids.
void add_hostile();  ///< Refusals of the most expensive tokens.
void add_growth();   ///< Growing payloads, sets and tables.

}  // namespace jobs
