// SPDX-License-Identifier: MIT
// The steps of a verification. The library's own stages check the header and the signature; each rule for claims is put
// to the library alone, with a token of just the claims that it is about, signed by a key that lives as long as the step.
#include "steps.hpp"

#include <credence/keys/keys.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_number.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/pipeline.hpp>
#include <credence/jwt/detail/token_writer.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "json_text.hpp"
#include "key_file.hpp"
#include "time_text.hpp"
#include "verify_token.hpp"

namespace credence::command {

namespace {

using Outcome = Step::Outcome;

/// The claims that have a step of their own; the last one checks all others.
constexpr std::array<std::string_view, 5> told_alone{"exp", "nbf", "iat", "iss", "aud"};

bool is_told_alone(std::string_view name) {
    return std::find(told_alone.begin(), told_alone.end(), name) != told_alone.end();
}

bool has_wrong_type(const Step& step) { return step.error && step.error->code == Errc::invalid_claim_type; }

std::string alternatives(const std::vector<std::string>& names, std::string_view word = " or ") {
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : word).append(json_string(name));
    return text;
}

/// Rules without any demands except for the current time and the types of present claims.
Rules no_rules(const Rules& all) {
    Rules rules;
    rules.audience = any_audience;
    rules.allow_missing_exp = true;
    rules.allow_future_iat = true;
    rules.leeway = all.leeway;
    rules.clock = all.clock;
    rules.max_token_bytes = static_cast<std::size_t>(-1);
    rules.allow_duplicate_members = all.allow_duplicate_members;
    rules.allow_null_members = all.allow_null_members;
    rules.allow_numeric_subject = all.allow_numeric_subject;
    rules.allow_bearer_use = true;
    return rules;
}

/// The library's result for a header and claims that are signed for this purpose.
std::optional<Error> ask_library(const std::string& header, const std::string& claims, const Rules& rules,
                                 const std::vector<std::string>& scopes = {}) {
    static const auto keys = Keys<HS256>::generate().value();
    const auto token =
        detail::sign_parts(detail::encode_base64url(header), claims, detail::KeyAccess::prepared(keys.encoding));
    const auto verified = verify_token(token.value(), keys.decoding, rules, scopes);
    return verified ? std::nullopt : std::optional{verified.error()};
}

/// Judges one token.
class Walk {
public:
    Walk(std::string_view token, const StepInput& input) : token_(token), input_(input) {}

    std::vector<Step> steps() {
        add_form();
        add_algorithm();
        add_key_and_signature();
        read_payload();
        add_type();
        add_date("exp");
        add_date("nbf");
        add_date("iat");
        add_name("iss", input_.arguments.iss);
        add_name("aud", input_.arguments.aud);
        add_claims();
        add_confirmation();
        add_scopes();
        return std::move(steps_);
    }

private:
    /// Adds a step that was checked.
    Step& add(std::string_view name, std::optional<Error> error) {
        Step& step = steps_.emplace_back();
        step.name = name;
        step.outcome = error ? Outcome::bad : Outcome::good;
        if (error) step.advice = advice_for(*error);
        step.error = std::move(error);
        return step;
    }
    void add_not_reached(std::string_view name) { steps_.emplace_back().name = name; }

    [[nodiscard]] std::optional<Error> judge_form() {
        if (token_.size() > input_.rules.max_token_bytes)
            return Error{Errc::token_too_large, {}, detail::longer_than_allowed};
        const auto parts = detail::split_compact(token_);
        if (!parts) return Error{Errc::malformed_token, {}, detail::why_not_three_parts(token_)};
        parts_ = *parts;
        auto header =
            detail::read_jose_header(parts_.header, {input_.rules.allow_padding, input_.rules.allow_null_members});
        if (!header) return header.error();
        header_ = *std::move(header);
        header_text_ = one_line(decoded_part(parts_.header));
        header_object_ = JsonObject{header_text_};
        return std::nullopt;
    }

    void add_form() {
        Step& step = add("form", judge_form());
        has_form_ = step.outcome == Outcome::good;
        const auto parts = std::count(token_.begin(), token_.end(), '.') + 1;
        step.found =
            std::to_string(token_.size()) + " bytes, " + std::to_string(parts) + (parts == 1 ? " part" : " parts");
        if (has_form_) step.found += ", header " + header_text_;
        step.expected = "at most " + std::to_string(input_.rules.max_token_bytes) +
                        " bytes, three parts, and a header that is a JSON object in base64url with a string \"alg\"";
    }

    void add_algorithm() {
        if (!has_form_) return add_not_reached("alg");
        const std::string& alg = header_.header.alg;
        const auto& allowed = input_.algorithms;
        std::optional<Error> error;
        if (std::find(allowed.begin(), allowed.end(), alg) == allowed.end())
            error = Error{Errc::algorithm_not_allowed, {}, detail::key_of_other_algorithm};
        if (!is_known_algorithm(alg)) error = Error{Errc::unsupported_algorithm, {}, detail::why_unsupported(alg)};
        has_algorithm_ = !error;
        Step& step = add("alg", error);
        step.expected = alternatives(allowed);
        step.found = json_string(alg);
        if (!header_.has_crit) return;
        const auto refused = detail::check_critical(header_, input_.rules.understood);
        has_algorithm_ = has_algorithm_ && !refused;
        Step& crit = add("crit", refused);
        crit.expected = "names of extensions that are in the header and are understood here";
        crit.found = std::string{*header_object_.find("crit")};
    }

    void add_key_and_signature() {
        if (!has_algorithm_) {
            add_not_reached("key");
            add_not_reached("signature");
            return;
        }
        const LazyKey source{input_.key.text, input_.algorithms};
        auto found = source.find(header_.query());
        if (!found && found.error().code == Errc::ambiguous_key) {
            auto candidates = source.candidates(header_.query());
            if (!candidates.empty()) found = std::move(candidates.front());
        }
        Step& key = add("key", found ? std::nullopt : std::optional{found.error()});
        key.found = description(input_.key.text);
        if (header_.has_kid) key.found += ", for the kid " + json_string(header_.header.kid);
        if (!found) {
            key.expected = "one key for " + header_.header.alg + (header_.has_kid ? " with the token's kid" : "");
            add_not_reached("signature");
            return;
        }
        detail::Envelope<LazyKey> envelope{token_, source, detail::envelope_rules(input_.rules), nullptr};
        Step& signature = add("signature", envelope.open());
        signature.expected = "what this key makes of the first two parts";
        signature.found = std::to_string(parts_.signature.size()) + " characters";
        if (!signature.error) signature.found = "it belongs to this token and key";
        if (const auto advice = advice_for_secret(input_.key.text); signature.error && !advice.empty()) {
            signature.advice = advice;
        }
    }

    void read_payload() {
        if (!has_form_) return;
        detail::DecodedPart part;
        const bool pads = input_.rules.allow_padding;
        if (parts_.payload.empty()) {
            payload_fault_ = Errc::malformed_token;
        } else if (!part.decode(pads ? detail::without_padding(parts_.payload) : parts_.payload)) {
            payload_fault_ = Errc::invalid_base64;
        } else {
            payload_ = JsonObject{part.bytes(), {.allow_duplicate_members = input_.rules.allow_duplicate_members}};
            payload_fault_ = payload_.fault();
        }
        has_claims_ = !payload_fault_;
    }

    /// The object of the claims that `wanted` picks.
    template <class Wanted>
    [[nodiscard]] std::string claims_where(Wanted wanted) const {
        ObjectText text;
        for (const Member& member : payload_.members()) {
            if (wanted(member.name)) text.add(member.name, member.json);
        }
        return text.text();
    }

    /// The result of the rules for one claim.
    [[nodiscard]] std::optional<Error> judge_claim(std::string_view name, Rules rules) const {
        const auto& required = input_.rules.required;
        if (std::find(required.begin(), required.end(), name) != required.end()) rules.required = {std::string{name}};
        return ask_library(plain_header, claims_where([&](std::string_view other) { return other == name; }), rules);
    }

    void add_type() {
        if (!has_form_) return add_not_reached("typ");
        Rules rules = no_rules(input_.rules);
        rules.type = input_.rules.type;
        ObjectText header;
        header.add_text("alg", HS256::name);
        const std::string_view* const typ = header_object_.find("typ");
        if (typ != nullptr) header.add("typ", *typ);
        Step& step = add("typ", ask_library(header.text(), "{}", rules));
        step.found = typ == nullptr ? "absent" : std::string{*typ};
        if (!rules.type.empty()) step.expected = json_string(rules.type);
        if (rules.type.empty()) step.found += ", and not asked for";
    }

    [[nodiscard]] std::string value_of(std::string_view name) const {
        const std::string_view* const json = payload_.find(name);
        return json == nullptr ? "absent" : one_line(*json);
    }

    [[nodiscard]] NumericDate moment() const { return detail::moment_of(input_.rules.clock); }

    [[nodiscard]] std::string date_of(std::string_view name) const {
        const std::string_view* const json = payload_.find(name);
        if (json == nullptr || !is_number(*json)) return value_of(name);
        const auto date = detail::to_date(detail::take_number(json->data()));
        if (!date) return value_of(name);
        return value_of(name) + ", " + relative(*date, moment()) + ", " + in_utc(*date);
    }

    [[nodiscard]] std::string expected_date(std::string_view name) const {
        const auto leeway = input_.rules.leeway;
        if (name == "exp") return "a moment after " + in_utc(moment() - leeway);
        if (name == "nbf") return "a moment not after " + in_utc(moment() + leeway);
        if (!input_.rules.max_age) return "a moment not after " + in_utc(moment() + leeway);
        return "a moment at most " + in_words(*input_.rules.max_age + leeway) + " ago, and not in the future";
    }

    void add_date(std::string_view name) {
        if (!has_claims_) return add_not_reached(name);
        Rules rules = no_rules(input_.rules);
        if (name == "exp") rules.allow_missing_exp = input_.rules.allow_missing_exp;
        if (name == "iat") {
            rules.allow_future_iat = input_.rules.allow_future_iat;
            rules.max_age = input_.rules.max_age;
        }
        Step& step = add(name, judge_claim(name, rules));
        step.found = date_of(name);
        step.expected = expected_date(name);
        if (step.outcome == Outcome::good && payload_.find(name) == nullptr) step.found += ", and not needed";
    }

    void add_name(std::string_view name, const std::vector<std::string>& accepted) {
        if (!has_claims_) return add_not_reached(name);
        Rules rules = no_rules(input_.rules);
        if (name == "iss") rules.issuer = input_.rules.issuer;
        if (name == "aud") rules.audience = input_.rules.audience;
        Step& step = add(name, judge_claim(name, rules));
        step.found = value_of(name);
        const bool is_asked = !accepted.empty() || (name == "aud" && !rules.audience.is_any());
        if (is_asked)
            step.expected = accepted.empty() ? "none, since no audience was asked for" : alternatives(accepted);
        if (!is_asked) step.found += ", and not asked for";
        if (has_wrong_type(step)) step.expected = name == "aud" ? "a string, or a list of strings" : "a string";
    }

    void add_claims() {
        if (!has_form_) return add_not_reached("claims");
        if (payload_fault_) {
            add("claims", Error{*payload_fault_}).expected = "a JSON object in base64url";
            return;
        }
        Rules rules = no_rules(input_.rules);
        rules.subject = input_.rules.subject;
        rules.required = input_.rules.required;
        std::erase_if(rules.required, is_told_alone);
        const std::string claims = claims_where([](std::string_view name) { return !is_told_alone(name); });
        Step& step = add("claims", ask_library(plain_header, claims, rules));
        step.found = one_line(claims);
        if (!rules.required.empty()) step.expected = "the claims " + alternatives(rules.required);
        if (step.error && step.error->claim == "sub") step.expected = alternatives(input_.arguments.sub);
        if (has_wrong_type(step)) step.expected = "a string";
    }

    /// `cnf` is shown only for a token that is bound to a key.
    void add_confirmation() {
        if (!has_claims_ || payload_.find("cnf") == nullptr) return;
        Rules rules = no_rules(input_.rules);
        rules.allow_bearer_use = input_.rules.allow_bearer_use;
        Step& step = add("cnf", judge_claim("cnf", rules));
        step.found = value_of("cnf");
        step.expected = "a token that is not bound to a key";
    }

    /// The scopes are shown only if some are required.
    void add_scopes() {
        const auto& wanted = input_.arguments.scopes;
        if (!has_claims_ || wanted.empty()) return;
        Rules rules = no_rules(input_.rules);
        rules.scope_claims = input_.rules.scope_claims;
        const auto& names = rules.scope_claims;
        const std::string claims = claims_where(
            [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); });
        Step& step = add("scope", ask_library(plain_header, claims, rules, wanted));
        step.found = claims == "{}" ? "no claim that grants scopes" : one_line(claims);
        step.expected = "the scopes " + alternatives(wanted, " and ");
    }

    static inline const std::string plain_header = R"({"alg":"HS256"})";

    std::string_view token_;
    const StepInput& input_;
    std::vector<Step> steps_;
    detail::CompactParts parts_;
    detail::JoseHeader header_;
    std::string header_text_;
    JsonObject header_object_{"{}"};
    JsonObject payload_{"{}"};
    std::optional<Errc> payload_fault_;
    bool has_form_ = false;
    bool has_algorithm_ = false;
    bool has_claims_ = false;
};

}  // namespace

std::vector<Step> steps_of(std::string_view token, const StepInput& input) { return Walk{token, input}.steps(); }

}  // namespace credence::command
