// SPDX-License-Identifier: MIT
// A std::any may hold a proof, as in the attributes of a stack, but only a std::any_cast, which checks the type, takes
// it out.
// expect: a Verified cannot be made by hand
#include <credence/jwt/decode.hpp>

#include <any>
#include <map>
#include <string>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;
using Attributes = std::map<std::string, std::any>;

inline void keep(const credence::Verified<Claims>& who, Attributes& attributes) {
    attributes["who"] = who;
    attributes.insert_or_assign("again", std::make_any<credence::Verified<Claims>>(who));
}

#ifdef CREDENCE_MUST_FAIL
auto found_in(const Attributes& attributes) { return credence::Verified<Claims>{attributes.at("who")}; }
#else
auto found_in(const Attributes& attributes) { return std::any_cast<credence::Verified<Claims>>(attributes.at("who")); }
#endif
