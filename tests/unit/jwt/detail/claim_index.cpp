// SPDX-License-Identifier: MIT
// The index of the claims that the library checks itself.
#include <credence/jwt/detail/claim_index.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

using credence::detail::ClaimIndex;
using credence::detail::recognised_names;
using credence::detail::RecognisedClaim;

namespace {

const std::vector<std::string> usual_scopes{"scope", "scp"};

}  // namespace

TEST_CASE("each recognised claim has its name") {
    CHECK(name_of(RecognisedClaim::iss) == "iss");
    CHECK(name_of(RecognisedClaim::jti) == "jti");
    CHECK(name_of(RecognisedClaim::scope) == "scope");
    CHECK(name_of(RecognisedClaim::scp) == "scp");
    CHECK(name_of(RecognisedClaim::cnf) == recognised_names.back());
    CHECK(is_registered(RecognisedClaim::jti));
    CHECK_FALSE(is_registered(RecognisedClaim::scope));
}

TEST_CASE("an index holds the last text of a claim, and none of one that is absent") {
    const std::vector<std::string> none;
    ClaimIndex index{{none, usual_scopes}};
    CHECK_FALSE(index.watches_members());
    CHECK(index.text(RecognisedClaim::sub).empty());
    index.add(RecognisedClaim::sub, "\"a\"");
    index.add(RecognisedClaim::sub, "\"b\"");
    CHECK(index.text(RecognisedClaim::sub) == "\"b\"");
    index.add_null(RecognisedClaim::sub);
    CHECK_FALSE(index.has(RecognisedClaim::sub));
    CHECK(index.was_seen(RecognisedClaim::sub));
    CHECK_FALSE(index.was_seen(RecognisedClaim::iss));
}

TEST_CASE("an index finds the first required name that is absent") {
    const std::vector<std::string> required{"a", "sub", ""};
    ClaimIndex index{{required, usual_scopes}};
    CHECK(index.watches_members());
    CHECK(index.first_missing() == "a");
    index.mark_seen("a", "1");
    index.mark_seen("sub", "1");
    CHECK(index.first_missing() == "");
    index.mark_seen("", "1");
    CHECK_FALSE(index.first_missing());
    index.add_null(RecognisedClaim::sub);
    CHECK(index.first_missing() == "sub");
}

TEST_CASE("an index holds the first of the claims that grant scopes, and the last of its name") {
    const std::vector<std::string> none, own{"roles", "groups"};
    ClaimIndex index{{none, own}};
    CHECK(index.watches_members());
    CHECK(index.scopes_text().empty());
    index.mark_seen("groups", "1");
    CHECK(index.scopes_text() == "1");
    index.mark_seen("roles", "2");
    index.mark_seen("groups", "3");
    CHECK(index.scopes_text() == "2");
    index.mark_seen("roles", "4");
    CHECK(index.scopes_text() == "4");
    index.add(RecognisedClaim::scope, "5");
    CHECK(index.scopes_text() == "4");
}
