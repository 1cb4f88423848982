// SPDX-License-Identifier: MIT
// More members than can be bound.
// expect: a claims type has at most 32 members
#include <credence/jwt/decode.hpp>

#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
        m24, m25, m26, m27, m28, m29, m30, m31, m32;
};
#else
struct Account {
    int m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
        m24, m25, m26, m27, m28, m29, m30, m31;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
