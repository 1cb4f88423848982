// SPDX-License-Identifier: MIT
// credence decode: the contents of a token, without any proof.
#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_number.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/jose_header.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "commands.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "terminal.hpp"
#include "time_text.hpp"
#include "token_input.hpp"

namespace credence::command {

namespace {

/// The text of the JSON object that a part of a token is.
std::string object_text(std::string_view part, bool may_be_padded) {
    detail::DecodedPart bytes;
    if (part.empty()) fail_refused(Error{Errc::malformed_token});
    if (!bytes.decode(may_be_padded ? detail::without_padding(part) : part)) fail_refused(Error{Errc::invalid_base64});
    if (const auto fault = JsonObject{bytes.bytes()}.fault()) fail_refused(Error{*fault});
    return std::string{bytes.bytes()};
}

/// A date in words; nothing when the claim is absent or no date.
std::optional<std::string> date_in_words(const JsonObject& claims, std::string_view name) {
    const std::string_view* const json = claims.find(name);
    if (json == nullptr || !is_number(*json)) return std::nullopt;
    const auto date = detail::to_date(detail::take_number(json->data()));
    if (!date) return std::nullopt;
    const bool is_past = *date <= now();
    std::string verb = name == "iat" ? "issued" : is_past ? "valid since" : "not valid before";
    if (name == "exp") verb = is_past ? "expired" : "expires";
    return std::string{name}
        .append(": ")
        .append(verb)
        .append(" ")
        .append(relative(*date, now()))
        .append(", ")
        .append(in_utc(*date));
}

}  // namespace

void run_decode(const DecodeArguments& arguments) {
    const std::string token = read_token(arguments.token);
    if (token.size() > arguments.token.max_token_bytes)
        fail_refused(Error{Errc::token_too_large, {}, detail::longer_than_allowed});
    const detail::CompactParts parts = parts_of(token);
    const auto header = detail::read_jose_header(parts.header, {.allow_padding = arguments.allow_padding});
    if (!header) fail_refused(header.error());
    const std::string payload = object_text(parts.payload, arguments.allow_padding);
    ObjectText shown;
    shown.add("verified", "false").add("header", decoded_part(parts.header)).add("claims", payload);
    write_result(shown_json(shown.text()));
    remark("NOT VERIFIED", Colour::bad);
    if (!remarks_are_on_terminal() && !result_is_on_terminal()) return;
    const JsonObject claims{payload};
    for (const std::string_view name : {"iat", "nbf", "exp"}) {
        if (const auto words = date_in_words(claims, name)) remark(*words);
    }
}

}  // namespace credence::command
