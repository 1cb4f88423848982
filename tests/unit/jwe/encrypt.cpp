// SPDX-License-Identifier: MIT
// encrypt: the content of the token that it writes.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/encrypted.hpp"
#include "support/key_files.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
namespace files = support::key_files;

namespace {

struct Order {
    std::string item;
    int count = 0;
};

json header_of(std::string_view token) {
    return json::parse(detail::decode_base64url(support::parts_of(token)[0]).value());
}

const std::string secret_of_32(32, 'b');

}  // namespace

TEST_CASE("the header has alg, enc and the members of the options", "[jwe][encrypt]") {
    const auto keys = EncryptionKeys<A256KW>::from_secret(secret_of_32).value().with_kid("k1");
    CHECK(header_of(encrypt("x", keys).value()) == json{{"alg", "A256KW"}, {"enc", "A256GCM"}, {"kid", "k1"}});
    const EncryptOptions options{.content = A128CBC_HS256, .kid = "k2", .type = "at+jwt", .content_type = "JWT"};
    CHECK(header_of(encrypt("x", keys, options).value()) ==
          json{{"alg", "A256KW"}, {"enc", "A128CBC-HS256"}, {"kid", "k2"}, {"typ", "at+jwt"}, {"cty", "JWT"}});
    CHECK(encrypt("x", keys, {.kid = "\xff"}).error().code == Errc::invalid_json);
    CHECK(encrypt("x", keys, {.kid = "\xff"}).error().reason == "a member of the header is not UTF-8");
}

TEST_CASE("encrypt refuses a header with more escapes than decrypt accepts", "[jwe][encrypt]") {
    const auto keys = EncryptionKeys<A256KW>::from_secret(secret_of_32).value();
    const auto longest = encrypt("x", keys, {.kid = std::string(512, '\n')});
    REQUIRE(longest);
    CHECK(decrypt(*longest, keys));
    CHECK(encrypt("x", keys, {.kid = std::string(513, '\n')}).error().code == Errc::malformed_token);
    CHECK(encrypt("x", keys, {.kid = std::string(512, '\\')}));  // each of which is written with two
    CHECK(encrypt("x", keys, {.kid = std::string(513, '\\')}).error().code == Errc::malformed_token);
}

TEST_CASE("the parts have the lengths of RFC 7518", "[jwe][encrypt]") {
    const auto keys = EncryptionKeys<dir>::from_secret(secret_of_32).value();
    const auto sizes = [&](std::string_view text, ContentAlgorithm content) {
        std::vector<std::size_t> found;
        for (const std::string& part : support::parts_of(encrypt(text, keys, {.content = content}).value())) {
            found.push_back(detail::base64url_decoded_size(part.size()));
        }
        found.erase(found.begin());
        return found;
    };
    CHECK(sizes("", A256GCM) == std::vector<std::size_t>{0, 12, 0, 16});
    CHECK(sizes("fifteen bytes..", A256GCM) == std::vector<std::size_t>{0, 12, 15, 16});
    CHECK(sizes("", A128CBC_HS256) == std::vector<std::size_t>{0, 16, 16, 16});
    CHECK(sizes("sixteen bytes...", A128CBC_HS256) == std::vector<std::size_t>{0, 16, 32, 16});
}

TEST_CASE("no two tokens have an IV or an encrypted key in common", "[jwe][encrypt]") {
    const auto keys = EncryptionKeys<A256GCMKW>::from_secret(secret_of_32).value();
    std::set<std::string> seen;
    for (int count = 0; count < 20; ++count) {
        const std::string token = encrypt("x", keys).value();
        const auto parts = support::parts_of(token);
        CHECK(seen.insert(parts[1]).second);
        CHECK(seen.insert(parts[2]).second);
        CHECK(seen.insert(header_of(token)["iv"]).second);
    }
}

TEST_CASE("an agreement names its ephemeral key and its parties", "[jwe][encrypt]") {
    const auto sealed = [](std::string_view file) {
        const auto keys = EncryptionKeys<ECDH_ES>::from_pem(file).value();
        const std::string token = encrypt("text", keys, {.producer = "Alice", .recipient = "Bob"}).value();
        CHECK(decrypt(token, keys).value().text() == "text");
        return header_of(token);
    };
    const json p521 = sealed(files::p521_private);
    CHECK(p521["apu"] == "QWxpY2U");
    CHECK(p521["apv"] == "Qm9i");
    CHECK(p521["epk"]["kty"] == "EC");
    CHECK(p521["epk"]["crv"] == "P-521");
    CHECK(p521["epk"]["x"].get<std::string>().size() == 88);
    CHECK(p521["epk"].size() == 4);
    const json x25519 = sealed(files::x25519_private);
    CHECK(x25519["epk"]["kty"] == "OKP");
    CHECK(x25519["epk"]["crv"] == "X25519");
    CHECK(x25519["epk"].size() == 3);
}

TEST_CASE("the plaintext of encrypted claims is the payload that encode would sign", "[jwe][encrypt]") {
    const auto keys = EncryptionKeys<A256KW>::from_secret(secret_of_32).value();
    const std::string token = encrypt(Order{"tea", 2}, keys).value();
    CHECK(decrypt(token, keys).value().text() == R"({"item":"tea","count":2})");
    CHECK(decrypt(encrypt(json{{"a", 1}}, keys).value(), keys).value().text() == R"({"a":1})");
    CHECK(encrypt(json(7), keys).error().code == Errc::malformed_token);
    CHECK(encrypt(Order{"\xff", 2}, keys).error().code == Errc::invalid_json);
}
