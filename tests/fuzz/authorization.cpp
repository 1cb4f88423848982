// SPDX-License-Identifier: MIT
// The value of an Authorization field. Credentials are found by the grammar of RFC 6750 and RFC 9110; OpenSSL's
// one-shot HMAC confirms the signature of every accepted token; and the answer holds no byte of the value.
#include <credence/http/bearer.hpp>
#include <credence/http/rejection.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/unverified.hpp>
#include <credence/http/detail/credentials.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"
#include "support/tokens.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace {

using credence::Errc;
using support::demand;

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";

/// The token that the grammar finds: the scheme without case, one space or more, one token68; white space around them.
std::optional<std::string> expected_token(const std::string& value) {
    static const std::regex credentials{"[ \t]*[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)[ \t]*"};
    std::smatch match;
    if (value.size() > 4096 || !std::regex_match(value, match, credentials)) return std::nullopt;
    return match[1].str();
}

bool is_signed(std::string_view token) {
    const std::size_t end = token.rfind('.');
    std::array<unsigned char, 32> mac{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(token.data()), end, mac.data(), &size);
    const std::string text{reinterpret_cast<const char*>(mac.data()), mac.size()};
    return credence::detail::encode_base64url(text) == token.substr(end + 1);
}

const auto& verifier() {
    static const auto made =
        credence::verifier_for<nlohmann::json>(support::account_keys(), {.clock = support::noon_clock});
    return made;
}

/// The input itself as a token.
void try_as_token(std::string_view text) {
    static const auto set = credence::KeySet<credence::ES256, credence::EdDSA>::from_jwks(R"({"keys":[]})").value();
    demand(!credence::decode<nlohmann::json>(text, set), "an empty set verifies nothing");
    static_cast<void>(credence::unverified::header(text));
    static_cast<void>(credence::unverified::header_json(text));
    static_cast<void>(credence::unverified::claims_json(text));
    if (verifier().verify(text)) demand(is_signed(text), "an accepted token is signed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string value{support::fuzz_input(data, size)};
    const auto expected = expected_token(value);
    const auto found = credence::detail::token_of_field(value, "Bearer");
    if (value.size() <= 4096) demand(found.has_value() == expected.has_value(), "the grammar decides");
    if (found && expected) demand(*found == *expected, "the token is the one of the grammar");

    const auto who = credence::require_bearer(value, verifier());
    if (who) {
        demand(found && is_signed(*found), "an accepted token is signed");
    } else {
        const auto& refused = who.error();
        demand(refused == credence::Rejection::from(refused.reason), "the answer follows from the reason alone");
        demand(refused.status == 401 || refused.status == 400, "the client is at fault");
        demand(found || refused.reason.code == found.error().code, "the reason is that of the credentials");
    }
    try_as_token(value);
    if (found) try_as_token(*found);
    support::demand_clean_error_queue();
    return 0;
}
