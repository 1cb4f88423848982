// SPDX-License-Identifier: MIT
// credence decrypt: the content of an encrypted token, byte for byte; on a terminal, with control characters escaped.
#include <credence/jwe/decrypt.hpp>

#include <string>
#include <vector>

#include "batch.hpp"
#include "commands.hpp"
#include "encryption_key.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "terminal.hpp"
#include "token_input.hpp"

namespace credence::command {

void run_decrypt(const DecryptArguments& arguments) {
    if (arguments.batch) return run_batch(answer_decrypt);
    check_inputs(arguments.token, arguments.key);
    const DecryptOptions options{.content = demand_contents(arguments.encs),
                                 .max_token_bytes = arguments.token.max_token_bytes,
                                 .understood = arguments.understood};
    const LoadedKey key = load_key(arguments.key);
    const std::vector<std::string> algorithms = management_algorithms(key, arguments.algs);
    demand_key_to_decrypt(key, algorithms);
    const LazyDecryptionKey source{key.text, algorithms};
    const std::string token = read_token(arguments.token);
    const auto decrypted = decrypt(token, source, options);
    if (!decrypted) fail_refused(decrypted.error());
    write_result(result_is_on_terminal() ? printable_text(decrypted->text()) : std::string{decrypted->text()});
}

}  // namespace credence::command
