// SPDX-License-Identifier: MIT
// VerifiedHeader: the header of a verified token, with its whole text. RFC 7515 §4
#pragma once

#include <credence/jwt/header.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// The header of a token whose signature held: the members of `Header`, and the text for all others.
class VerifiedHeader : public Header {
public:
    /// \param segment  the first part of the token.
    VerifiedHeader(Header header, std::string_view segment) : Header(std::move(header)), segment_(segment) {}

    /// The JSON text of the header, as its issuer wrote it: one object that names no member twice. It is decoded at
    /// each call, so that an unread header costs nothing.
    [[nodiscard]] std::string json() const {
        return detail::decode_base64url(detail::without_padding(segment_)).value_or(std::string{});
    }

    /// Whether this is the header of a token with this first part.
    [[nodiscard]] bool is_read_from(std::string_view segment) const noexcept { return segment_ == segment; }

private:
    std::string segment_;
};

}  // namespace credence
