// SPDX-License-Identifier: MIT
// decrypt: which tokens are refused, with which code, and that no refusal reveals the result of the key's decryption.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/encrypted.hpp"
#include "support/error_queue.hpp"
#include "support/hexadecimal.hpp"
#include "support/key_files.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
namespace files = support::key_files;
using support::encrypted;
using support::with_part;

namespace {

const std::string secret(32, 'k');

const EncryptionKeys<dir>& dir_keys() {
    static const auto keys = EncryptionKeys<dir>::from_secret(secret).value();
    return keys;
}

template <class Source>
std::string outcome(std::string_view token, const Source& source, const DecryptOptions& options = {}) {
    const auto opened = decrypt(token, source, options);
    return opened ? "opened" : std::string{to_string(opened.error().code)};
}

/// The outcome of an authentic token that has these members in its header.
std::string with_header(std::string_view header, const DecryptOptions& options = {}) {
    return outcome(encrypted(header, secret), dir_keys(), options);
}

/// The token with another member in its header. It is no longer authentic.
std::string with_member(std::string_view token, const std::string& name, const json& value) {
    return with_part(token, 0, [&](std::string& header) {
        json members = json::parse(header);
        members[name] = value;
        header = members.dump();
    });
}

/// The codes of every possible fault of the wrapped key or the tag.
template <class Alg>
std::vector<std::string> damaged(const EncryptionKeys<Alg>& keys, ContentAlgorithm content) {
    const std::string token = encrypt("a text of more than sixteen bytes", keys, {.content = content}).value();
    const auto flip_last = [](std::string& bytes) { bytes.back() = static_cast<char>(bytes.back() ^ 1); };
    const auto cut = [](std::string& bytes) { bytes.pop_back(); };
    const auto grow = [](std::string& bytes) { bytes += '\0'; };
    std::vector<std::string> codes;
    for (const std::size_t part : {1U, 2U, 3U, 4U}) {
        if (support::parts_of(token)[part].empty()) continue;
        codes.push_back(outcome(with_part(token, part, flip_last), keys));
        codes.push_back(outcome(with_part(token, part, cut), keys));
        codes.push_back(outcome(with_part(token, part, grow), keys));
        codes.push_back(outcome(with_part(token, part, [](std::string& bytes) { bytes.clear(); }), keys));
    }
    codes.push_back(outcome(with_member(token, "typ", "other"), keys));
    return codes;
}

template <class Alg>
void check_damaged(const EncryptionKeys<Alg>& keys) {
    for (const ContentAlgorithm content : {A256GCM, A192CBC_HS384}) {
        for (const std::string& code : damaged(keys, content)) CHECK(code == "decryption_failed");
    }
}

}  // namespace

TEST_CASE("a token is decrypted, and its header is given", "[jwe][decrypt]") {
    const auto opened =
        decrypt(encrypted(R"({"alg":"dir","enc":"A256GCM","kid":"k","typ":"T","cty":"JWT"})", secret), dir_keys());
    REQUIRE(opened);
    CHECK(opened->text() == "secret");
    CHECK(opened->bytes().size() == 6);
    CHECK(opened->header() == EncryptionHeader{"dir", "A256GCM", "k", "T", "JWT"});
}

TEST_CASE("attack row 51: every error of the key or the tag has the same code", "[jwe][decrypt][attack-51]") {
    check_damaged(EncryptionKeys<A256KW>::from_secret(secret).value());
    check_damaged(EncryptionKeys<A256GCMKW>::from_secret(secret).value());
    check_damaged(EncryptionKeys<RSA_OAEP>::from_pem(files::rsa_private).value());
    check_damaged(EncryptionKeys<RSA_OAEP_256>::from_pem(files::rsa_private).value());
    check_damaged(EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value());
    check_damaged(EncryptionKeys<ECDH_ES_A128KW>::from_pem(files::x25519_private).value());
    for (const std::string& code : damaged(dir_keys(), A256GCM)) CHECK(code == "decryption_failed");
    const auto other = EncryptionKeys<RSA_OAEP>::generate().value();
    const auto error =
        decrypt(encrypt("x", EncryptionKeys<RSA_OAEP>::from_pem(files::rsa_private).value()).value(), other).error();
    CHECK(error.code == Errc::decryption_failed);
    CHECK(error.reason.empty());
    CHECK(error.claim.empty());
}

TEST_CASE("attack row 51: a content key of another length is refused, also if the content is sealed with a part of it",
          "[jwe][decrypt][attack-51]") {
    const auto rsa = EncryptionKeys<RSA_OAEP>::from_pem(files::rsa_private).value();
    const auto wrap = EncryptionKeys<A256KW>::from_secret(secret).value();
    for (const std::size_t size : {0U, 8U, 16U, 24U, 31U, 33U, 40U, 64U}) {
        CAPTURE(size);
        const std::string wrong(size, 'w');
        std::string part = wrong;
        part.resize(32, '\0');
        std::string sealed(256, '\0');
        REQUIRE(detail::seal_oaep(*detail::KeyAccess::prepared(rsa.encryption).contexts, sealed.size(),
                                  detail::as_bytes(wrong), reinterpret_cast<unsigned char*>(sealed.data())));
        CHECK(outcome(encrypted(R"({"alg":"RSA-OAEP","enc":"A256GCM"})", part, A256GCM, "x", sealed), rsa) ==
              "decryption_failed");
        if (size % 8 != 0 || size == 0) continue;
        sealed.assign(size + 8, '\0');
        REQUIRE(detail::wrap_key(detail::as_bytes(secret), detail::as_bytes(wrong),
                                 reinterpret_cast<unsigned char*>(sealed.data())));
        CHECK(outcome(encrypted(R"({"alg":"A256KW","enc":"A256GCM"})", part, A256GCM, "x", sealed), wrap) ==
              "decryption_failed");
    }
}

TEST_CASE("attack row 51: a damaged content key is replaced by a random one", "[jwe][decrypt][attack-51]") {
    const std::string zeros(64, '\0');
    const auto refuses = [&](const auto& keys, const std::string& members, std::size_t wrapped_size) {
        using Alg = typename std::remove_cvref_t<decltype(keys)>::algorithm;
        for (const ContentAlgorithm content : {A256GCM, A256CBC_HS512}) {
            const std::string header = R"({"alg":")" + std::string{Alg::name} + R"(","enc":")" +
                                       std::string{to_string(content)} + "\"" + members + "}";
            const std::size_t size = detail::content_suite(content).key_size();
            const std::string junk(wrapped_size == 0 ? 256 : size + wrapped_size - 1, '\1');
            CHECK(outcome(encrypted(header, zeros.substr(0, size), content, "x", junk), keys) == "decryption_failed");
        }
    };
    refuses(EncryptionKeys<A256KW>::from_secret(secret).value(), "", 9);
    refuses(EncryptionKeys<A256GCMKW>::from_secret(secret).value(),
            R"(,"iv":"AAAAAAAAAAAAAAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA")", 1);
    refuses(EncryptionKeys<RSA_OAEP>::from_pem(files::rsa_private).value(), "", 0);
    refuses(EncryptionKeys<RSA_OAEP_256>::from_pem(files::rsa_private).value(), "", 0);
    const auto agreement = EncryptionKeys<ECDH_ES_A128KW>::from_pem(files::p256_private).value();
    const std::string token = encrypt("x", agreement).value();
    const json epk = json::parse(detail::decode_base64url(support::parts_of(token)[0]).value())["epk"];
    refuses(agreement, ",\"epk\":" + epk.dump(), 9);
}

TEST_CASE("a token is refused by its size and its form first", "[jwe][decrypt][attack-18][attack-19]") {
    const std::string good = encrypted(R"({"alg":"dir","enc":"A256GCM"})", secret);
    CHECK(outcome(good, dir_keys(), {.max_token_bytes = good.size()}) == "opened");
    CHECK(outcome(good, dir_keys(), {.max_token_bytes = good.size() - 1}) == "token_too_large");
    for (const std::string_view text : {"", "a", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e.f", "{}", "...."}) {
        CHECK(outcome(text, dir_keys()) == "malformed_token");
    }
    CHECK(outcome(good + ".", dir_keys()) == "malformed_token");
    CHECK(outcome(std::string(100'000, '.'), dir_keys(), {.max_token_bytes = 1'000'000}) == "malformed_token");
    CHECK(decrypt("a.b.c", dir_keys()).error().reason == "a signed token (three parts), not an encrypted one");
}

TEST_CASE("a part that is not base64url is refused as such", "[jwe][decrypt][attack-17]") {
    const auto parts = support::parts_of(encrypted(R"({"alg":"dir","enc":"A256GCM"})", secret));
    for (std::size_t at = 0; at < parts.size(); ++at) {
        for (const char* const end : {"=", "+", "A===", " ", "\n"}) {
            auto changed = parts;
            changed[at] += end;
            CHECK(outcome(support::joined(changed), dir_keys()) == "invalid_base64");
        }
        auto padded = parts;
        padded[at] += "=";
        CHECK(decrypt(support::joined(padded), dir_keys()).error().reason ==
              "padding with =; an encrypted token has none");
    }
}

TEST_CASE("an invalid header is refused", "[jwe][decrypt][attack-16][attack-20]") {
    CHECK(with_header("") == "malformed_token");
    CHECK(with_header("[]") == "malformed_token");
    CHECK(with_header("{") == "invalid_json");
    CHECK(with_header(R"({"alg":"dir"})") == "malformed_token");
    CHECK(with_header(R"({"enc":"A256GCM"})") == "malformed_token");
    CHECK(with_header(R"({"alg":7,"enc":"A256GCM"})") == "malformed_token");
    CHECK(with_header(R"({"alg":"dir","enc":null})") == "malformed_token");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","kid":1})") == "malformed_token");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","epk":1})") == "malformed_token");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","enc":"A256GCM"})") == "duplicate_member");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","\u0065nc":"A256GCM"})") == "duplicate_member");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","epk":{"x":"a","x":"b"}})") == "duplicate_member");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM"} x)") == "invalid_json");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","a":)" + std::string(40, '[') + std::string(40, ']') + "}") ==
          "invalid_json");
    std::string many = R"({"alg":"dir","enc":"A256GCM")";
    for (int count = 0; count < 63; ++count) many += ",\"m" + std::to_string(count) + "\":1";
    CHECK(with_header(many + "}") == "malformed_token");
}

TEST_CASE("attack row 30: an unsafe or unlisted algorithm is refused before any computation",
          "[jwe][decrypt][attack-30]") {
    for (const std::string_view alg : {"RSA1_5", "none", "HS256", "DIR", "dir "}) {
        CHECK(with_header(json{{"alg", alg}, {"enc", "A256GCM"}}.dump()) == "unsupported_algorithm");
    }
    const std::string pbes2 = R"({"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2s":"c2FsdHNhbHQ","p2c":2147483647})";
    CHECK(with_header(pbes2) == "unsupported_algorithm");
    CHECK(decrypt(encrypted(pbes2, secret), dir_keys()).error().reason == "RSA1_5 and PBES2 are never supported");
    CHECK(with_header(R"({"alg":"A256KW","enc":"A256GCM"})") == "algorithm_not_allowed");
    CHECK(with_header(R"({"alg":"dir","enc":"A256CBC"})") == "unsupported_algorithm");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM"})", {.content = {A128GCM, A128CBC_HS256}}) ==
          "algorithm_not_allowed");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM"})", {.content = A256GCM}) == "opened");
}

TEST_CASE("attack row 31: compressed content is refused", "[jwe][decrypt][attack-31]") {
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","zip":"DEF"})") == "unsupported_algorithm");
    CHECK(with_header(R"({"alg":"dir","enc":"A256GCM","zip":null})") == "unsupported_algorithm");
}

TEST_CASE("crit has the rules of signed tokens", "[jwe][decrypt][attack-25]") {
    const auto with_crit = [](const std::string& members, const DecryptOptions& options = {}) {
        return with_header(R"({"alg":"dir","enc":"A256GCM",)" + members + "}", options);
    };
    for (const std::string members : {R"("crit":[])", R"("crit":"x")", R"("crit":["x"])", R"("crit":["x"],"x":1)",
                                      R"("crit":["enc"])", R"("crit":["zip"])", R"("crit":null)"}) {
        CHECK(with_crit(members) == "unsupported_critical_header");
    }
    CHECK(with_crit(R"("crit":["x"],"x":1)", {.understood = {"x"}}) == "opened");
    CHECK(with_crit(R"("crit":["enc"])", {.understood = {"enc"}}) == "unsupported_critical_header");
}

TEST_CASE("a member that the key management needs must be there", "[jwe][decrypt]") {
    const auto wrap = EncryptionKeys<A256GCMKW>::from_secret(secret).value();
    const auto agreement = EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value();
    CHECK(outcome(encrypted(R"({"alg":"A256GCMKW","enc":"A256GCM","tag":"a"})", secret), wrap) == "malformed_token");
    CHECK(outcome(encrypted(R"({"alg":"A256GCMKW","enc":"A256GCM","iv":"a"})", secret), wrap) == "malformed_token");
    CHECK(outcome(encrypted(R"({"alg":"ECDH-ES","enc":"A256GCM"})", secret), agreement) == "malformed_token");
    const std::string token = encrypt("x", wrap).value();
    for (const std::string value : {"", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA=", "*"}) {
        CHECK(outcome(with_member(token, "iv", value), wrap) == "decryption_failed");
        CHECK(outcome(with_member(token, "tag", value), wrap) == "decryption_failed");
    }
}

TEST_CASE("an encrypted key that the algorithm does not use is refused", "[jwe][decrypt]") {
    const std::string token = encrypted(R"({"alg":"dir","enc":"A256GCM"})", secret, A256GCM, "x", "a key");
    CHECK(outcome(token, dir_keys()) == "decryption_failed");
    const auto agreement = EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value();
    const std::string agreed = encrypt("x", agreement).value();
    CHECK(outcome(with_part(agreed, 1, [](std::string& bytes) { bytes = "key"; }), agreement) == "decryption_failed");
}

TEST_CASE("attack row 32: a point that is not on the curve of the key is refused",
          "[jwe][decrypt][attack-32][attack-51]") {
    const auto keys = EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value();
    const std::string token = encrypt("x", keys).value();
    const json good = json::parse(detail::decode_base64url(support::parts_of(token)[0]).value())["epk"];
    const auto with = [&](const std::string& name, const json& value) {
        json epk = good;
        epk[name] = value;
        return outcome(with_member(token, "epk", epk), keys);
    };
    CHECK(with("y", good["x"]) == "decryption_failed");
    CHECK(with("x", std::string(43, 'A')) == "decryption_failed");
    CHECK(with("x", good["x"].get<std::string>() + "AAAA") == "decryption_failed");
    CHECK(with("x", good["x"].get<std::string>() + "=") == "decryption_failed");
    CHECK(with("x", 7) == "decryption_failed");
    CHECK(with("crv", "P-384") == "decryption_failed");
    CHECK(with("crv", "X25519") == "decryption_failed");
    CHECK(with("kty", "OKP") == "decryption_failed");
    CHECK(with("d", "AAAA") == "decryption_failed");
    const auto other = EncryptionKeys<ECDH_ES>::from_pem(files::p384_private).value();
    CHECK(outcome(token, other) == "decryption_failed");
    CHECK(outcome(with_member(token, "epk", json::object()), keys) == "decryption_failed");
    CHECK(outcome(with_member(token, "apu", "*"), keys) == "decryption_failed");
}

TEST_CASE("attack row 32: an epk with another curve or key type is refused, also in an authentic header",
          "[jwe][decrypt][attack-32]") {
    const auto check = [](std::string_view pem, const std::string& other_curve, const std::string& other_type) {
        const auto keys = EncryptionKeys<ECDH_ES>::from_pem(pem).value();
        const detail::SharedManagementKey own = detail::KeyAccess::shared(keys.decryption);
        const detail::KeyHandle sender = detail::ephemeral_key(*own->curve);
        const auto shared = detail::agree(own->key.get(), sender.get(), *own->curve);
        const auto content_key = detail::derive_key(shared, "A256GCM", {}, 32);
        const json epk = json::parse(detail::ephemeral_jwk(sender.get(), *own->curve));
        const auto with = [&](const std::string& name, const json& value) {
            json header{{"alg", "ECDH-ES"}, {"enc", "A256GCM"}, {"epk", epk}};
            header["epk"][name] = value;
            return outcome(encrypted(header.dump(), detail::as_text(content_key.view())), keys);
        };
        CHECK(with("kid", "another member") == "opened");
        CHECK(with("crv", other_curve) == "decryption_failed");
        CHECK(with("crv", "") == "decryption_failed");
        CHECK(with("crv", nullptr) == "decryption_failed");
        CHECK(with("kty", other_type) == "decryption_failed");
        CHECK(with("kty", "oct") == "decryption_failed");
        CHECK(with("d", "AAAA") == "decryption_failed");
    };
    check(files::p256_private, "P-384", "OKP");
    check(files::p384_private, "P-256", "OKP");
    check(files::x25519_private, "Ed25519", "EC");
}

TEST_CASE("attack row 32: a point of small order, whose shared secret is zero, is refused",
          "[jwe][decrypt][attack-32][attack-51]") {
    const auto check = [](const auto& keys, const std::string& crv, std::initializer_list<std::string_view> points) {
        // The content key that follows from a secret of zero: the sender of such a point can compute it.
        const detail::SecretBytes zero{crv == "X448" ? std::size_t{56} : std::size_t{32}};
        const auto content_key = detail::derive_key(zero, "A256GCM", {}, 32);
        for (const std::string_view point : points) {
            CAPTURE(crv, point);
            const std::string x = detail::encode_base64url(support::from_hex(point));
            const json header{
                {"alg", "ECDH-ES"}, {"enc", "A256GCM"}, {"epk", {{"kty", "OKP"}, {"crv", crv}, {"x", x}}}};
            CHECK(outcome(encrypted(header.dump(), detail::as_text(content_key.view())), keys) == "decryption_failed");
        }
    };
    // RFC 7748 §6.1: u = 0, 1, the two of order 8, p - 1, and p and p + 1, which are other spellings of 0 and 1.
    check(EncryptionKeys<ECDH_ES>::from_pem(files::x25519_private).value(), "X25519",
          {"0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"});
    // RFC 7748 §6.2: u = 0, 1, p - 1, p and p + 1.
    check(EncryptionKeys<ECDH_ES>::generate(AgreementCurve::X448).value(), "X448",
          {"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
           "00000",
           "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
           "00000",
           "fefffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffffffffffffffffffffffffffffffffffffffffffffff"
           "fffff",
           "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffffffffffffffffffffffffffffffffffffffffffffff"
           "fffff",
           "00000000000000000000000000000000000000000000000000000000fffffffffffffffffffffffffffffffffffffffffffffffffff"
           "fffff"});
}

TEST_CASE("a token longer than OpenSSL's int sizes is refused, whatever the limit", "[jwe][decrypt][attack-19]") {
    // Only address space: the length is checked before a byte is read.
    const std::size_t size = detail::longest_jwe + 1;
    const std::unique_ptr<char[]> room{new (std::nothrow) char[size]};
    if (!room) return;
    CHECK(outcome({room.get(), size}, dir_keys(), {.max_token_bytes = size}) == "token_too_large");
    CHECK(detail::base64url_encoded_size(detail::longest_plaintext) < detail::longest_jwe);
}

TEST_CASE("OpenSSL's error queue stays unchanged", "[jwe][decrypt]") {
    const auto keys = EncryptionKeys<A256KW>::from_secret(secret).value();
    const std::string token = encrypt("x", keys).value();
    support::check_error_queue_around([&] {
        CHECK(outcome(token, keys) == "opened");
        CHECK(outcome(with_part(token, 1, [](std::string& bytes) { bytes[0] ^= 1; }), keys) == "decryption_failed");
        CHECK(outcome(with_part(token, 4, [](std::string& bytes) { bytes[0] ^= 1; }), keys) == "decryption_failed");
        CHECK_FALSE(EncryptionKey<ECDH_ES>::from_pem(files::rsa_public));
    });
}

TEST_CASE("only decrypt makes a Decrypted", "[jwe]") {
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<Decrypted>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Decrypted, EncryptionHeader, detail::SecretBytes>);
}
