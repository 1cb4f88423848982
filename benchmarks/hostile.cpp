// SPDX-License-Identifier: MIT
// Hostile tokens: the dearest ones within the size limit that are known, as a verifier of RS256 keys and a verifier of
// two issuers refuse them. Each is to cost less than two verifications.
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/verifier.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"

namespace {

using credence::RS256;
using credence::detail::encode_base64url;
using support::Small;

constexpr std::size_t most_bytes = 16 * 1024;
/// As much text as fits into one part of a token, once it is encoded.
constexpr std::size_t most_text = (most_bytes - 400) / 4 * 3;

/// Repeats what `piece` gives for each number, as long as there is room.
template <class Piece>
std::string repeated(std::string begin, const Piece& piece, std::string_view end) {
    for (int number = 0;; ++number) {
        const std::string next = piece(number);
        if (begin.size() + next.size() + end.size() > most_text) return begin.append(end);
        begin.append(next);
    }
}
std::string member(int number) { return ",\"m" + std::to_string(number) + "\":0"; }

std::string with_header(std::string_view header) {
    return encode_base64url(header) + "." + encode_base64url("{}") + "." + std::string(342, 'A');
}
/// An unsigned payload under a plain header.
std::string with_payload(std::string_view payload) {
    return encode_base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + encode_base64url(payload) + "." +
           std::string(342, 'A');
}

std::vector<std::pair<std::string, std::string>> hostile_tokens() {
    const std::string plain = R"({"alg":"RS256")";
    // Last of all, so that what is before it must be read to find the verifier.
    const std::string begin = R"({"a":0)", issuer = R"(,"iss":"https://id.example"})";
    const auto escaped_member = [](int number) { return ",\"\\u006d" + std::to_string(number) + "\":0"; };
    return {
        {"signature", with_payload("{}")},
        {"dots", std::string(most_bytes, '.')},
        {"one_part", std::string(most_bytes, 'A')},
        {"header_members", with_header(repeated(plain, member, "}"))},
        {"header_crit",
         with_header(repeated(
             plain + R"(,"crit":["a")", [](int number) { return ",\"c" + std::to_string(number) + "\""; }, "]}"))},
        {"header_depth", with_header(plain + R"(,"x":)" + std::string(most_text / 2, '[') + "}")},
        {"header_escapes", with_header(repeated(
                               plain + R"(,"kid":")", [](int) { return R"(\ud83d\ude00)"; }, R"("})"))},
        {"header_nested", with_header(repeated(plain + R"(,"x":{"a":0)", member, "}}"))},
        {"header_spaces", with_header(plain + std::string(most_text - 20, ' ') + "}")},
        {"header_numbers", with_header(repeated(
                               plain + R"(,"x":[0)", [](int) { return ",1e-300"; }, "]}"))},
        {"header_last_fault", with_header(plain + R"(,"x":")" + std::string(most_text - 40, 'x') + "\"")},
        {"header_utf8", with_header(repeated(
                            plain + R"(,"x":")", [](int) { return "\xc3\xa9"; }, "\"}"))},
        {"header_short_escapes", with_header(repeated(
                                     plain + R"(,"kid":")", [](int) { return R"(\n)"; }, R"("})"))},
        {"header_strings", with_header(repeated(
                               plain + R"(,"x":[0)", [](int) { return ",\"\""; }, "]}"))},
        {"payload_members", with_payload(repeated(begin, member, issuer))},
        {"payload_escaped_names", with_payload(repeated(begin, escaped_member, issuer))},
        {"payload_nested", with_payload(repeated(begin + R"(,"x":[{"a":0)", member, "}]" + issuer))},
        {"payload_objects", with_payload(repeated(
                                begin + R"(,"x":[0)", [](int) { return R"(,{"a":0})"; }, "]" + issuer))},
        {"payload_escapes", with_payload(repeated(
                                begin + R"(,"x":")", [](int) { return R"(\ud83d\ude00)"; }, "\"" + issuer))},
        {"payload_spaces", with_payload(repeated(
                               begin + R"(,"x":[0)", [](int) { return " ,0"; }, "]" + issuer))},
        {"payload_numbers", with_payload(repeated(
                                begin + R"(,"x":[0)", [](int) { return ",1e-300"; }, "]" + issuer))},
    };
}

credence::Validation<Small> rules() {
    return {.issuer = "https://id.example", .audience = credence::any_audience, .max_token_bytes = most_bytes};
}

/// The work is done if the token is refused.
template <class Verifier>
void add_refusal(const std::string& name, const Verifier& verifier, const std::string& token) {
    if (token.size() > most_bytes) throw std::runtime_error{name + " is too long"};
    support::add(name, [verifier, token] { return [verifier, token] { return !verifier.verify(token); }; });
}

}  // namespace

void jobs::add_hostile() {
    const auto one = credence::verifier_for<Small>(support::keys<RS256>(), rules());
    auto other_rules = rules();
    other_rules.issuer = "https://other.example";
    const credence::Verifiers two{credence::verifier_for<Small>(support::keys<RS256>(), other_rules), one};
    for (const auto& [name, token] : hostile_tokens()) {
        add_refusal("hostile/one/" + name, one, token);
        add_refusal("hostile/two/" + name, two, token);
    }
}
