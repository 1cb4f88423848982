// SPDX-License-Identifier: MIT
// credence sign: a token of claims from standard input and from options.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "batch.hpp"
#include "commands.hpp"
#include "failure.hpp"
#include "given_member.hpp"
#include "input.hpp"
#include "json_text.hpp"
#include "terminal.hpp"
#include "token_input.hpp"

#include <unistd.h>

namespace credence::command {

namespace {

constexpr std::size_t longest_claims = std::size_t{1} << 20;

/// Claims in the order of the command line, each once.
class ClaimList {
public:
    void add(const std::string& name, std::string json) {
        if (has(name)) fail_usage("the claim '" + name + "' is given twice; give it once");
        claims_.emplace_back(name, std::move(json));
    }
    void add_text(const std::string& name, const std::optional<std::string>& text) {
        if (text) add(name, json_string(*text));
    }
    void add_moment(const std::string& name, const std::optional<std::string>& text) {
        if (!text) return;
        const NumericDate moment = demand_moment("--" + name, *text);
        add(name, std::to_string(moment.time_since_epoch().count()));
    }
    [[nodiscard]] bool has(std::string_view name) const {
        return std::any_of(claims_.begin(), claims_.end(), [&](const auto& claim) { return claim.first == name; });
    }
    [[nodiscard]] bool empty() const { return claims_.empty(); }
    [[nodiscard]] std::string text() const {
        ObjectText object;
        for (const auto& [name, json] : claims_) object.add(name, json);
        return object.text();
    }

private:
    std::vector<std::pair<std::string, std::string>> claims_;
};

/// The header: `alg`, `typ`, `kid`, and the members of `--header`.
std::string header_of(const SignArguments& arguments, const Signer& signer) {
    const std::string& kid = arguments.kid.empty() ? signer.kid : arguments.kid;
    ObjectText header;
    header.add_text("alg", signer.alg);
    if (!arguments.typ.empty()) header.add_text("typ", arguments.typ);
    if (!kid.empty()) header.add_text("kid", kid);
    for (const std::string& text : arguments.header) {
        const GivenMember member = read_member("--header", text);
        if (member.name == "alg" || member.name == "typ" || member.name == "kid") {
            fail_usage("--header does not take " + member.name + "; use --" + member.name);
        }
        if (member.name == "crit" || member.name == "b64")
            fail_usage("--header does not take " + member.name + "; leave it out");
        header.add(member.name, member.json);
    }
    if (JsonObject{header.text()}.fault() == Errc::duplicate_member)
        fail_usage("--header names a member twice; name it once");
    return header.text();
}

void add_audience(ClaimList& claims, const std::vector<std::string>& names) {
    if (names.empty()) return;
    if (names.size() == 1) return claims.add("aud", json_string(names.front()));
    std::string list;
    for (const std::string& name : names) list.append(list.empty() ? "[" : ",").append(json_string(name));
    claims.add("aud", list + "]");
}

ClaimList claims_of_options(const SignArguments& arguments) {
    ClaimList claims;
    claims.add_text("iss", arguments.iss);
    claims.add_text("sub", arguments.sub);
    add_audience(claims, arguments.aud);
    claims.add_moment("exp", arguments.exp);
    claims.add_moment("nbf", arguments.nbf);
    claims.add_text("jti", arguments.jti);
    for (const std::string& claim : arguments.claims) {
        GivenMember member = read_member("--claim", claim);
        claims.add(member.name, std::move(member.json));
    }
    return claims;
}

/// The source of claims: a file, or standard input, if it is requested or nothing else provides claims. In the loop of
/// a script, standard input may be meant for another command.
std::optional<Source> source_of_claims(const SignArguments& arguments, bool has_claims) {
    if (arguments.source.empty() && has_claims) return std::nullopt;
    if (trimmed(arguments.source).starts_with('{'))
        fail_usage(
            "claims are no argument: give the JSON object on standard input or in a file, or use --claim NAME=TEXT");
    const bool is_standard_input = arguments.source.empty() || arguments.source == "-";
    if (is_standard_input && arguments.key.uses_standard_input()) {
        fail_usage(arguments.source.empty()
                       ? "no claims, and standard input holds the key; give a file, or --sub, --exp, --claim NAME=TEXT"
                       : "the claims and the key cannot both come from standard input; give one of them as a file");
    }
    return Source{is_standard_input ? "-" : arguments.source};
}

void add_claims_of(const Source& source, ClaimList& claims) {
    if (source.is_standard_input() && ::isatty(STDIN_FILENO) == 1)
        remark("credence: type the claims as a JSON object, then Ctrl-D");
    const detail::SecretBytes bytes = source.read(longest_claims);
    const std::string_view text = trimmed(detail::as_text(bytes.view()));
    if (text.empty())
        fail_usage(source.name() + ": found no claims; give a JSON object, or use --sub, --exp, --claim NAME=TEXT");
    const JsonObject object{text};
    if (object.fault() == Errc::malformed_token)
        fail_usage(source.name() + ": found JSON, but not an object; give the claims as a JSON object");
    if (object.fault() == Errc::duplicate_member)
        fail_usage(source.name() + ": found a claim twice; give each claim once");
    if (object.fault()) fail_usage(source.name() + ": found no strict JSON; give the claims as a JSON object");
    for (const Member& member : object.members()) claims.add(member.name, one_line(member.json));
}

std::string chosen_algorithm(const LoadedKey& key, const std::string& wanted) {
    if (key.text.form == KeyForm::jwks) fail_usage(key.name + ": found a JWK Set; give a single key to sign with");
    const auto wishes = wanted.empty() ? std::vector<std::string>{} : std::vector{wanted};
    return served_algorithms(key, Purpose::sign, wishes).front();
}

}  // namespace

void run_sign(const SignArguments& arguments) {
    if (arguments.batch) return run_batch(answer_sign);
    ClaimList claims = claims_of_options(arguments);
    const std::optional<Source> source = source_of_claims(arguments, !claims.empty());
    const LoadedKey key = load_key(arguments.key);
    const auto signer = sign_key(key.text, chosen_algorithm(key, arguments.alg));
    if (!signer) fail_unreadable(key.name + ": " + message(signer.error()), signer.error().code);
    if (source) add_claims_of(*source, claims);
    if (!claims.has("iat")) claims.add("iat", std::to_string(now().time_since_epoch().count()));
    const std::string header = header_of(arguments, *signer);
    const std::string payload = claims.text();
    if (JsonObject{header}.fault() || JsonObject{payload}.fault()) fail_refused(Error{Errc::invalid_json});
    const auto token = sign_texts(*signer, header, payload);
    if (!token) fail_refused(token.error());
    write_result(*token + '\n');
    if (!claims.has("exp"))
        remark("credence: the token has no exp; verifiers refuse it unless they allow it (--exp 15m)");
}

}  // namespace credence::command
