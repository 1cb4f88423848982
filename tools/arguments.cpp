// SPDX-License-Identifier: MIT
// The command line, described for CLI11.
#include "arguments.hpp"

#include <credence/version.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "algorithm_names.hpp"
#include "argument_text.hpp"
#include "commands.hpp"
#include "encryption_key.hpp"
#include "failure.hpp"
#include "opt_outs.hpp"

#include <CLI/CLI.hpp>

namespace credence::command {

namespace {

/// Options that belong to a group in the help.
constexpr const char* key_group = "Key";
constexpr const char* rule_group = "Rules";
constexpr const char* opt_out_group = "Opt-outs, each of one rule";

constexpr const char* padding_purpose = "parts may end in =, as AWS load balancers write them";
constexpr const char* batch_purpose =
    "answer one JSON request a line, from standard input; takes no other option but --json";

/// Throws `Failure` if batch mode gets further options: its requests specify everything, so the options would have no
/// effect.
void demand_batch_alone(const CLI::App& command) {
    const CLI::Option* batch = command.get_option_no_throw("--batch");
    if (batch == nullptr || batch->count() == 0) return;
    std::string others;
    for (const CLI::Option* option : command.get_options()) {
        const std::string name = option->get_name();
        if (option->count() == 0 || name == "--batch" || name == "--json") continue;
        others.append(others.empty() ? "" : ", ");
        others += name.starts_with('-') ? name : "'" + option->results().front() + "'";
    }
    if (!others.empty()) fail_usage("--batch takes everything from its requests; leave out " + others);
}

/// Adds a command; `arguments` lives as long as the command line.
template <class Arguments>
CLI::App* add_command(CLI::App& app, const char* name, const char* purpose, const std::shared_ptr<Arguments>& arguments,
                      void (*run)(const Arguments&)) {
    CLI::App* command = app.add_subcommand(name, purpose);
    command->add_flag("--json", arguments->json, "write errors as JSON, on standard error");
    command->callback([command, arguments, run] {
        demand_batch_alone(*command);
        run(*arguments);
    });
    return command;
}

/// An option that may be repeated, and takes one value each time.
CLI::Option* add_list(CLI::App* command, const char* name, std::vector<std::string>& values,
                      const std::string& purpose) {
    return command->add_option(name, values, purpose)->allow_extra_args(false)->take_all();
}

/// The file or other source that an argument names.
CLI::Option* add_source(CLI::App* command, const char* name, std::string& source, const char* purpose) {
    return command->add_option(name, source, purpose)->check(fault_of_source)->type_name("FILE|env:NAME|-");
}

/// An option whose value is not nothing.
CLI::Option* add_word(CLI::App* command, const char* name, std::string& word, const char* purpose) {
    return command->add_option(name, word, purpose)->check(fault_of_word);
}

void add_key(CLI::App* command, KeyArguments& key, const char* purpose) {
    add_source(command, "--key", key.key, purpose)->group(key_group);
    command
        ->add_option("--insecure-secret", key.insecure_secret,
                     "the secret itself, visible to everybody who lists processes")
        ->check(fault_of_bytes)
        ->type_name("TEXT")
        ->group(key_group);
    command->add_flag("--base64url", key.base64url_secret, "a secret is base64url text: decode it")->group(key_group);
}

/// For commands that take secrets for signatures. The secrets of encryption have an exact length.
void add_short_secret(CLI::App* command, KeyArguments& key) {
    command
        ->add_flag("--allow-short-secret", key.allow_short_secret, "a secret may be shorter than the algorithm's hash")
        ->group(key_group);
}

CLI::Option* add_ca(CLI::App* command, IssuerArguments& issuer) {
    return command->add_option("--ca", issuer.ca, "the certificates to trust, in place of the system's")
        ->check(fault_of_bytes)
        ->type_name("FILE");
}

void add_passphrase(CLI::App* command, std::string& passphrase) {
    add_source(command, "--passphrase", passphrase, "the passphrase of an encrypted key")->group(key_group);
}

void add_token(CLI::App* command, TokenArguments& token) {
    add_source(command, "token", token.source, "the token; standard input by default");
}

void add_size(CLI::App* command, TokenArguments& token) {
    command->add_option("--max-token-bytes", token.max_token_bytes, "the longest token that is read; 16384 by default")
        ->check(fault_of_size)
        ->type_name("N")
        ->group(rule_group);
}

void add_claims(CLI::App* command, SignArguments& arguments) {
    const auto add = [&](const char* name, std::optional<std::string>& value, const char* purpose) {
        return command->add_option(name, value, purpose)->check(fault_of_text)->group("Claims");
    };
    add("--iss", arguments.iss, "the issuer")->type_name("TEXT");
    add("--sub", arguments.sub, "the subject")->type_name("TEXT");
    add_list(command, "--aud", arguments.aud, "an audience; may be repeated")
        ->check(fault_of_text)
        ->type_name("TEXT")
        ->group("Claims");
    add("--exp", arguments.exp, "when it expires: in 15m, 1h30m or 7d, or @1700000000")->type_name("TIME");
    add("--nbf", arguments.nbf, "when it begins to be valid, in the same way")->type_name("TIME");
    add("--jti", arguments.jti, "the token's own id")->type_name("TEXT");
    add_list(command, "--claim", arguments.claims, "any claim, as text or as JSON; may be repeated")
        ->check(fault_of_text)
        ->type_name("NAME=TEXT|NAME:=JSON")
        ->group("Claims");
}

void add_sign(CLI::App& app) {
    const auto arguments = std::make_shared<SignArguments>();
    CLI::App* command =
        add_command(app, "sign", "Sign claims: a JSON object, or options, or both", arguments, run_sign);
    command->add_flag("--batch", arguments->batch, batch_purpose);
    add_source(command, "claims", arguments->source,
               "the claims, a JSON object; standard input if nothing else gives claims");
    add_key(command, arguments->key, "the private key (PEM, DER, JWK) or the secret");
    add_short_secret(command, arguments->key);
    add_passphrase(command, arguments->key.passphrase);
    add_word(command, "--alg", arguments->alg, "the algorithm; needed where the key leaves the choice")
        ->type_name("ALG");
    add_word(command, "--kid", arguments->kid, "the key id in the header; else the key's own")->type_name("ID");
    command->add_option("--typ", arguments->typ, "the type in the header; JWT by default, none if empty")
        ->check(fault_of_text)
        ->type_name("TYPE");
    add_list(command, "--header", arguments->header, "a member of the header, as text or as JSON; may be repeated")
        ->check(fault_of_text)
        ->type_name("NAME=TEXT|NAME:=JSON");
    add_claims(command, *arguments);
}

void add_names(CLI::App* command, RuleArguments& rules) {
    add_list(command, "--alg", rules.algs,
             "an algorithm to accept; may be repeated; needed where the key leaves the choice")
        ->check(fault_of_word)
        ->type_name("ALG")
        ->group(key_group);
    const auto add = [&](const char* name, std::vector<std::string>& names, const char* purpose) {
        return add_list(command, name, names, purpose)->check(fault_of_text)->group(rule_group);
    };
    add("--iss", rules.iss, "the issuer; several are one issuer's spellings")->type_name("TEXT");
    add("--aud", rules.aud,
        "this service's name as an audience; may be repeated; without it, a token that has aud is refused")
        ->type_name("TEXT");
    add("--sub", rules.sub, "the subject; may be repeated")->type_name("TEXT");
    add("--require", rules.required, "a claim that must be present; may be repeated")->type_name("NAME");
    add("--scope", rules.scopes, "a scope that the token must grant; may be repeated")->type_name("SCOPE");
    add("--scope-claim", rules.scope_claims,
        "a claim that grants scopes; may be repeated, the first that is present counts; scope and scp by default")
        ->type_name("NAME");
}

void add_moments(CLI::App* command, RuleArguments& rules) {
    const auto add = [&](const char* name, std::string& text, const char* purpose) {
        return add_word(command, name, text, purpose)->group(rule_group);
    };
    add("--typ", rules.typ, "the type that the header must have, such as at+jwt")->type_name("TYPE");
    add("--leeway", rules.leeway, "how far clocks may differ: 0s by default, at most 300s")->type_name("TIME");
    add("--max-age", rules.max_age, "how long ago the token may have been issued, such as 10m")->type_name("TIME");
    add("--now", rules.now, "verify as of another time: @1700000000, or in 5m")->type_name("TIME");
}

void add_opt_outs(CLI::App* command, RuleArguments& rules) {
    const auto add = [&](const char* name, bool& flag, const char* purpose) {
        command->add_flag(name, flag, purpose)->group(opt_out_group);
    };
    add("--any-audience", rules.any_audience, "aud is not checked");
    add("--allow-missing-exp", rules.allow_missing_exp, "a token without exp never expires");
    add("--allow-future-iat", rules.allow_future_iat, "an iat in the future counts as now");
    add("--allow-padding", rules.allow_padding, padding_purpose);
    add("--allow-duplicate-members", rules.allow_duplicate_members, "claims may repeat a name; the last one wins");
    add_list(command, "--allow", rules.allow,
             "an opt-out by name: missing_exp, " + listed(opt_out_names()) + "; may be repeated")
        ->type_name("NAME")
        ->group(opt_out_group);
    add_list(command, "--understand", rules.understood, "a name in crit that you handle; may be repeated")
        ->check(fault_of_text)
        ->type_name("NAME")
        ->group(opt_out_group);
}

/// `verify` and `explain` take the same.
CLI::App* add_verification(CLI::App& app, const char* name, const char* purpose, void (*run)(const VerifyArguments&)) {
    const auto arguments = std::make_shared<VerifyArguments>();
    CLI::App* command = add_command(app, name, purpose, arguments, run);
    if (run == run_verify) {
        command->add_flag("--batch", arguments->batch, batch_purpose);
    }
    add_token(command, arguments->token);
    add_key(command, arguments->key, "the public key (PEM, DER, JWK, certificate), the JWK Set, or the secret");
    add_short_secret(command, arguments->key);
    add_source(command, "--jwks", arguments->key.jwks, "the JWK Set")->group(key_group);
    add_word(command, "--issuer", arguments->key.issuer.url,
             "the issuer's URL: its keys are fetched, and no other issuer's tokens are accepted")
        ->type_name("URL")
        ->group(key_group);
    add_ca(command, arguments->key.issuer)->group(key_group);
    command
        ->add_flag("--try-all", arguments->key.try_all,
                   "of a set, try each key that fits a token without a key id, at most 16")
        ->group(key_group);
    add_names(command, arguments->rules);
    add_moments(command, arguments->rules);
    add_size(command, arguments->token);
    add_opt_outs(command, arguments->rules);
    return command;
}

CLI::Option* add_enc(CLI::Option* option) { return option->check(fault_of_word)->type_name("ENC")->group(key_group); }

void add_encrypt(CLI::App& app) {
    const auto arguments = std::make_shared<EncryptArguments>();
    CLI::App* command =
        add_command(app, "encrypt", "Encrypt content, or a signed token (--cty JWT)", arguments, run_encrypt);
    command->add_flag("--batch", arguments->batch, batch_purpose);
    add_source(command, "content", arguments->source, "the content; standard input by default");
    add_key(command, arguments->key, "the recipient's public key (PEM, DER, JWK), or the secret");
    add_word(command, "--alg", arguments->alg, "how the key is managed; needed where no JWK says it")
        ->type_name("ALG")
        ->group(key_group);
    add_enc(add_word(command, "--enc", arguments->enc, "how the content is encrypted; A256GCM by default"));
    add_word(command, "--kid", arguments->kid, "the key id in the header; else the key's own")->type_name("ID");
    add_word(command, "--typ", arguments->typ, "the type in the header")->type_name("TYPE");
    add_word(command, "--cty", arguments->cty, "the type of the content; JWT for a signed token")->type_name("TYPE");
    add_list(command, "--header", arguments->header, "a member of the header, as text or as JSON; may be repeated")
        ->check(fault_of_text)
        ->type_name("NAME=TEXT|NAME:=JSON");
    command->footer("Algorithms: " + listed(management_names()) + "; with " + listed(content_names()));
}

void add_decrypt(CLI::App& app) {
    const auto arguments = std::make_shared<DecryptArguments>();
    CLI::App* command = add_command(app, "decrypt", "Decrypt a token and write its content, which proves nothing",
                                    arguments, run_decrypt);
    command->add_flag("--batch", arguments->batch, batch_purpose);
    add_token(command, arguments->token);
    add_key(command, arguments->key, "the private key (PEM, DER, JWK), the JWK Set, or the secret");
    add_source(command, "--jwks", arguments->key.jwks, "the JWK Set")->group(key_group);
    add_passphrase(command, arguments->key.passphrase);
    add_list(command, "--alg", arguments->algs, "an algorithm to accept; may be repeated; needed where no JWK says it")
        ->check(fault_of_word)
        ->type_name("ALG")
        ->group(key_group);
    add_enc(
        add_list(command, "--enc", arguments->encs, "a content algorithm to accept; may be repeated; all by default"));
    add_size(command, arguments->token);
    add_list(command, "--understand", arguments->understood, "a name in crit that you handle; may be repeated")
        ->check(fault_of_text)
        ->type_name("NAME")
        ->group(opt_out_group);
}

void add_decode(CLI::App& app) {
    const auto arguments = std::make_shared<DecodeArguments>();
    CLI::App* command =
        add_command(app, "decode", "Show header and claims of a token WITHOUT verifying it", arguments, run_decode);
    add_token(command, arguments->token);
    add_size(command, arguments->token);
    command->add_flag("--allow-padding", arguments->allow_padding, padding_purpose)->group(rule_group);
}

/// The key id that a JWK is to have.
void add_new_kid(CLI::App* command, std::string& kid) {
    command->add_option("--kid", kid, "the key id in the JWK; auto for the thumbprint")
        ->check(fault_of_key_id)
        ->type_name("ID|auto");
}

void add_keygen(CLI::App& app) {
    const auto arguments = std::make_shared<KeygenArguments>();
    CLI::App* command = add_command(app, "keygen", "Make a new key", arguments, run_keygen);
    command->add_option("algorithm", arguments->alg, "the algorithm that the key is for")->type_name("ALG");
    command->add_option("--alg", arguments->alg_option, "the same, as the other commands take it")->type_name("ALG");
    command->footer("For signatures: " + listed(algorithm_names()) + "; for encryption: " + listed(management_names()));
    add_word(command, "--curve", arguments->curve, "of ECDH-ES: P-256 by default, P-384, P-521, X25519 or X448")
        ->type_name("CURVE");
    add_word(command, "--enc", arguments->enc, "of dir: how the content is encrypted; A256GCM by default")
        ->type_name("ENC");
    const auto add_file = [&](const char* name, std::string& file, const char* purpose) {
        command->add_option(name, file, purpose)->check(fault_of_new_file)->type_name("FILE");
    };
    add_file("--out", arguments->out, "a new file for the key, readable for its owner only; else standard output");
    add_file("--pub", arguments->pub, "a new file for its public half");
    command
        ->add_option("--format", arguments->format,
                     "pem, jwk or secret; secret for HS*, jwk for the secrets of encryption, else pem")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"pem", "jwk", "secret"}));
    add_new_kid(command, arguments->kid);
}

void add_jwk(CLI::App& app) {
    const auto arguments = std::make_shared<JwkArguments>();
    CLI::App* command =
        add_command(app, "jwk", "Convert keys from PEM to JWK and back; several make a JWK Set", arguments, run_jwk);
    command->add_option("keys", arguments->sources, "the keys; standard input if there is none")
        ->check(fault_of_source)
        ->type_name("FILE|env:NAME|-");
    command->add_flag("--private", arguments->is_private, "write the private key too, not only its public half");
    command->add_flag("--thumbprint", arguments->thumbprint, "write only the thumbprint of RFC 7638");
    add_word(command, "--alg", arguments->alg, "the algorithm that the JWK names")->type_name("ALG");
    add_new_kid(command, arguments->kid);
    command->add_option("--to", arguments->to, "pem or jwk; else the one that the key is not")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"pem", "jwk"}));
    command->add_flag("--base64url", arguments->base64url_secret, "a secret is base64url text: decode it");
    add_passphrase(command, arguments->passphrase);
}

void add_keys(CLI::App& app) {
    const auto arguments = std::make_shared<KeysArguments>();
    CLI::App* command =
        add_command(app, "keys", "Show which keys a JWK Set holds, which are skipped, and why", arguments, run_keys);
    command->get_option("--json")->description("write the keys, and errors, as JSON");
    add_source(command, "set", arguments->source.url,
               "the JWK Set, or a single key; or the URL of an issuer or of its set; standard input by default")
        ->type_name("FILE|env:NAME|URL|-");
    add_ca(command, arguments->source);
}

void add_dpop(CLI::App& app) {
    const auto arguments = std::make_shared<DpopArguments>();
    CLI::App* command = add_command(app, "dpop", "Make a DPoP proof for one request", arguments, run_dpop);
    const auto add = [&](const char* name, std::string& text, const char* purpose) {
        return command->add_option(name, text, purpose)->check(fault_of_text);
    };
    add("method", arguments->method, "the method of the request")->type_name("METHOD")->required();
    add("url", arguments->url, "its absolute URL; query and fragment are left out")->type_name("URL")->required();
    add_source(command, "--token", arguments->token.source, "the access token that goes with the request");
    add("--nonce", arguments->nonce, "the last DPoP-Nonce of the server")->type_name("TEXT");
    add_source(command, "--key", arguments->key.key, "the private key (PEM, DER, JWK)")->group(key_group);
    add_passphrase(command, arguments->key.passphrase);
    add_word(command, "--alg", arguments->alg, "the algorithm; needed where the key leaves the choice")
        ->type_name("ALG");
}

}  // namespace

std::unique_ptr<CLI::App> make_command_line() {
    auto app = std::make_unique<CLI::App>("Sign, verify, look into and explain JSON Web Tokens, and make their keys.",
                                          "credence");
    app->set_version_flag("--version", std::string{"credence "} + CREDENCE_VERSION);
    app->require_subcommand(1);
    app->get_formatter()->column_width(34);
    add_sign(*app);
    add_verification(*app, "verify", "Verify a token and print its claims", run_verify);
    add_decode(*app);
    CLI::App* explain = add_verification(*app, "explain", "Verify a token and explain each step", run_explain);
    explain->get_option("--json")->description("write the steps, and errors, as JSON");
    add_encrypt(*app);
    add_decrypt(*app);
    add_keygen(*app);
    add_jwk(*app);
    add_keys(*app);
    add_dpop(*app);
    // After the commands, which would inherit it.
    app->footer(
        "Begin with\n"
        "  credence keygen ES256 --out key.pem --pub key.pub\n"
        "  credence sign --key key.pem --sub 42 --exp 15m > token\n"
        "  credence verify --key key.pub token\n"
        "and go on with credence COMMAND --help, and man credence.");
    return app;
}

}  // namespace credence::command
