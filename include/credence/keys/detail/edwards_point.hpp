// SPDX-License-Identifier: MIT
// Whether an Ed25519 or Ed448 public key is a canonical point of its curve, and not of small order. RFC 8032 §5
//
// OpenSSL takes any 32 bytes for an Ed25519 key. With a point of small order, R = B and S = 1 "sign" every message.
#pragma once

#include <credence/bytes.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>

#include <array>
#include <cstddef>

namespace credence::detail {

inline constexpr std::size_t ed25519_size = 32;
inline constexpr std::size_t ed448_size = 57;

/// Arithmetic modulo the prime of a curve, on public numbers. If memory runs out, every later check fails.
class CurveField {
public:
    explicit CurveField(bool is_ed448) : context_(BN_CTX_new()), prime_(BN_new()), is_good_(context_ && prime_) {
        if (context_) BN_CTX_start(context_.get());  // even without a prime: the destructor ends the context
        if (!is_good_) return;
        is_good_ = is_ed448 ? set_prime(448, 224, 1) : set_prime(255, -1, 19);
    }
    CurveField(const CurveField&) = delete;
    CurveField& operator=(const CurveField&) = delete;
    ~CurveField() {
        if (context_) BN_CTX_end(context_.get());
    }

    [[nodiscard]] explicit operator bool() const noexcept { return is_good_; }
    [[nodiscard]] const BIGNUM* prime() const noexcept { return prime_.get(); }

    /// factor * value + addend; the numbers live as long as the field does.
    [[nodiscard]] BIGNUM* linear(long factor, const BIGNUM* value, long addend) {
        BIGNUM* const out = number(0);
        const BIGNUM* const scale = number(factor);
        const BIGNUM* const shift = number(addend);
        if (is_good_) {
            keep(BN_mod_mul(out, value, scale, prime_.get(), context_.get()) == 1 &&
                 BN_mod_add(out, out, shift, prime_.get(), context_.get()) == 1);
        }
        return out;
    }
    [[nodiscard]] BIGNUM* product(const BIGNUM* left, const BIGNUM* right) {
        BIGNUM* const out = number(0);
        if (is_good_) keep(BN_mod_mul(out, left, right, prime_.get(), context_.get()) == 1);
        return out;
    }

    [[nodiscard]] bool is_zero(const BIGNUM* value) const { return !is_good_ || BN_is_zero(value) == 1; }
    /// Whether it has a square root other than zero.
    [[nodiscard]] bool is_square(const BIGNUM* value) {
        return is_good_ && BN_kronecker(value, prime_.get(), context_.get()) == 1;
    }

private:
    bool keep(bool is_done) noexcept { return is_good_ = is_good_ && is_done; }

    /// 2^high - 2^middle - rest, without the middle term if it is zero.
    bool set_prime(int high, int middle, unsigned long rest) {
        const Number term{BN_new()};
        return term && BN_set_bit(prime_.get(), high) == 1 && BN_sub_word(prime_.get(), rest) == 1 &&
               (middle < 0 ||
                (BN_set_bit(term.get(), middle) == 1 && BN_sub(prime_.get(), prime_.get(), term.get()) == 1));
    }

    [[nodiscard]] BIGNUM* number(long value) {
        BIGNUM* const out = is_good_ ? BN_CTX_get(context_.get()) : nullptr;
        if (!keep(out != nullptr)) return nullptr;
        keep(BN_set_word(out, static_cast<BN_ULONG>(value < 0 ? -value : value)) == 1);
        if (value < 0) keep(BN_sub(out, prime_.get(), out) == 1);
        return out;
    }

    NumberContext context_;
    Number prime_;
    bool is_good_;
};

/// Ed25519: x² = (y² - 1) / (d y² + 1) with d = -121665 / 121666. Twice a point of order 8 has y = 0, which its own y
/// shows by d y⁴ + 2 y² - 1 = 0.
[[nodiscard]] inline bool is_good_ed25519(CurveField& field, const BIGNUM* y) {
    constexpr long numerator = 121665, denominator = 121666;
    const BIGNUM* const square = field.product(y, y);
    const BIGNUM* const above = field.linear(1, square, -1);
    const BIGNUM* const below = field.linear(-numerator, square, denominator);
    const BIGNUM* const order_8 =
        field.linear(1, field.product(square, field.linear(-numerator, square, 2 * denominator)), -denominator);
    if (field.is_zero(y) || field.is_zero(above) || field.is_zero(order_8)) return false;
    return field.is_square(field.linear(denominator, field.product(above, below), 0));
}

/// Ed448: x² = (y² - 1) / (d y² - 1) with d = -39081. Its points of small order have y = 0, 1 or -1.
[[nodiscard]] inline bool is_good_ed448(CurveField& field, const BIGNUM* y) {
    const BIGNUM* const square = field.product(y, y);
    const BIGNUM* const above = field.linear(1, square, -1);
    const BIGNUM* const below = field.linear(-39081, square, -1);
    if (field.is_zero(y) || field.is_zero(above)) return false;
    return field.is_square(field.product(above, below));
}

/// Whether `point` is a valid point: y in little-endian order, below the prime, with the sign of x in the highest bit.
/// The sign needs no check: only x = 0 has no sign, and that is a point of small order.
[[nodiscard]] inline bool is_good_edwards_point(ByteView point, bool is_ed448) {
    if (point.size() != (is_ed448 ? ed448_size : ed25519_size)) return false;
    std::array<unsigned char, ed448_size> bytes{};
    for (std::size_t at = 0; at < point.size(); ++at) bytes[at] = point[at];
    bytes[point.size() - 1] &= 0x7f;
    const Number y{BN_lebin2bn(bytes.data(), static_cast<int>(point.size()), nullptr)};
    CurveField field{is_ed448};
    if (!field || !y || BN_cmp(y.get(), field.prime()) >= 0) return false;
    return is_ed448 ? is_good_ed448(field, y.get()) : is_good_ed25519(field, y.get());
}

}  // namespace credence::detail
