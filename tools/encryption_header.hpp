// SPDX-License-Identifier: MIT
// The header of an encrypted token: the requested members and the required ones.
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/result.hpp>

#include <string>
#include <string_view>

#include "encryption_key.hpp"
#include "json_text.hpp"

namespace credence::command {

/// Why these members cannot be put into the header; empty if they can.
[[nodiscard]] std::string fault_of_header(const JsonObject& wanted, std::string_view alg, std::string_view enc);

/// Encrypts a text. The header has `alg`, `enc`, the key's `kid` and the requested members; its `apu` and `apv` are
/// also inputs of the key agreement.
[[nodiscard]] Result<std::string> encrypt_text(const Recipient& recipient, ContentAlgorithm content,
                                               const JsonObject& wanted, std::string_view plaintext);

}  // namespace credence::command
