// SPDX-License-Identifier: MIT
// An ECDSA signature in its two forms: r and s side by side, as in a token, and DER, as in OpenSSL. RFC 7518 §3.4
#pragma once

#include <credence/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace credence::detail {

/// The bytes of the longest order and coordinate here, those of P-521.
inline constexpr std::size_t longest_coordinate = 66;

/// Room for any signature in DER: a sequence of two integers, each with its head and a leading zero.
inline constexpr std::size_t longest_ecdsa_der = 3 + 2 * (2 + 1 + longest_coordinate);

/// A number without its leading zeros.
[[nodiscard]] inline ByteView trim_zeros(ByteView number) noexcept {
    while (!number.empty() && number.front() == 0) number = number.subspan(1);
    return number;
}

/// Whether a number is in [1, order - 1]; both are big-endian and of the same length. Zero is the "psychic" signature
/// of CVE-2022-21449.
[[nodiscard]] inline bool is_in_order(ByteView number, ByteView order) noexcept {
    return !trim_zeros(number).empty() &&
           std::lexicographical_compare(number.begin(), number.end(), order.begin(), order.end());
}

/// Writes a positive number as a DER integer. \return the end of what was written.
[[nodiscard]] inline unsigned char* write_der_integer(ByteView number, unsigned char* out) noexcept {
    const ByteView digits = trim_zeros(number);
    const bool needs_sign = digits.front() >= 0x80;
    *out++ = 0x02;
    *out++ = static_cast<unsigned char>(digits.size() + (needs_sign ? 1 : 0));
    if (needs_sign) *out++ = 0;
    return std::copy(digits.begin(), digits.end(), out);
}

/// Writes `raw`, r and s in as many bytes each as `order` has, to `out` in DER.
///
/// \return the length; 0 if `raw` has another length, or r or s is not in [1, order - 1].
[[nodiscard]] inline std::size_t ecdsa_raw_to_der(ByteView raw, ByteView order,
                                                  std::array<unsigned char, longest_ecdsa_der>& out) noexcept {
    if (raw.size() != 2 * order.size()) return 0;
    const ByteView r = raw.first(order.size());
    const ByteView s = raw.last(order.size());
    if (!is_in_order(r, order) || !is_in_order(s, order)) return 0;
    std::array<unsigned char, longest_ecdsa_der> body;
    const unsigned char* const end = write_der_integer(s, write_der_integer(r, body.data()));
    const auto size = static_cast<std::size_t>(end - body.data());
    unsigned char* at = out.data();
    *at++ = 0x30;
    if (size >= 0x80) *at++ = 0x81;
    *at++ = static_cast<unsigned char>(size);
    at = std::copy(body.data(), body.data() + size, at);
    return static_cast<std::size_t>(at - out.data());
}

/// Takes a DER integer off the front of `der` and writes it to `out` in exactly `size` bytes.
[[nodiscard]] inline bool read_der_integer(ByteView& der, unsigned char* out, std::size_t size) noexcept {
    if (der.size() < 2 || der[0] != 0x02 || der[1] >= 0x80 || der.size() < 2U + der[1]) return false;
    const ByteView digits = trim_zeros(der.subspan(2, der[1]));
    der = der.subspan(2U + der[1]);
    if (digits.size() > size) return false;
    out = std::fill_n(out, size - digits.size(), static_cast<unsigned char>(0));
    std::copy(digits.begin(), digits.end(), out);
    return true;
}

/// Writes a signature that OpenSSL made, in DER, to `out` as r and s in `size` bytes each.
[[nodiscard]] inline bool ecdsa_der_to_raw(ByteView der, std::size_t size, unsigned char* out) noexcept {
    if (der.size() < 2 || der[0] != 0x30) return false;
    const std::size_t head = der[1] == 0x81 ? 3 : 2;
    if (der.size() < head || der.size() != head + der[head - 1]) return false;
    der = der.subspan(head);
    return read_der_integer(der, out, size) && read_der_integer(der, out + size, size) && der.empty();
}

}  // namespace credence::detail
