// SPDX-License-Identifier: MIT
// One line of batch input, and the types of its members.
#include "request.hpp"

#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_decimal.hpp>
#include <credence/detail/json/json_number.hpp>
#include <credence/detail/json/json_reader.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace credence::command {

namespace {

constexpr detail::JsonRules lenient_rules{.allow_duplicate_members = true, .depth_limit = request_rules.depth_limit};

[[noreturn]] void refuse(std::string_view name, std::string_view demanded) {
    throw BadRequest{std::string{name}.append(" must be ").append(demanded)};
}

std::string read_text(std::string_view name, std::string_view json) {
    if (json.front() != '"') refuse(name, "a string");
    return plain_text(json);
}

std::vector<std::string> read_names(std::string_view name, std::string_view json) {
    // A token may be large here, and each of its names is looked for among these.
    constexpr std::size_t most_names = 1000;
    std::vector<std::string> names;
    detail::JsonReader reader{json};
    const bool read = json.front() == '[' && reader.array([&] {
        return names.size() < most_names && reader.peek() == '"' && reader.string(names.emplace_back());
    });
    if (!read) refuse(name, "a list of strings, at most 1000");
    return names;
}

/// The `id` of a line that is not a valid request, if it occurs once and is valid by itself.
std::string id_among(const JsonObject& object) {
    const auto is_id = [](const Member& member) { return member.name == "id"; };
    const auto& members = object.members();
    const auto id = std::find_if(members.begin(), members.end(), is_id);
    if (id == members.end() || std::find_if(id + 1, members.end(), is_id) != members.end()) return "null";
    const std::string wrapped = "{\"id\":" + std::string{id->json} + "}";
    return JsonObject{wrapped, request_rules}.fault() ? "null" : one_line(id->json);
}

/// A number, rounded down and clamped to 64 bits, and whether it was whole.
struct WholeNumber {
    std::int64_t floor = 0;
    bool is_exact = false;
};

WholeNumber whole_number(const detail::JsonNumber& number) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (number.is_short) return {number.value, true};
    const detail::DecimalDigits decimal = detail::decimal_digits(number.text);
    const auto point = static_cast<std::size_t>((std::max)(decimal.point, std::int64_t{0}));
    const bool is_exact = decimal.digits.find_first_not_of('0', point) == std::string::npos;
    const std::int64_t furthest = decimal.negative ? (Limits::min)() : (Limits::max)();
    if (!decimal.digits.empty() && point > Limits::digits10 + 1) return {furthest, is_exact};
    std::string whole = (decimal.negative ? "-0" : "0") + decimal.digits.substr(0, point);
    if (!decimal.digits.empty() && point > decimal.digits.size()) whole.append(point - decimal.digits.size(), '0');
    const std::int64_t towards_zero = detail::parse_integer<std::int64_t>(whole).value_or(furthest);
    const bool is_above = decimal.negative && !is_exact && towards_zero != furthest;
    return {towards_zero - (is_above ? 1 : 0), is_exact};
}

/// Whether a value is strict JSON without a repeated name.
bool is_strict(std::string_view json) {
    return !JsonObject{"{\"value\":" + std::string{json} + "}", request_rules}.fault();
}

/// Whether the names that an object repeats are all within a key's JWK or JWK Set: it is as its issuer wrote it, and the
/// library judges each key of a set for itself.
bool repeats_within_keys(const JsonObject& object) {
    const auto is_single = [](const JsonObject& among, const Member& member) {
        const auto has_name = [&](const Member& other) { return other.name == member.name; };
        return std::count_if(among.members().begin(), among.members().end(), has_name) == 1;
    };
    const auto may_stand = [&](const Member& member) {
        if (!is_single(object, member)) return false;
        if (member.name != "key" || member.json.front() != '{') return is_strict(member.json);
        const JsonObject key{member.json, lenient_rules};
        return std::all_of(key.members().begin(), key.members().end(), [&](const Member& form) {
            return is_single(key, form) && (form.name == "jwk" || form.name == "jwks" || is_strict(form.json));
        });
    };
    return !object.fault() && std::all_of(object.members().begin(), object.members().end(), may_stand);
}

KeyText read_secret(std::string_view json) {
    const auto secret = detail::decode_base64url(read_text("key.secret_b64", json));
    // No key: that is reported only when the token needs it.
    if (!secret) return make_key_text(KeyForm::der, "");
    return make_key_text(KeyForm::secret, *secret);
}

KeyText read_object(std::string_view name, std::string_view json, KeyForm form) {
    if (json.front() != '{') refuse(name, "an object");
    return make_key_text(form, json);
}

}  // namespace

Request::Request(std::string_view line) : object_(line, request_rules) {
    if (object_.fault() == Errc::duplicate_member) {
        // A repeated name may precede the id, and the reader stopped there.
        JsonObject whole{line, lenient_rules};
        id_ = id_among(whole);
        if (repeats_within_keys(whole)) object_ = std::move(whole);
    } else if (object_.fault()) {
        id_ = id_among(object_);
    } else {
        const std::string_view* const id = object_.find("id");
        id_ = id != nullptr ? one_line(*id) : "null";
    }
}

void Request::demand_object() const {
    const auto fault = object_.fault();
    if (!fault) return;
    if (*fault == Errc::malformed_token) throw BadRequest{"a request must be a JSON object"};
    if (*fault == Errc::duplicate_member) throw BadRequest{"a request must not name a member twice"};
    throw BadRequest{"a request must be one line of strict JSON"};
}

const std::string_view& Request::demand(std::string_view name) const {
    const std::string_view* const json = find(name);
    if (json == nullptr) throw BadRequest{std::string{name} + " must be there"};
    return *json;
}

std::string Request::text(std::string_view name) const { return read_text(name, demand(name)); }

std::optional<std::string> Request::optional_text(std::string_view name) const {
    if (find(name) == nullptr) return std::nullopt;
    return text(name);
}

std::string Request::bytes(std::string_view name) const {
    auto decoded = detail::decode_base64url(text(name));
    if (!decoded) refuse(name, "strict base64url");
    return *std::move(decoded);
}

JsonObject Request::header() const {
    const std::string_view* const json = find("header");
    if (json != nullptr && json->front() != '{') refuse("header", "an object");
    return JsonObject{json == nullptr ? "{}" : one_line(*json), request_rules};
}

bool Request::flag(std::string_view name) const {
    const std::string_view* const json = find(name);
    if (json == nullptr || *json == "false") return false;
    if (*json != "true") refuse(name, "true or false");
    return true;
}

std::vector<std::string> Request::names(std::string_view name) const { return read_names(name, demand(name)); }

std::optional<std::vector<std::string>> Request::optional_names(std::string_view name) const {
    if (find(name) == nullptr) return std::nullopt;
    return names(name);
}

std::optional<std::vector<std::string>> Request::name_or_names(std::string_view name) const {
    const std::string_view* const json = find(name);
    if (json == nullptr) return std::nullopt;
    if (json->front() == '"') return std::vector<std::string>{text(name)};
    if (json->front() == '[') return names(name);
    refuse(name, "a string or a list of strings");
}

std::optional<std::int64_t> Request::moment(std::string_view name) const {
    const std::string_view* const json = find(name);
    if (json == nullptr) return std::nullopt;
    if (!is_number(*json)) refuse(name, "a number");
    return whole_number(detail::take_number(json->data())).floor;
}

std::optional<std::int64_t> Request::count(std::string_view name, std::int64_t most) const {
    const std::string_view* const json = find(name);
    if (json == nullptr) return std::nullopt;
    constexpr std::string_view demanded = "a whole number that is not negative";
    if (!is_number(*json)) refuse(name, demanded);
    const WholeNumber number = whole_number(detail::take_number(json->data()));
    if (!number.is_exact || number.floor < 0) refuse(name, demanded);
    return (std::min)(number.floor, most);
}

KeyText Request::key() const {
    const std::string_view json = demand("key");
    if (json.front() != '{') refuse("key", "an object");
    const JsonObject key{json, lenient_rules};  // only within a JWK, which the library checks
    std::optional<KeyText> found;
    for (const Member& member : key.members()) {
        const auto form = [&](std::string_view name) {
            if (member.name != name) return false;
            if (found) refuse("key", "in one form, not in two");
            return true;
        };
        if (form("secret_b64")) found = read_secret(member.json);
        if (form("pem")) found = make_key_text(KeyForm::pem, read_text("key.pem", member.json));
        if (form("jwk")) found = read_object("key.jwk", member.json, KeyForm::jwk);
        if (form("jwks")) found = read_object("key.jwks", member.json, KeyForm::jwks);
    }
    if (!found) refuse("key", "an object with secret_b64, pem, jwk or jwks");
    return *found;
}

}  // namespace credence::command
