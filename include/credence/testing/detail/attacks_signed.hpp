// SPDX-License-Identifier: MIT
// Attacks with the right signature: tokens that a careless or deceived issuer might sign, and that break a rule.
#pragma once

#include <credence/testing/detail/attack_token.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// Signs tokens, and adds them to the attacks.
template <class Key>
class SignedAttacks {
public:
    SignedAttacks(const GoodToken& good, const Key& key, std::vector<Attack>& out)
        : good_(good), key_(key), out_(out) {}

    [[nodiscard]] const GoodToken& good() const noexcept { return good_; }

    void header(std::string rule, std::string name, std::string_view text) {
        segments(std::move(rule), std::move(name), encode_base64url(text), good_.payload);
    }
    void payload(std::string rule, std::string name, std::string_view text) {
        segments(std::move(rule), std::move(name), good_.header, encode_base64url(text));
    }
    void segments(std::string rule, std::string name, std::string_view header, std::string_view payload) {
        out_.push_back({std::move(rule), "signed: " + std::move(name), sign_segments(header, payload, key_)});
    }
    /// One claim with each of some values, as JSON text.
    void claim(const std::string& rule, const std::string& claim, std::initializer_list<std::string_view> values) {
        for (const std::string_view value : values) {
            payload(rule, claim + " is " + std::string{value}, with_member(good_.payload_json, claim, value));
        }
    }

private:
    const GoodToken& good_;
    const Key& key_;
    std::vector<Attack>& out_;
};

/// Headers. RFC 7515 §4.1.11, RFC 7797 §7
template <class Key>
void add_signed_headers(SignedAttacks<Key>& attacks) {
    const GoodToken& good = attacks.good();
    for (const std::string_view alg : {"\"none\"", "\"None\"", "\"HS1\"", "null", "7", "[]"}) {
        attacks.header("algorithm", "alg is " + std::string{alg}, with_member(good.header_json, "alg", alg));
    }
    for (const std::string_view members :
         {R"("crit":[])", R"("crit":null)", R"("crit":"exp")", R"("crit":{})", R"("crit":[7],"7":1)",
          R"("crit":["absent"])", R"("crit":["x-unknown"],"x-unknown":1)",
          R"("crit":["x-unknown","x-unknown"],"x-unknown":1)", R"("crit":["alg"])", R"("crit":["b64"],"b64":false)",
          R"("crit":["b64"],"b64":true)"}) {
        attacks.header("crit", std::string{members}, with_more(without_member(good.header_json, "crit"), members));
    }
    for (const auto& [name, value] : good.header_json.items()) {
        const std::string again = write_json(name).value() + ':' + write_json(value).value();
        attacks.header("header member", name + " twice", with_more(good.header_text, again));
    }
    attacks.header("header member", "a member twice, deep inside", with_more(good.header_text, R"("x":{"y":1,"y":1})"));
    attacks.header("header member", "kid is a number", with_member(good.header_json, "kid", "7"));
    attacks.header("header member", "typ is a list", with_member(good.header_json, "typ", "[]"));
    attacks.header("JSON", "text behind the header's object", good.header_text + "{}");
    attacks.header("JSON", "a byte order mark before the header", "\xef\xbb\xbf" + good.header_text);
    attacks.header("JSON", "a header of another encoding", with_more(good.header_text, "\"x\":\"\xff\""));
    attacks.header("depth", "a header of 33 levels", with_more(good.header_text, "\"x\":" + nested_arrays(32)));
    attacks.header("JSON", "a list as header", "[]");
    attacks.segments("encoding", "no header", "", good.payload);
}

/// Invalid or ambiguous JSON. RFC 8259, RFC 7519 §4
template <class Key>
void add_signed_json(SignedAttacks<Key>& attacks) {
    const GoodToken& good = attacks.good();
    for (const auto& [name, value] : good.payload_json.items()) {
        const std::string json = write_json(value).value();
        attacks.payload("duplicate member", name + " twice",
                        with_more(good.payload_text, write_json(name).value() + ':' + json));
        if (name == "exp") {
            attacks.payload("duplicate member", "exp twice, once with an escape",
                            with_more(good.payload_text, R"("\u0065xp":)" + json));
        }
    }
    attacks.payload("duplicate member", "a member twice, deep inside",
                    with_more(good.payload_text, R"("x":[{"y":1,"y":2}])"));
    for (const std::string_view tail : {"}", "{}", "x", ",", "//", "\x01"}) {
        attacks.payload("JSON", "'" + std::string{tail} + "' behind the claims", good.payload_text + std::string{tail});
    }
    attacks.payload("JSON", "a zero byte behind the claims", good.payload_text + '\0');
    attacks.payload("JSON", "a byte order mark before the claims", "\xef\xbb\xbf" + good.payload_text);
    for (const std::string_view member :
         {"\"x\":1,", "\"x\":NaN", "\"x\":01", "\"x\":+1", "\"x\":.5", "\"x\":1.", "x:1", "'x':1", "\"x\":'1'",
          "/**/\"x\":1", "\"x\":\"\xff\"", "\"x\":\"\xc0\xaf\"", "\"x\":\"\xed\xa0\x80\"", R"("x":"\ud800")",
          "\"x\":\"\n\"", R"("x":"\x41")", "\"\xff\":1"}) {
        attacks.payload("JSON", std::string{member}, with_more(good.payload_text, member));
    }
    for (const std::size_t levels : {32U, 1000U, 5000U}) {
        attacks.payload("depth", std::to_string(levels + 1) + " levels",
                        with_more(good.payload_text, "\"x\":" + nested_arrays(levels)));
    }
    for (const std::string_view text : {"null", "[]", "\"claims\"", "7", "true", "[{}]", ""}) {
        attacks.payload("JSON", "'" + std::string{text} + "' as claims", text);
    }
}

/// Dates. RFC 7519 §2, §4.1.4 to §4.1.6
template <class Key>
void add_signed_dates(SignedAttacks<Key>& attacks) {
    attacks.payload("missing exp", "no exp", without_member(attacks.good().payload_json, "exp"));
    attacks.claim("expired", "exp", {"0", "1", "-1", "0.999", "1e0", "1e-400", "-62135596800"});
    for (const std::string_view name : {"exp", "nbf", "iat"}) {
        attacks.claim("date", std::string{name},
                      {"null", "true", "\"9999999999\"", "\"\"", "[]", "{}", "1e400", "-1e400", "253402300800",
                       "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e30"});
    }
    attacks.claim("not yet valid", "nbf", {"253402300799", "253402300798.5", "2.5e11"});
    attacks.claim("issued in future", "iat", {"253402300799", "2.5e11"});
}

/// Names: issuer, subject, audience. RFC 7519 §4.1.1 to §4.1.3
template <class Key>
void add_signed_names(SignedAttacks<Key>& attacks) {
    const nlohmann::json& claims = attacks.good().payload_json;
    for (const std::string_view name : {"iss", "sub", "jti"}) {
        attacks.claim("claim type", std::string{name}, {"null", "7", "true", "[\"x\"]", "{}"});
    }
    attacks.claim("claim type", "aud", {"null", "7", "true", "{}", "[7]", "[[\"x\"]]"});
    if (claims.contains("iss") && claims.at("iss").is_string()) {
        const auto issuer = claims.at("iss").get<std::string>();
        for (const std::string& other : {std::string{}, issuer + "x", issuer.substr(0, issuer.size() / 2), ' ' + issuer,
                                         issuer + '\0', std::string{"https://attacker.example"}}) {
            const auto text = write_json(other);  // half of a name may end within a character
            if (text) attacks.payload("issuer", "iss is '" + other + "'", with_member(claims, "iss", *text));
        }
        attacks.payload("issuer", "no iss", without_member(claims, "iss"));
    }
    // Included whether the good token has an audience or not: a verifier without a name must refuse a token for others.
    attacks.claim("audience", "aud",
                  {"\"https://attacker.example\"", "[\"https://attacker.example\"]", "[]", "\"\"", "[\"\"]"});
    if (claims.contains("aud")) attacks.payload("audience", "no aud", without_member(claims, "aud"));
}

/// All attacks that are signed with the right key, or with the right key's text.
template <class Key>
void add_signed(const GoodToken& good, const Key& key, std::vector<Attack>& out) {
    SignedAttacks<Key> attacks{good, key, out};
    add_signed_headers(attacks);
    add_signed_json(attacks);
    add_signed_dates(attacks);
    add_signed_names(attacks);
    const auto typ = good.header_json.value("typ", nlohmann::json{});
    const std::string type = typ.is_string() ? typ.get<std::string>() : std::string{};
    if (!type.empty() && type != "JWT") {
        attacks.header("type", "typ is JWT", with_member(good.header_json, "typ", "\"JWT\""));
        attacks.header("type", "no typ", without_member(good.header_json, "typ"));
    }
    attacks.segments("padding", "padding behind the header", with_padding(good.header), good.payload);
    attacks.segments("padding", "padding behind the payload", good.header, with_padding(good.payload));
    attacks.segments("encoding", "a space behind the payload", good.header, good.payload + ' ');
    if (const auto spare = with_spare_bits(good.payload); spare != good.payload) {
        attacks.segments("encoding", "spare bits in the payload", good.header, spare);
    }
    if (const auto spare = with_spare_bits(good.header); spare != good.header) {
        attacks.segments("encoding", "spare bits in the header", spare, good.payload);
    }
}

}  // namespace credence::detail
