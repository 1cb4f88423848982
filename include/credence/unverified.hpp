// SPDX-License-Identifier: MIT
// Looks into a token without verifying it: for tools and diagnosis. Nothing returned here is authenticated.
#pragma once

#include <credence/jwt/header.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/token_form.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

/// Unverified access, in a namespace of its own and outside the umbrella header, so that it cannot be used unawares.
namespace credence::unverified {

/// Options for reading an unverified token.
struct Options {
    std::size_t max_token_bytes = 16 * 1024;  ///< the longest token that is read
    bool allow_padding = false;               ///< parts may be padded with `=`; see `Validation::allow_padding`
};

namespace detail {

/// The JSON object in one part of a token.
[[nodiscard]] inline Result<nlohmann::json> object_of(std::string_view part, bool allow_padding) {
    credence::detail::DecodedPart decoded;
    if (part.empty()) return Error{Errc::malformed_token, {}, "an empty part"};
    if (!decoded.decode(allow_padding ? credence::detail::without_padding(part) : part)) {
        return Error{Errc::invalid_base64, {}, credence::detail::why_not_base64url(part, allow_padding)};
    }
    auto document = credence::detail::read_json(decoded.bytes());
    if (document && !document->is_object()) {
        return Error{Errc::malformed_token, {}, "a part of the token is JSON, but not an object"};
    }
    return document;
}

/// The parts of a token of acceptable size.
[[nodiscard]] inline Result<credence::detail::CompactParts> parts_of(std::string_view token, const Options& options) {
    if (token.size() > options.max_token_bytes)
        return Error{Errc::token_too_large, {}, credence::detail::longer_than_allowed};
    const auto parts = credence::detail::split_compact(token);
    if (!parts) return Error{Errc::malformed_token, {}, credence::detail::why_not_three_parts(token)};
    return *parts;
}

}  // namespace detail

/// The header's `alg`, `kid` and `typ`, unverified: anybody can have written them. Use them for logs, or to select a
/// verifier, which then checks them.
///
/// `token_too_large`, `malformed_token`, `invalid_base64`, `invalid_json`, `duplicate_member`.
[[nodiscard]] inline Result<Header> header(std::string_view token, const Options& options = {}) {
    const auto parts = detail::parts_of(token, options);
    if (!parts) return parts.error();
    auto read = credence::detail::read_jose_header(parts->header, {.allow_padding = options.allow_padding});
    if (!read) return read.error();
    return std::move(read->header);
}

/// The whole header. Errors as of `header`.
[[nodiscard]] inline Result<nlohmann::json> header_json(std::string_view token, const Options& options = {}) {
    return detail::parts_of(token, options).and_then([&](const auto& parts) {
        return detail::object_of(parts.header, options.allow_padding);
    });
}

/// The claims: none of them is proven. Errors as of `header`.
[[nodiscard]] inline Result<nlohmann::json> claims_json(std::string_view token, const Options& options = {}) {
    return detail::parts_of(token, options).and_then([&](const auto& parts) {
        return detail::object_of(parts.payload, options.allow_padding);
    });
}

}  // namespace credence::unverified
