// SPDX-License-Identifier: MIT
// Which of several faults is reported: the stages run in a fixed order, and the first fault ends the check.
#include <credence/jwt/decode.hpp>
#include <credence/jwt/revocation.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using namespace std::chrono_literals;
using credence::detail::encode_base64url;

namespace {

struct Account {
    std::string role;
};
using Claims = credence::Claims<Account>;

/// A token in pieces, good as it stands; each fault spoils its own piece.
struct Pieces {
    std::string header_members = R"("alg":"HS256","typ":"at+jwt")";
    std::string header_tail = "}";
    std::string header_junk = "";  // after the base64url
    std::string alg_first = "";
    std::string payload_tail = "}";
    std::string payload_junk = "";
    std::string exp = R"("exp":1700000001)", nbf = R"("nbf":1699999999)", iat = R"("iat":1699999999)";
    std::string iss = R"("iss":"issuer")", sub = R"("sub":"subject")", aud = R"("aud":"api")";
    std::string required = R"("tenant":7)", own = R"("role":"admin")", jti = R"("jti":"good")";
    bool spoil_signature = false;
    std::string behind = "";

    [[nodiscard]] std::string token() const {
        const std::string header = encode_base64url("{" + header_members + header_tail) + header_junk;
        const std::string payload = encode_base64url("{" + exp + ',' + nbf + ',' + iat + ',' + iss + ',' + sub + ',' +
                                                     aud + ',' + required + ',' + own + ',' + jti + payload_tail) +
                                    payload_junk;
        std::string made = support::signed_segments(header, payload);
        char& letter = made[made.rfind('.') + 1];
        if (spoil_signature) letter = letter == 'A' ? 'B' : 'A';
        return made + behind;
    }
};

/// One fault, at its place in the order.
struct Fault {
    std::string_view said;
    void (*spoil)(Pieces&);
};

const std::vector<Fault>& faults_in_order() {
    static const std::vector<Fault> faults{
        {"token_too_large", [](Pieces& pieces) { pieces.behind = std::string(20'000, 'A'); }},
        {"malformed_token", [](Pieces& pieces) { pieces.behind += "."; }},
        {"invalid_base64", [](Pieces& pieces) { pieces.header_junk = "!"; }},
        {"invalid_json", [](Pieces& pieces) { pieces.header_tail = ",}"; }},
        {"unsupported_algorithm", [](Pieces& pieces) { pieces.header_members = R"("alg":"none","typ":"JWT")"; }},
        {"algorithm_not_allowed", [](Pieces& pieces) { pieces.header_members = R"("alg":"HS512","typ":"JWT")"; }},
        {"unsupported_critical_header",
         [](Pieces& pieces) { pieces.header_members = R"("alg":"HS256","typ":"JWT","crit":["x"],"x":1)"; }},
        {"invalid_base64", [](Pieces& pieces) { pieces.behind = "!" + pieces.behind; }},
        {"invalid_signature", [](Pieces& pieces) { pieces.spoil_signature = true; }},
        {"invalid_base64", [](Pieces& pieces) { pieces.payload_junk = "!"; }},
        {"invalid_json", [](Pieces& pieces) { pieces.payload_tail = ",}"; }},
        {"token_expired exp", [](Pieces& pieces) { pieces.exp = R"("exp":1699999999)"; }},
        {"token_not_yet_valid nbf", [](Pieces& pieces) { pieces.nbf = R"("nbf":1700000001)"; }},
        {"issued_in_future iat", [](Pieces& pieces) { pieces.iat = R"("iat":1700000001)"; }},
        {"token_too_old iat", [](Pieces& pieces) { pieces.iat = R"("iat":1)"; }},
        {"invalid_type typ", [](Pieces& pieces) { pieces.header_members = R"("alg":"HS256","typ":"JWT")"; }},
        {"invalid_issuer iss", [](Pieces& pieces) { pieces.iss = R"("iss":"other")"; }},
        {"invalid_subject sub", [](Pieces& pieces) { pieces.sub = R"("sub":"other")"; }},
        {"invalid_audience aud", [](Pieces& pieces) { pieces.aud = R"("aud":"other")"; }},
        {"missing_claim tenant", [](Pieces& pieces) { pieces.required = R"("tenants":7)"; }},
        {"invalid_claim_type role", [](Pieces& pieces) { pieces.own = R"("role":7)"; }},
        {"check_failed first", [](Pieces& pieces) { pieces.own = R"("role":"user")"; }},
        {"check_failed second", [](Pieces& pieces) { pieces.own = R"("role":"admins")"; }},
        {"token_revoked", [](Pieces& pieces) { pieces.jti = R"("jti":"revoked")"; }},
    };
    return faults;
}

/// A revocation store in which one token is revoked.
struct OneRevoked {
    static credence::Result<void> revoke(const credence::TokenIdentity& /*token*/) { return {}; }
    static credence::Result<void> revoke_subject(const credence::SubjectIdentity& /*subject*/,
                                                 credence::NumericDate /*moment*/) {
        return {};
    }
    static credence::Result<bool> is_revoked(const credence::TokenIdentity& token) { return token.id == "revoked"; }
};

const auto& strict_verifier() {
    static const auto verifier = credence::verifier_for<Claims>(
        support::account_keys(),
        {.issuer = "issuer",
         .audience = "api",
         .subject = "subject",
         .type = "at+jwt",
         .max_age = 1h,
         .required = {"tenant"},
         .checks = {{"first", [](const Claims& claims) { return claims.role.starts_with("admin"); }},
                    {"second", [](const Claims& claims) { return claims.role == "admin"; }}},
         .clock = support::noon_clock},
        {.revocation = credence::Revocation{std::make_shared<OneRevoked>()}});
    return verifier;
}

std::string judged(const Pieces& pieces) {
    const auto who = strict_verifier().verify(pieces.token());
    return who ? "accepted" : support::in_words(who.error());
}

}  // namespace

TEST_CASE("a token without a fault is accepted, and each single fault is reported") {
    CHECK(judged(Pieces{}) == "accepted");
    for (const Fault& fault : faults_in_order()) {
        Pieces pieces;
        fault.spoil(pieces);
        INFO(pieces.token().substr(0, 300));
        CHECK(judged(pieces) == fault.said);
    }
}

TEST_CASE("of two faults the earlier one is reported") {
    const auto& faults = faults_in_order();
    for (std::size_t earlier = 0; earlier < faults.size(); ++earlier) {
        for (std::size_t later = earlier + 1; later < faults.size(); ++later) {
            Pieces pieces;
            faults[later].spoil(pieces);
            faults[earlier].spoil(pieces);  // last, so that it wins if both change the same piece
            INFO(faults[earlier].said << " before " << faults[later].said << ": " << pieces.token().substr(0, 300));
            CHECK(judged(pieces) == faults[earlier].said);
        }
    }
}

TEST_CASE("of several faults the first is reported") {
    const auto& faults = faults_in_order();
    for (std::size_t first = 0; first < faults.size(); ++first) {
        Pieces pieces;
        for (std::size_t later = faults.size(); later-- > first;) faults[later].spoil(pieces);
        INFO(pieces.token().substr(0, 300));
        CHECK(judged(pieces) == faults[first].said);
    }
}

TEST_CASE("a missing claim, or one of a wrong type, is reported in the order of its rule") {
    struct Row {
        std::string_view said;
        void (*spoil)(Pieces&);
    };
    const std::vector<Row> rows{
        {"missing_claim exp", [](Pieces& pieces) { pieces.exp = R"("a":1)"; }},
        {"invalid_claim_type nbf", [](Pieces& pieces) { pieces.nbf = R"("nbf":"1")"; }},
        {"missing_claim iat", [](Pieces& pieces) { pieces.iat = R"("b":1)"; }},
        {"missing_claim iss", [](Pieces& pieces) { pieces.iss = R"("c":1)"; }},
        {"invalid_claim_type sub", [](Pieces& pieces) { pieces.sub = R"("sub":1)"; }},
        {"missing_claim aud", [](Pieces& pieces) { pieces.aud = R"("d":1)"; }},
        {"missing_claim tenant", [](Pieces& pieces) { pieces.required = R"("e":1)"; }},
        {"missing_claim role", [](Pieces& pieces) { pieces.own = R"("f":1)"; }},
        {"missing_claim jti", [](Pieces& pieces) { pieces.jti = R"("g":1)"; }},
    };
    for (std::size_t first = 0; first < rows.size(); ++first) {
        Pieces pieces;
        for (std::size_t later = rows.size(); later-- > first;) rows[later].spoil(pieces);
        INFO(pieces.token());
        CHECK(judged(pieces) == rows[first].said);
    }
}
