// SPDX-License-Identifier: MIT
// A token with a good signature, whose header is the first line of the input and whose payload is the rest. It is
// decoded as a typed claims value and as a DOM, strictly and with every opt-out. Both agree, and an accepted token
// obeys the rules as nlohmann's parser reads it. With any bit changed it is refused.
#include <credence/claims/claims.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "support/fuzzing.hpp"
#include "support/json_oracle.hpp"
#include "support/tokens.hpp"

#include <nlohmann/json.hpp>

namespace {

using credence::Errc;
using nlohmann::json;
using support::demand;

struct Address {
    std::string city = {};
    std::optional<std::uint8_t> floor = {};

    friend bool operator==(const Address&, const Address&) = default;
};

enum class Plan : std::uint8_t { free, paid, other };
constexpr auto claim_values(Plan /*plan*/) {
    return std::to_array<credence::ClaimValue<Plan>>(
        {{Plan::free, "free"}, {Plan::paid, "paid"}, {Plan::other, "other"}, {Plan::other, credence::any_other_name}});
}

struct Everything {
    std::optional<std::string> role = {};
    std::optional<bool> admin = {};
    std::optional<std::int32_t> tenant = {};
    std::optional<std::uint64_t> serial = {};
    std::optional<double> ratio = {};
    std::optional<credence::NumericDate> since = {};
    std::optional<std::vector<std::string>> groups = {};
    std::optional<std::map<std::string, std::int64_t>> quotas = {};
    std::optional<Address> address = {};
    std::optional<json> more = {};
    std::optional<float> weight = {};
    std::optional<std::chrono::seconds> lifetime = {};
    std::optional<std::chrono::milliseconds> delay = {};
    std::optional<std::array<std::int16_t, 2>> pair = {};
    std::optional<std::set<std::string>> roles = {};
    std::optional<std::set<std::uint8_t>> ports = {};
    std::optional<std::variant<bool, std::string, std::vector<Address>>> verified = {};
    std::optional<Plan> plan = {};
    std::optional<std::unordered_set<std::string>> tags = {};
    std::optional<std::unordered_map<std::string, std::int64_t>> limits = {};

    friend bool operator==(const Everything&, const Everything&) = default;
};
using Typed = credence::Claims<Everything>;

template <class Claims>
credence::Validation<Claims> strict_rules() {
    return {.clock = support::noon_clock};
}

template <class Claims>
credence::Validation<Claims> lenient_rules() {
    return {.audience = credence::any_audience,
            .leeway = credence::max_leeway,
            .allow_missing_exp = true,
            .allow_future_iat = true,
            .allow_padding = true,
            .allow_duplicate_members = true,
            .allow_null_members = true,
            .allow_numeric_subject = true,
            .allow_bearer_use = true,
            .scope_claims = {"permissions", "scope"},
            .understood = {"x"},
            .clock = support::noon_clock};
}

template <class Claims>
auto decoded(std::string_view token, const credence::Validation<Claims>& rules) {
    return credence::decode<Claims>(token, support::account_keys(), rules);
}

bool is_string_or_absent(const json& object, const char* name) {
    const auto member = object.find(name);
    return member == object.end() || member->is_string();
}

/// Whether a date is absent or, rounded down, not after noon. Rounding to a double moves no date across a whole second.
bool is_not_after_noon(const json& object, const char* name) {
    const auto member = object.find(name);
    const auto noon = static_cast<double>(support::noon.time_since_epoch().count());
    return member == object.end() || (member->is_number() && member->get<double>() <= noon + 1);
}

/// Checks the header of a token that the strict rules accept, as another parser reads it.
void demand_good_header(std::string_view header_text) {
    // In an unused member a number may be larger than any double, which nlohmann's parser refuses.
    const auto read = credence::detail::read_json<json>(header_text);
    if (!read && read.error().code == Errc::invalid_claim_type) return;
    const support::JsonOracle header{header_text};
    demand(header.accepts_strictly(header_text) && header.document.is_object(), "the header is a strict object");
    demand(header.document.value("alg", json{}) == "HS256", "the algorithm is the key's");
    demand(!header.document.contains("crit"), "there is no critical extension");
    demand(is_string_or_absent(header.document, "kid") && is_string_or_absent(header.document, "typ"),
           "kid and typ are strings");
}

/// The same for the payload.
void demand_good_payload(std::string_view payload_text) {
    const support::JsonOracle payload{payload_text};
    demand(payload.accepts_strictly(payload_text) && payload.document.is_object(), "the payload is a strict object");
    const json& claims = payload.document;
    const auto noon = static_cast<double>(support::noon.time_since_epoch().count());
    demand(claims.contains("exp") && claims["exp"].is_number() && claims["exp"].get<double>() >= noon + 1,
           "it has not expired");
    demand(is_not_after_noon(claims, "nbf") && is_not_after_noon(claims, "iat"), "it has begun");
    demand(!claims.contains("aud"), "there is no audience");
    for (const char* name : {"iss", "sub", "jti"}) demand(is_string_or_absent(claims, name), "names are strings");
}

/// Checks a typed claims value against its payload, as another parser reads it.
void demand_same_values(const Everything& claims, const json& payload) {
    const auto holds = [&](const char* name, const auto& member, const auto& as_json) {
        if (member) demand(payload.at(name) == as_json(*member), "a member has the payload's value");
    };
    const auto itself = [](const auto& value) { return json(value); };
    holds("role", claims.role, itself);
    holds("pair", claims.pair, itself);
    holds("limits", claims.limits, itself);
    holds("lifetime", claims.lifetime, [](auto value) { return json(value.count()); });
    holds("delay", claims.delay, [](auto value) { return json(value.count()); });
    if (claims.roles) demand(payload.at("roles").size() == claims.roles->size(), "a set has each element once");
    if (claims.tags) demand(payload.at("tags").size() == claims.tags->size(), "a set has each element once");
    if (claims.ports) demand(payload.at("ports").size() == claims.ports->size(), "a set has each element once");
    if (!claims.verified) return;
    const json& verified = payload.at("verified");
    demand(claims.verified->index() == (verified.is_boolean()  ? 0U
                                        : verified.is_string() ? 1U
                                                               : 2U),
           "a variant holds the alternative of the value's kind");
}

/// A typed claims value that was read is written and read again unchanged.
void demand_round_trip(const Typed& claims) {
    const auto token = credence::encode(claims, support::account_keys());
    demand(token.has_value(), "claims that were read can be written");
    const auto again = decoded(*token, strict_rules<Typed>());
    demand(again.has_value(), "written claims are accepted");
    demand((*again).claims() == claims, "the claims are unchanged");
    if (claims.tags || claims.limits) return;  // equal containers may be written in another order
    demand(credence::encode((*again).claims(), support::account_keys()).value() == *token, "the token is unchanged");
}

void demand_refusal_of_changed(const std::string& token) {
    const std::size_t bit = std::hash<std::string>{}(token) % (token.size() * 8);
    std::string changed = token;
    changed[bit / 8] = static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ 1U << bit % 8);
    demand(!decoded(changed, strict_rules<json>()), "a changed token is refused");
    demand(!decoded(changed, lenient_rules<json>()), "a changed token is refused by lenient rules");
}

const auto& keeping_verifier() {
    static const auto verifier =
        credence::verifier_for<Typed>(support::account_keys(), strict_rules<Typed>(), {.cache = {.max_tokens = 64}});
    return verifier;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = support::fuzz_input(data, size);
    const std::size_t end = (std::min)(input.find('\n'), input.size());
    const std::string_view header = input.substr(0, end);
    const std::string_view payload = input.substr((std::min)(end + 1, input.size()));
    const std::string token = support::signed_texts(header, payload);

    const auto dom = decoded(token, strict_rules<json>());
    const auto typed = decoded(token, strict_rules<Typed>());
    const auto only_registered = decoded(token, strict_rules<credence::RegisteredClaims>());
    if (dom) demand_good_header(header);
    if (dom) demand_good_payload(payload);
    demand(only_registered || !dom, "the registered claims alone and a DOM get the same result");
    demand(dom || !only_registered || dom.error().code == Errc::invalid_claim_type,
           "a DOM refuses more only where a number is larger than any double");
    demand(!typed || only_registered, "a claims type loosens nothing");
    if (typed) demand_round_trip((*typed).claims());
    if (typed && dom) demand_same_values((*typed).claims(), support::JsonOracle{payload}.document);
    if (only_registered && !typed) {
        const Errc code = typed.error().code;
        demand(code == Errc::invalid_claim_type || code == Errc::missing_claim,
               "only the claims type can cause the refusal");
    }
    if (dom) demand(decoded(token, lenient_rules<json>()).has_value(), "an opt-out refuses no token");
    static_cast<void>(decoded(token, lenient_rules<Typed>()));

    for (int round = 0; round < 2; ++round) {
        const auto kept = keeping_verifier().verify(token);
        demand(kept.has_value() == typed.has_value(), "a verifier gives the same result as decode each time");
        demand(kept || kept.error() == typed.error(), "a verifier gives the same error as decode");
    }
    demand_refusal_of_changed(token);
    support::demand_clean_error_queue();
    return 0;
}
