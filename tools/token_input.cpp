// SPDX-License-Identifier: MIT
// Tokens and rules from the command line.
#include "token_input.hpp"

#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/token_form.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "algorithm_names.hpp"
#include "failure.hpp"
#include "input.hpp"
#include "opt_outs.hpp"
#include "terminal.hpp"
#include "time_text.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace credence::command {

namespace {

constexpr std::size_t longest_file = std::size_t{64} << 20;

/// Whether the argument is a token in place of a file name.
bool is_token(const std::string& argument) {
    struct stat status{};
    return std::count(argument.begin(), argument.end(), '.') == 2 && argument.starts_with("eyJ") &&
           ::stat(argument.c_str(), &status) != 0;
}

Accept accept_of(const std::vector<std::string>& names) { return names.empty() ? Accept{} : Accept{names}; }

}  // namespace

void check_inputs(const TokenArguments& token, const KeyArguments& key) {
    const bool reads_token = token.source.empty() || token.source == "-";
    if (reads_token && key.uses_standard_input()) {
        fail_usage("the token and the key cannot both come from standard input; give one of them as a file");
    }
}

std::string read_token(const TokenArguments& arguments) {
    const Source source{arguments.source.empty() ? "-" : arguments.source};
    if (is_token(arguments.source)) {
        fail_usage("a token is not written on the command line, where others can see it; give it on standard input");
    }
    if (source.is_standard_input() && ::isatty(STDIN_FILENO) == 1)
        remark("credence: type or paste the token, then Ctrl-D");
    const detail::SecretBytes bytes = source.read(longest_file);
    const std::string_view token = trimmed(detail::as_text(bytes.view()));
    if (token.empty()) fail_unreadable(source.name() + ": found nothing; expected a token");
    return std::string{token};
}

std::chrono::seconds demand_span(std::string_view option, const std::string& text) {
    const auto span = read_span(text);
    if (!span) fail_usage(std::string{option} + " takes a time such as 90s, 15m, 1h30m or 7d, not '" + text + "'");
    return *span;
}

NumericDate demand_moment(std::string_view option, const std::string& text) {
    const auto moment = read_moment(text, now());
    if (!moment) {
        fail_usage(std::string{option} +
                   " takes a time from now on such as 90s, 15m or 7d, or @ and seconds of Unix time, not '" + text +
                   "'");
    }
    return *moment;
}

Rules read_rules(const RuleArguments& arguments, const TokenArguments& token, KeyText& key) {
    Rules rules;
    rules.issuer = accept_of(arguments.iss);
    rules.audience = arguments.any_audience ? AcceptAudience{any_audience} : AcceptAudience{accept_of(arguments.aud)};
    rules.subject = accept_of(arguments.sub);
    rules.type = arguments.typ;
    if (!arguments.leeway.empty()) rules.leeway = demand_span("--leeway", arguments.leeway);
    if (rules.leeway < std::chrono::seconds{0} || rules.leeway > max_leeway)
        fail_usage("--leeway must be from 0s to 300s");
    if (!arguments.max_age.empty()) rules.max_age = demand_span("--max-age", arguments.max_age);
    if (rules.max_age && *rules.max_age < std::chrono::seconds{0}) fail_usage("--max-age must not be negative");
    rules.required = arguments.required;
    rules.understood = arguments.understood;
    rules.max_token_bytes = token.max_token_bytes;
    rules.allow_missing_exp = arguments.allow_missing_exp;
    rules.allow_future_iat = arguments.allow_future_iat;
    rules.allow_padding = arguments.allow_padding;
    rules.allow_duplicate_members = arguments.allow_duplicate_members;
    if (!arguments.scope_claims.empty()) rules.scope_claims = arguments.scope_claims;
    for (const std::string& name : arguments.allow) {
        if (name == "missing_exp") {  // in batch mode `required` says so
            rules.allow_missing_exp = true;
        } else if (!allow_by_name(name, rules, key)) {
            fail_usage("--allow takes one of missing_exp, " + listed(opt_out_names()) + ", not '" + name + "'");
        }
    }
    const NumericDate moment = arguments.now.empty() ? detail::exact_now() : demand_moment("--now", arguments.now);
    rules.clock = [moment] { return moment; };  // one time for the verification and all of its output
    return rules;
}

std::string decoded_part(std::string_view part) {
    detail::DecodedPart bytes;
    if (!bytes.decode(detail::without_padding(part))) fail_refused(Error{Errc::invalid_base64});
    return std::string{bytes.bytes()};
}

detail::CompactParts parts_of(std::string_view token) {
    const auto parts = detail::split_compact(token);
    if (!parts) fail_refused(Error{Errc::malformed_token, {}, detail::why_not_three_parts(token)});
    return *parts;
}

}  // namespace credence::command
