// SPDX-License-Identifier: MIT
// credence verify: the claims of a token that is good.
#include "batch.hpp"
#include "commands.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "terminal.hpp"
#include "token_input.hpp"
#include "verification.hpp"
#include "verify_token.hpp"

namespace credence::command {

void run_verify(const VerifyArguments& arguments) {
    if (arguments.batch) return run_batch(answer_verify);
    const Verification read = read_verification(arguments);
    const auto verified =
        verify_token(read.token, LazyKey{read.key.text, read.algorithms}, read.rules, read.arguments.scopes);
    if (!verified) fail_refused(verified.error());
    // The claims as the issuer wrote them: no number is rounded.
    write_result(shown_json(decoded_part(parts_of(read.token).payload)));
}

}  // namespace credence::command
