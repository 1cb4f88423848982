// SPDX-License-Identifier: MIT
// Batch mode: one JSON object a line in, one a line out, in order, whatever the lines are.
#pragma once

#include <credence/result.hpp>

#include "request.hpp"

namespace credence::command {

/// The members of a successful answer except for `id` and `ok`, or the error.
using Answer = Result<ObjectText>;

/// Answers each line of standard input with the result of `answer`, until the end of the input.
void run_batch(Answer (*answer)(const Request& request));

/// Verifies the token of a request. Throws `BadRequest`.
[[nodiscard]] Answer answer_verify(const Request& request);

/// Signs the contents of a request. Throws `BadRequest`.
[[nodiscard]] Answer answer_sign(const Request& request);

/// Decrypts the token of a request. Throws `BadRequest`.
[[nodiscard]] Answer answer_decrypt(const Request& request);

/// Encrypts the contents of a request. Throws `BadRequest`.
[[nodiscard]] Answer answer_encrypt(const Request& request);

}  // namespace credence::command
