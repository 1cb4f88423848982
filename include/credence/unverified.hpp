// SPDX-License-Identifier: MIT
// Looks into a token without verifying it: for tools and diagnosis. Nothing here is true of anybody.
#pragma once

#include <credence/header.hpp>
#include <credence/result.hpp>
#include <credence/detail/compact.hpp>
#include <credence/detail/jose_header.hpp>
#include <credence/detail/json_dom.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

/// Unverified access, in a namespace of its own and outside the umbrella header, so that it cannot be used unawares.
namespace credence::unverified {

/// The longest token that is looked into unless the caller says otherwise, in bytes.
inline constexpr std::size_t usual_token_bytes = 16 * 1024;

namespace detail {

/// The JSON object that one part of a token is.
[[nodiscard]] inline Result<nlohmann::json> object_of(std::string_view part) {
    credence::detail::DecodedPart decoded;
    if (part.empty()) return Errc::malformed_token;
    if (!decoded.decode(part)) return Errc::invalid_base64;
    auto document = credence::detail::read_json(decoded.bytes());
    if (document && !document->is_object()) return Errc::malformed_token;
    return document;
}

/// The parts of a token of acceptable size.
[[nodiscard]] inline Result<credence::detail::CompactParts> parts_of(std::string_view token,
                                                                     std::size_t max_token_bytes) {
    if (token.size() > max_token_bytes) return Errc::token_too_large;
    const auto parts = credence::detail::split_compact(token);
    if (!parts) return Errc::malformed_token;
    return *parts;
}

}  // namespace detail

/// What the header claims of itself: `alg`, `kid`, `typ`. Anybody can have written it; use it for logs, or to choose
/// among verifiers that check what they were chosen by.
///
/// `token_too_large`, `malformed_token`, `invalid_base64`, `invalid_json`, `duplicate_member`.
[[nodiscard]] inline Result<Header> header(std::string_view token, std::size_t max_token_bytes = usual_token_bytes) {
    const auto parts = detail::parts_of(token, max_token_bytes);
    if (!parts) return parts.error();
    auto read = credence::detail::read_jose_header(parts->header, false);
    if (!read) return read.error();
    return std::move(read->header);
}

/// The whole header as it stands there. The same errors as `header`.
[[nodiscard]] inline Result<nlohmann::json> header_json(std::string_view token,
                                                        std::size_t max_token_bytes = usual_token_bytes) {
    return detail::parts_of(token, max_token_bytes).and_then([](const auto& parts) {
        return detail::object_of(parts.header);
    });
}

/// The claims as they stand there: not one of them is proven. The same errors as `header`.
[[nodiscard]] inline Result<nlohmann::json> claims_json(std::string_view token,
                                                        std::size_t max_token_bytes = usual_token_bytes) {
    return detail::parts_of(token, max_token_bytes).and_then([](const auto& parts) {
        return detail::object_of(parts.payload);
    });
}

}  // namespace credence::unverified
