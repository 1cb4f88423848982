// SPDX-License-Identifier: MIT
// One request of `credence verify --batch`.
#include <credence/jwt/validation.hpp>
#include <credence/jwt/detail/pipeline.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "algorithm_names.hpp"
#include "batch.hpp"
#include "json_text.hpp"
#include "opt_outs.hpp"
#include "token_input.hpp"
#include "verify_token.hpp"

namespace credence::command {

namespace {

Accept accept_of(const std::optional<std::vector<std::string>>& names) { return names ? Accept{*names} : Accept{}; }

std::chrono::seconds leeway_of(const Request& request) {
    const auto leeway = request.count("leeway", max_leeway.count() + 1).value_or(0);
    if (leeway > max_leeway.count()) throw BadRequest{"leeway must be from 0 to 300"};
    return std::chrono::seconds{leeway};
}

/// `required` with `exp` in it, or without: then `exp` may be missing.
void read_required(const Request& request, Rules& rules) {
    auto required = request.optional_names("required");
    if (!required) return;
    const auto exp = std::remove(required->begin(), required->end(), "exp");
    rules.allow_missing_exp = exp == required->end();
    required->erase(exp, required->end());
    rules.required = *std::move(required);
}

/// `allow`: a list of opt-outs.
void read_allowed(const Request& request, Rules& rules, KeyText& key) {
    for (const std::string& name : request.optional_names("allow").value_or(std::vector<std::string>{})) {
        if (!allow_by_name(name, rules, key)) throw BadRequest{"allow must name only " + listed(opt_out_names())};
    }
}

Rules rules_of(const Request& request) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    Rules rules;
    rules.issuer = accept_of(request.name_or_names("iss"));
    rules.audience = accept_of(request.name_or_names("aud"));
    if (auto subject = request.optional_text("sub")) rules.subject = Accept{*std::move(subject)};
    rules.type = request.optional_text("typ").value_or("");
    rules.leeway = leeway_of(request);
    if (const auto age = request.count("max_age", most)) rules.max_age = std::chrono::seconds{*age};
    read_required(request, rules);
    if (const auto size = request.count("max_token_bytes", most))
        rules.max_token_bytes = static_cast<std::size_t>(*size);
    rules.understood = request.optional_names("understood").value_or(std::vector<std::string>{});
    if (auto names = request.optional_names("scope_claims")) rules.scope_claims = *std::move(names);
    if (const auto moment = request.moment("now")) {
        rules.clock = [fixed = NumericDate{std::chrono::seconds{*moment}}] { return fixed; };
    }
    return rules;
}

ObjectText header_of(std::string_view token) {
    ObjectText answer;
    answer.add("header", one_line(decoded_part(parts_of(token).header)));
    return answer;
}

/// A JWS of any bytes: the header and the signature are checked, the payload is only decoded.
Answer open_envelope(const std::string& token, const LazyKey& key, const Rules& rules) {
    detail::Envelope<LazyKey> envelope{token, key, detail::envelope_rules(rules), nullptr};
    if (auto refused = envelope.open()) return *std::move(refused);
    detail::DecodedPart payload;
    if (auto refused = envelope.decode_payload(payload)) return *std::move(refused);
    return header_of(token).add_text(
        "payload_b64", rules.allow_padding ? detail::without_padding(envelope.payload()) : envelope.payload());
}

}  // namespace

Answer answer_verify(const Request& request) {
    const std::string token = request.text("token");
    KeyText key_text = request.key();
    const std::vector<std::string> algorithms = request.names("alg");
    Rules rules = rules_of(request);
    read_allowed(request, rules, key_text);
    key_text.try_all = request.flag("try_all");
    const auto scopes = request.optional_names("scopes").value_or(std::vector<std::string>{});
    const LazyKey key{std::move(key_text), algorithms};
    if (request.flag("jws")) return open_envelope(token, key, rules);
    if (auto verified = verify_token(token, key, rules, scopes); !verified) return std::move(verified).error();
    // The claims as the issuer wrote them: no number is rounded.
    return header_of(token).add("claims", one_line(decoded_part(parts_of(token).payload)));
}

}  // namespace credence::command
