// SPDX-License-Identifier: MIT
// A token, its key, and the rules for it, from the command line.
#include "verification.hpp"

#include <algorithm>
#include <utility>

#include "failure.hpp"
#include "issuer.hpp"

namespace credence::command {

namespace {

/// Makes the rules accept only the issuer to whom fetched keys belong. RFC 8725 §3.8
void bind_to_issuer(RuleArguments& rules, const std::string& issuer) {
    if (!rules.iss.empty() && std::find(rules.iss.begin(), rules.iss.end(), issuer) == rules.iss.end()) {
        fail_usage("--iss does not name the issuer whose keys --issuer fetches; leave --iss out, or add " + issuer);
    }
    if (rules.iss.empty()) rules.iss = {issuer};
    rules.algs = public_key_algorithms(rules.algs);
}

}  // namespace

Verification read_verification(const VerifyArguments& arguments) {
    check_inputs(arguments.token, arguments.key);
    const std::string& issuer = arguments.key.issuer.url;
    RuleArguments rules = arguments.rules;
    if (!issuer.empty()) bind_to_issuer(rules, issuer);
    // Errors in the arguments are reported before anything is read or fetched.
    KeyText opted_out;
    Rules read = read_rules(rules, arguments.token, opted_out);
    std::string token = issuer.empty() ? std::string{} : read_token(arguments.token);
    LoadedKey key = load_key(arguments.key);
    key.text.allow_short_secret = key.text.allow_short_secret || opted_out.allow_short_secret;
    auto algorithms = served_algorithms(key, Purpose::verify, rules.algs);
    if (issuer.empty()) token = read_token(arguments.token);
    return {std::move(key), std::move(algorithms), std::move(rules), std::move(read), std::move(token)};
}

}  // namespace credence::command
