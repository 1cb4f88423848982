// SPDX-License-Identifier: MIT
// credence keygen: a new key, in files that nobody else can read.
#include <credence/detail/encoding/base64url.hpp>

#include <optional>
#include <string>

#include "commands.hpp"
#include "failure.hpp"
#include "key_export.hpp"
#include "new_file.hpp"
#include "terminal.hpp"

namespace credence::command {

namespace {

std::string value_of(const Result<std::string>& text) {
    if (!text) throw Failure{Status::internal, std::string{to_string(text.error().code)}, message(text.error())};
    return *text;
}

std::string with_line_end(std::string text) {
    if (!text.ends_with('\n')) text += '\n';
    return text;
}

void check_format(const KeygenArguments& arguments, const WritableKey& key, const std::string& format) {
    const std::string alg{key.alg()};
    if (format == "pem" && key.is_secret())
        fail_usage(alg + " has a shared secret and no PEM form; say --format secret or jwk");
    if (format == "secret" && !key.is_secret())
        fail_usage(alg + " has a key pair and no secret; say --format pem or jwk");
    if (!arguments.pub.empty() && key.is_secret())
        fail_usage(alg + " has a shared secret, which has no public half: leave --pub out");
    if (!arguments.kid.empty() && format != "jwk") fail_usage("--kid needs --format jwk: only a JWK can hold a key id");
}

std::string private_text(const WritableKey& key, const std::string& format, const std::string& kid) {
    if (format == "pem") return value_of(key.private_pem());
    if (format == "jwk") return value_of(key.private_jwk(kid));
    return detail::encode_base64url(value_of(key.secret()));  // text for settings files; the text is the secret
}

/// The algorithm, which may be said with `--alg` too.
std::string chosen_algorithm(const KeygenArguments& arguments) {
    const std::string& alg = arguments.alg.empty() ? arguments.alg_option : arguments.alg;
    if (alg.empty()) fail_usage("say the algorithm, as in: credence keygen ES256 --out key.pem --pub key.pub");
    if (!arguments.alg.empty() && !arguments.alg_option.empty() && arguments.alg != arguments.alg_option) {
        fail_usage("two algorithms, '" + arguments.alg + "' and '" + arguments.alg_option + "'; say one");
    }
    demand_algorithm(alg);
    return alg;
}

}  // namespace

void run_keygen(const KeygenArguments& arguments) {
    const std::string alg = chosen_algorithm(arguments);
    const auto key = generate_key(alg);
    if (!key) throw Failure{Status::internal, std::string{to_string(key.error().code)}, message(key.error())};
    const std::string usual = (*key)->is_secret() ? "secret" : "pem";
    const std::string format = arguments.format.empty() ? usual : arguments.format;
    check_format(arguments, **key, format);
    const std::string kid = arguments.kid == "auto" ? value_of((*key)->thumbprint()) : arguments.kid;
    const std::string whole = with_line_end(private_text(**key, format, kid));
    std::optional<NewFile> out;
    std::optional<NewFile> pub;
    if (!arguments.out.empty()) out.emplace(arguments.out, 0600);
    if (!arguments.pub.empty()) pub.emplace(arguments.pub, 0644);
    if (out) out->write(whole);
    if (pub) pub->write(with_line_end(value_of(format == "jwk" ? (*key)->public_jwk(kid) : (*key)->public_pem())));
    if (!out) write_result(whole);
    if (out) out->keep();
    if (pub) pub->keep();
    remark("credence: a new key for \"" + alg + "\"" + (out ? ", in " + arguments.out : "") +
           (pub ? "; its public half in " + arguments.pub : ""));
}

}  // namespace credence::command
