// SPDX-License-Identifier: MIT
// credence keygen: makes a new key, in files that only their owner can read.
#include <credence/detail/encoding/base64url.hpp>

#include <optional>
#include <string>

#include "commands.hpp"
#include "encryption_key.hpp"
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
        fail_usage(alg + " has a shared secret and no PEM form; use --format secret or jwk");
    if (format == "secret" && !key.is_secret())
        fail_usage(alg + " has a key pair and no secret; use --format pem or jwk");
    if (!arguments.pub.empty() && key.is_secret())
        fail_usage(alg + " has a shared secret, which has no public half: leave --pub out");
    if (!arguments.kid.empty() && format != "jwk") fail_usage("--kid needs --format jwk: only a JWK can hold a key id");
}

std::string private_text(const WritableKey& key, const std::string& format, const std::string& kid) {
    if (format == "pem") return value_of(key.private_pem());
    if (format == "jwk") return value_of(key.private_jwk(kid));
    return detail::encode_base64url(value_of(key.secret()));  // text for settings files; the text is the secret
}

/// The algorithm, which may also be given with `--alg`.
std::string chosen_algorithm(const KeygenArguments& arguments) {
    const std::string& alg = arguments.alg.empty() ? arguments.alg_option : arguments.alg;
    if (alg.empty()) fail_usage("name the algorithm, as in: credence keygen ES256 --out key.pem --pub key.pub");
    if (!arguments.alg.empty() && !arguments.alg_option.empty() && arguments.alg != arguments.alg_option) {
        fail_usage("two algorithms, '" + arguments.alg + "' and '" + arguments.alg_option + "'; give one");
    }
    demand_any_algorithm(alg);
    return alg;
}

/// The requested properties of the key.
NewKey wanted_key(const KeygenArguments& arguments, const std::string& alg) {
    NewKey wanted{.alg = alg};
    if (!arguments.curve.empty()) {
        const auto curve = agreement_curve(arguments.curve);
        if (!alg.starts_with("ECDH-ES")) fail_usage("--curve is for ECDH-ES: leave it out");
        if (!curve)
            fail_usage("--curve: there is no curve '" + arguments.curve + "'; use P-256, P-384, P-521, X25519 or X448");
        wanted.curve = *curve;
    }
    if (!arguments.enc.empty()) {
        if (alg != dir::name) fail_usage("--enc is for dir, whose key is that of the content: leave it out");
        static_cast<void>(demand_contents({arguments.enc}));
        wanted.content = content_algorithm(arguments.enc).value_or(A256GCM);
    }
    return wanted;
}

/// The default format. A secret for encryption must have an exact length, which its base64url text does not have.
std::string usual_format(const WritableKey& key) {
    if (!key.is_secret()) return "pem";
    return is_known_key_management(key.alg()) ? "jwk" : "secret";
}

}  // namespace

void run_keygen(const KeygenArguments& arguments) {
    const std::string alg = chosen_algorithm(arguments);
    const auto key = generate_key(wanted_key(arguments, alg));
    if (!key) throw Failure{Status::internal, std::string{to_string(key.error().code)}, message(key.error())};
    const std::string format = arguments.format.empty() ? usual_format(**key) : arguments.format;
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
