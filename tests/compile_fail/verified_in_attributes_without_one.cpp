// SPDX-License-Identifier: MIT
// The attributes of Drogon's requests return a default-constructed value if there is none, so they cannot return a
// Verified.
// expect: credence: there is no empty Verified; where there may be none, keep a std::optional or a std::shared_ptr
#include <credence/jwt/decode.hpp>

#include <any>
#include <map>
#include <optional>
#include <string>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

class Attributes {
public:
    template <class Value>
    [[nodiscard]] const Value& get(const std::string& name) const {
        static const Value none = Value();
        const auto found = values_.find(name);
        const auto* value = found == values_.end() ? nullptr : std::any_cast<Value>(&found->second);
        return value == nullptr ? none : *value;
    }

private:
    std::map<std::string, std::any> values_ = {};
};

#ifdef CREDENCE_MUST_FAIL
using Kept = credence::Verified<Claims>;
#else
using Kept = std::optional<credence::Verified<Claims>>;
#endif

inline const Kept& proof_in(const Attributes& attributes) { return attributes.get<Kept>("who"); }
