// SPDX-License-Identifier: MIT
// credence verify: the claims of a token that is good.
#include <string>
#include <string_view>

#include "batch.hpp"
#include "commands.hpp"
#include "failure.hpp"
#include "key_file.hpp"
#include "terminal.hpp"
#include "token_input.hpp"
#include "verification.hpp"
#include "verify_token.hpp"

namespace credence::command {

namespace {

[[noreturn]] void fail_verification(const Error& error, const KeyText& key) {
    const std::string_view advice = error.code == Errc::invalid_signature ? advice_for_secret(key) : std::string_view{};
    if (advice.empty()) fail_refused(error);
    throw Failure{Status::refused, std::string{to_string(error.code)}, message(error) + "; " + std::string{advice},
                  error.claim, error.reason};
}

}  // namespace

void run_verify(const VerifyArguments& arguments) {
    if (arguments.batch) return run_batch(answer_verify);
    const Verification read = read_verification(arguments);
    const auto verified =
        verify_token(read.token, LazyKey{read.key.text, read.algorithms}, read.rules, read.arguments.scopes);
    if (!verified) fail_verification(verified.error(), read.key.text);
    // The claims as the issuer wrote them: no number is rounded.
    write_result(shown_json(decoded_part(parts_of(read.token).payload)));
}

}  // namespace credence::command
