// SPDX-License-Identifier: MIT
// credence encrypt: encrypts standard input or a file to a token.
#include <credence/detail/openssl/secret_bytes.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "batch.hpp"
#include "commands.hpp"
#include "encryption_header.hpp"
#include "encryption_key.hpp"
#include "failure.hpp"
#include "given_member.hpp"
#include "input.hpp"
#include "json_text.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace credence::command {

namespace {

constexpr std::size_t longest_content = std::size_t{64} << 20;

/// The header members from the options.
JsonObject wanted_header(const EncryptArguments& arguments, std::string_view alg) {
    ObjectText header;
    if (!arguments.kid.empty()) header.add_text("kid", arguments.kid);
    if (!arguments.typ.empty()) header.add_text("typ", arguments.typ);
    if (!arguments.cty.empty()) header.add_text("cty", arguments.cty);
    for (const std::string& text : arguments.header) {
        const GivenMember member = read_member("--header", text);
        header.add(member.name, member.json);
    }
    const JsonObject wanted{header.text()};
    if (wanted.fault()) fail_usage("--header names a member twice");
    const std::string fault = fault_of_header(wanted, alg, arguments.enc);
    if (!fault.empty()) fail_usage("--header: " + fault);
    return wanted;
}

detail::SecretBytes read_content(const EncryptArguments& arguments) {
    const Source source{arguments.source.empty() ? "-" : arguments.source};
    if (source.is_standard_input() && arguments.key.uses_standard_input()) {
        fail_usage("the content and the key cannot both come from standard input; give one of them as a file");
    }
    if (source.is_standard_input() && ::isatty(STDIN_FILENO) == 1) {
        remark("credence: type the content, then Ctrl-D");
    }
    return source.read(longest_content);
}

}  // namespace

void run_encrypt(const EncryptArguments& arguments) {
    if (arguments.batch) return run_batch(answer_encrypt);
    static_cast<void>(demand_contents({arguments.enc}));
    const LoadedKey key = load_key(arguments.key);
    if (key.text.form == KeyForm::jwks) fail_usage(key.name + ": found a JWK Set; expected a single key");
    const auto wishes = arguments.alg.empty() ? std::vector<std::string>{} : std::vector{arguments.alg};
    const std::string alg = management_algorithms(key, wishes).front();
    const auto recipient = recipient_key(key.text, alg);
    if (!recipient) fail_unreadable(key.name + ": " + message(recipient.error()), recipient.error().code);
    const JsonObject header = wanted_header(arguments, alg);
    const detail::SecretBytes content = read_content(arguments);
    const auto token = encrypt_text(*recipient, content_algorithm(arguments.enc).value_or(A256GCM), header,
                                    detail::as_text(content.view()));
    if (!token) fail_refused(token.error());
    write_result(*token + '\n');
}

}  // namespace credence::command
