// SPDX-License-Identifier: MIT
// Inputs that are as large, as deep or as numerous as a client could send. Each gets its answer, and takes memory in
// proportion to its size. `limits "[table]"` prints the table of docs/why/what_was_tried.md, with this machine's times.
#include <credence/http/bearer.hpp>
#include <credence/http/cookie.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "limits/peak_memory.hpp"
#include "support/catch.hpp"
#include "support/tokens.hpp"

#include <nlohmann/json.hpp>

using namespace credence;

namespace support {

struct Lists {
    std::vector<std::vector<std::string>> a;
};

}  // namespace support

namespace {

constexpr std::size_t million = 1'000'000;
/// A limit for inputs that must pass the first check, whose default is 16 KiB.
constexpr std::size_t unlimited = 100 * million;

/// One input: its name, its text, the function that reads it, the answer, and the most memory for each byte of it.
struct Case {
    std::string name;
    std::string input;
    std::function<std::string(const std::string&)> judge;
    std::string answer;
    double bytes_per_byte;
};

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    all.reserve(text.size() * count);
    for (; count > 0; --count) all += text;
    return all;
}

/// `{"exp":…,` and members with numbers in their names.
std::string object_of(std::size_t members, std::string_view begin = R"({"exp":1700000001,"role":"r")") {
    std::string text{begin};
    for (std::size_t index = 0; index < members; ++index) text += ",\"name" + std::to_string(index) + "\":1";
    return text + '}';
}

std::string usual(const std::string& token) { return support::verdict(token); }
std::string as_dom(const std::string& token) {
    return support::verdict<nlohmann::json>(token, {.max_token_bytes = unlimited});
}
std::string as_typed(const std::string& token) {
    return support::verdict<support::AccountClaims>(token,
                                                    {.audience = credence::any_audience, .max_token_bytes = unlimited});
}
std::string as_lists(const std::string& token) {
    return support::verdict<support::Lists>(token, {.max_token_bytes = unlimited});
}
std::string as_field(const std::string& value) {
    static const auto verifier = verifier_for<support::AccountClaims>(support::account_keys());
    const auto who = require_bearer(value, verifier);
    return who ? "accepted" : std::to_string(who.error().status) + ' ' + support::in_words(who.error().reason);
}
std::string as_cookies(const std::string& field) {
    const auto found = find_cookie(field, "token");
    return !found ? support::in_words(found.error()) : *found ? "found" : "absent";
}
std::string as_key(const std::string& text) {
    const auto key = DecodingKey<RS256>::from_pem(text);
    return key ? "accepted" : support::in_words(key.error());
}
std::string as_key_set(const std::string& text) {
    const auto set = KeySet<RS256, ES256>::from_jwks(text);
    return set ? "accepted" : support::in_words(set.error());
}

std::string with_payload(const std::string& payload) { return support::signed_payload(payload); }
std::string with_header(const std::string& header) { return support::signed_texts(header, R"({"exp":1700000001})"); }
std::string with_claim(const std::string& json) {
    return with_payload(R"({"exp":1700000001,"role":"r","a":)" + json + '}');
}

std::string forged(std::string token) {
    token[token.size() - 3] = token[token.size() - 3] == 'A' ? 'B' : 'A';
    return token;
}

std::vector<Case> refused_by_size() {
    return {
        {"token of 10 MB", std::string(10 * million, 'a'), usual, "token_too_large", 0.001},
        {"10 million dots", std::string(10 * million, '.'), usual, "token_too_large", 0.001},
        {"header of 100 KB", with_header(R"({"alg":"HS256","x":")" + std::string(100'000, 'x') + "\"}"), usual,
         "token_too_large", 0.01},
        {"`Bearer` and 10 MB", "Bearer " + std::string(10 * million, 'a'), as_field, "401 token_too_large", 0.001},
        {"`Bearer` and 10 million spaces", "Bearer" + std::string(10 * million, ' '), as_field,
         "400 malformed_credentials", 0.001},
        {"another scheme, 10 million commas", "Digest " + std::string(10 * million, ','), as_field,
         "401 missing_credentials", 0.001},
        {"a million cookies", repeated("a=b; ", million) + "token=x", as_cookies, "found", 0.001},
        {"key file of 10 MB", std::string(10 * million, '-'), as_key, "invalid_key", 0.01},
        {"key set of 10 MB", R"({"keys":[)" + std::string(10 * million, ' ') + "]}", as_key_set, "invalid_key", 0.01},
        {"key set of 100,000 keys", R"({"keys":[{})" + repeated(",{}", 100'000) + "]}", as_key_set, "invalid_key", 80},
    };
}

std::vector<Case> refused_although_unlimited() {
    return {
        {"10 million dots", std::string(10 * million, '.'), as_dom, "malformed_token", 0.001},
        {"10 MB, wrong signature", forged(with_payload(std::string(7 * million, '['))), as_dom, "invalid_signature",
         0.001},
        {"a million `[`", with_claim(std::string(million, '[')), as_dom, "invalid_json", 1},
        {"a million `[`, ignored by the claims type", with_claim(std::string(million, '[')), as_typed, "invalid_json",
         1},
        {"a million `{\"a\":`", with_payload(repeated(R"({"a":)", million)), as_dom, "invalid_json", 1},
        {"header of a million `[`", with_header(R"({"alg":"HS256","x":)" + std::string(million, '[')), as_dom,
         "invalid_json", 1},
        {"`crit` of 100,000 names", with_header(R"({"alg":"HS256","crit":["a")" + repeated(R"(,"a")", 100'000) + "]}"),
         as_dom, "unsupported_critical_header", 16},
        {"header of 10,000 members", with_header(object_of(10'000, R"({"alg":"HS256")")), as_dom, "malformed_token", 6},
        {"100,000 members, the last one twice", with_payload(object_of(100'000, R"({"exp":1700000001,"name99999":1)")),
         as_typed, "duplicate_member", 6},
        {"`exp` of a million digits", with_payload(R"({"exp":)" + std::string(million, '9') + '}'), as_typed,
         "invalid_claim_type exp", 3},
    };
}

std::vector<Case> accepted_when_unlimited() {
    return {
        {"claim of 10 MB", with_claim('"' + std::string(7 * million, 'x') + '"'), as_typed, "accepted", 1},
        {"claim of 10 MB, kept", with_claim('"' + std::string(7 * million, 'x') + '"'), as_dom, "accepted", 3},
        {"claim of a million escapes", with_claim('"' + repeated("\\u00e9", million) + '"'), as_typed, "accepted", 2},
        {"100,000 members", with_payload(object_of(100'000)), as_typed, "accepted", 6},
        {"100,000 members, kept", with_payload(object_of(100'000)), as_dom, "accepted", 12},
        {"`aud` of 100,000 names",
         with_payload(R"({"exp":1700000001,"role":"r","aud":["a")" + repeated(R"(,"a")", 100'000) + "]}"), as_typed,
         "accepted", 32},
        {"100,000 lists of one name", with_claim("[[\"\"]" + repeated(",[\"\"]", 100'000) + ']'), as_lists, "accepted",
         32},
        {"header of 100 KB", with_header(R"({"alg":"HS256","x":")" + std::string(100'000, 'x') + "\"}"), as_dom,
         "accepted", 1},
    };
}

void check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        INFO(one.name << ", " << one.input.size() << " bytes");
        static_cast<void>(one.judge(one.input.substr(0, 100)));  // allocates objects that are kept after the first use
        static_cast<void>(credence::detail::usual_header({}));   // the same for the first header
        std::string answer;
        const std::size_t used = peak_memory::of([&] { answer = one.judge(one.input); });
        CHECK(answer == one.answer);
        CHECK(static_cast<double>(used) < 4096 + one.bytes_per_byte * static_cast<double>(one.input.size()));
    }
}

void print_row(const Case& one, std::string_view limit) {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    std::string answer;
    static_cast<void>(one.judge(one.input));
    const std::size_t used = peak_memory::of([&] { answer = one.judge(one.input); });
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        static_cast<void>(one.judge(one.input));
        best = (std::min)(best, Milliseconds(std::chrono::steady_clock::now() - begin).count());
    }
    std::printf("| %s | %.*s | %.1f KB | `%s` | %.1f KB | %.2f ms |\n", one.name.c_str(),
                static_cast<int>(limit.size()), limit.data(), static_cast<double>(one.input.size()) / 1000,
                answer.c_str(), static_cast<double>(used) / 1000, best);
}

}  // namespace

TEST_CASE("an input over its size limit is refused before it costs memory") { check(refused_by_size()); }

TEST_CASE("without a size limit, a malformed input costs memory in proportion to its size") {
    check(refused_although_unlimited());
}

TEST_CASE("without a size limit, an accepted input costs memory in proportion to its size") {
    check(accepted_when_unlimited());
}

TEST_CASE("a table of the tested inputs", "[.][table]") {
    for (const Case& one : refused_by_size()) print_row(one, "usual");
    for (const Case& one : refused_although_unlimited()) print_row(one, "raised");
    for (const Case& one : accepted_when_unlimited()) print_row(one, "raised");
    SUCCEED();
}
