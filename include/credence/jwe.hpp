// SPDX-License-Identifier: MIT
// Encrypted tokens: encrypt, decrypt, their keys, signed tokens within, sealed cookies. Not in credence.hpp. RFC 7516
#pragma once

#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/decryption_source.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_key_export.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/jwe/nested_verifier.hpp>
#include <credence/jwe/sealed_cookie.hpp>
