// SPDX-License-Identifier: MIT
// credence verify: the claims of a token that is good.
#include <credence/unverified.hpp>
#include <credence/verifier.hpp>

#include <string>

#include "batch.hpp"
#include "commands.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "terminal.hpp"
#include "token_input.hpp"

namespace credence::command {

void run_verify(const VerifyArguments& arguments) {
    if (arguments.batch) return run_batch(answer_verify);
    check_inputs(arguments.token, arguments.key);
    const LoadedKey key = load_key(arguments.key);
    const std::vector<std::string> algorithms = served_algorithms(key, Purpose::verify, arguments.rules.algs);
    const Rules rules = read_rules(arguments.rules, arguments.token);
    const std::string token = read_token(arguments.token);
    const auto verified = Verifier{LazyKey{key.text, algorithms}, rules}.verify(token);
    if (!verified) fail_refused(verified.error());
    // The claims as the issuer wrote them: no number is rounded.
    write_result(shown_json(decoded_part(parts_of(token).payload)));
}

}  // namespace credence::command
