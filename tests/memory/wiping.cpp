// SPDX-License-Identifier: MIT
// Secrets, private keys, and states keyed with them are gone from all memory when the key is dropped, and no call
// leaves them behind. The same is tested for the content of encrypted tokens and its keys.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/sealed_cookie.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "memory/watched_memory.hpp"
#include "support/catch.hpp"
#include "support/encrypted.hpp"
#include "support/escaped.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"

using namespace credence;
namespace files = support::key_files;
using support::escaped;

namespace {

using State = std::array<std::uint32_t, 8>;

/// One compression of SHA-256, FIPS 180-4 §6.2.2: the state of a context that has hashed one block.
State state_after(std::string_view block) {
    constexpr std::array<std::uint32_t, 64> constants{
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
    constexpr State start{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint32_t, 64> words{};
    for (std::size_t at = 0; at < 64; ++at) {
        words[at / 4] = words[at / 4] << 8 | static_cast<unsigned char>(block[at]);
    }
    for (std::size_t at = 16; at < 64; ++at) {
        const std::uint32_t low = words[at - 15];
        const std::uint32_t high = words[at - 2];
        words[at] = words[at - 16] + (std::rotr(low, 7) ^ std::rotr(low, 18) ^ low >> 3) + words[at - 7] +
                    (std::rotr(high, 17) ^ std::rotr(high, 19) ^ high >> 10);
    }
    auto [a, b, c, d, e, f, g, h] = start;
    for (std::size_t at = 0; at < 64; ++at) {
        const std::uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                                    constants[at] + words[at];
        const std::uint32_t second =
            (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
    }
    State state{a, b, c, d, e, f, g, h};
    for (std::size_t at = 0; at < state.size(); ++at) state[at] += start[at];
    return state;
}

std::string padded(std::string_view secret, char pad) {
    std::string block(64, pad);
    for (std::size_t at = 0; at < secret.size(); ++at) block[at] = static_cast<char>(block[at] ^ secret[at]);
    return block;
}

std::string keyed_state(std::string_view secret, char pad) {
    const State state = state_after(padded(secret, pad));
    std::string bytes(sizeof state, '\0');
    std::memcpy(bytes.data(), state.data(), sizeof state);
    return bytes;
}

/// A sequence to search for lives outside the watched memory. Otherwise the search would find the sequence itself.
template <std::size_t Size>
struct Outside {
    explicit Outside(std::string_view bytes) { std::ranges::copy(bytes, text.begin()); }
    [[nodiscard]] std::string_view view() const { return {text.data(), Size}; }
    std::array<char, Size> text{};
};

constexpr std::string_view secret = "a secret of thirty-two bytes ...";

/// Ends the search at the end of a test.
struct Search {
    Search() = default;
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    ~Search() { watched_memory::forget(); }
};

std::string reversed(std::string_view bytes) { return {bytes.rbegin(), bytes.rend()}; }

std::string member_of(std::string_view jwk, std::string_view name) {
    const std::string start = "\"" + std::string{name} + "\":\"";
    const std::size_t at = jwk.find(start) + start.size();
    return std::string{jwk.substr(at, jwk.find('"', at) - at)};
}

}  // namespace

TEST_CASE("the watch on memory finds a known text", "[wiping]") {
    REQUIRE(watched_memory::is_watching_openssl());
    const Search search;
    watched_memory::look_for("needle in a haystack");
    void* const block = OPENSSL_malloc(100);
    std::memcpy(block, "the needle in a haystack", 24);
    CHECK(watched_memory::count_in_use("needle in a haystack") == 1);
    OPENSSL_free(block);
    CHECK(watched_memory::found_in_freed() == 1);
    {
        const std::string text(1000, 'x');
    }
    CHECK(watched_memory::found_in_freed() == 1);
    {
        const std::string text = std::string(1000, 'x') + "needle in a haystack";
    }
    CHECK(watched_memory::found_in_freed() >= 2);
}

TEST_CASE("an HMAC key leaves nothing in memory", "[wiping]") {
    const Search search;
    const Outside<32> inner_pad{padded(secret, 0x36).substr(0, 32)};
    const Outside<32> outer_pad{padded(secret, 0x5c).substr(0, 32)};
    const Outside<32> inner{keyed_state(secret, 0x36)};
    const Outside<32> outer{keyed_state(secret, 0x5c)};
    for (const std::string_view bytes : {secret, inner_pad.view(), outer_pad.view(), inner.view(), outer.view()}) {
        watched_memory::look_for(bytes);
    }
    std::array<unsigned char, 32> signature{};
    {
        std::optional keys = Keys<HS256>::from_secret(secret).value();
        CHECK(watched_memory::count_in_use(secret) == 1);
        CHECK(watched_memory::count_in_use(inner.view()) == 1);
        CHECK(watched_memory::count_in_use(outer.view()) == 1);
        REQUIRE(detail::KeyAccess::prepared(keys->encoding).sign("input", signature.data()));
        CHECK(detail::KeyAccess::prepared(keys->decoding).verify("input", signature));
        CHECK_FALSE(detail::KeyAccess::prepared(keys->decoding).verify("other", signature));
        // The context that the thread keeps for the next call holds no keyed state.
        CHECK(watched_memory::count_in_use(inner.view()) == 1);
        CHECK(watched_memory::count_in_use(outer.view()) == 1);
        CHECK(watched_memory::count_in_use(inner_pad.view()) == 0);
        CHECK(watched_memory::count_in_use(outer_pad.view()) == 0);
    }
    for (const std::string_view bytes : {secret, inner_pad.view(), outer_pad.view(), inner.view(), outer.view()}) {
        CHECK(watched_memory::count_in_use(bytes) == 0);
    }
    CHECK(watched_memory::found_in_freed() == 0);
}

TEST_CASE("after a wrong signature, the right one is not left in memory", "[wiping]") {
    const Search search;
    const auto keys = Keys<HS256>::from_secret(secret).value();
    std::array<unsigned char, 32> right{};
    REQUIRE(detail::KeyAccess::prepared(keys.encoding).sign("a message of the attacker's", right.data()));
    REQUIRE(detail::KeyAccess::prepared(keys.encoding).sign("something else", std::array<unsigned char, 32>{}.data()));
    const std::string_view text = detail::as_text(right);
    CHECK_FALSE(detail::KeyAccess::prepared(keys.decoding)
                    .verify("a message of the attacker's", std::array<unsigned char, 32>{}));
    CHECK(watched_memory::count_in_use(text) == 0);
    // As in a context: words in the byte order of this machine.
    State state{};
    for (std::size_t at = 0; at < 32; ++at) state[at / 4] = state[at / 4] << 8 | right[at];
    CHECK(watched_memory::count_in_use({reinterpret_cast<const char*>(state.data()), sizeof state}) == 0);
}

TEST_CASE("refused secrets leave nothing in memory", "[wiping]") {
    const Search search;
    watched_memory::look_for(secret.substr(0, 20));
    CHECK_FALSE(Keys<HS256>::from_secret(secret.substr(0, 20)));
    CHECK(watched_memory::count_in_use(secret.substr(0, 20)) == 0);
    CHECK(watched_memory::found_in_freed() == 0);
}

TEST_CASE("the decoded base64 of a secret or of a private key is not left in memory", "[wiping]") {
    const Search search;
    const std::string text = detail::encode_base64url(secret);
    const std::string key = detail::encode_base64url(files::p256_private);
    watched_memory::look_for(secret);
    watched_memory::look_for(files::p256_private.substr(files::p256_private.find('\n') + 1, 40));
    CHECK(Keys<HS256>::from_secret(text));
    CHECK_FALSE(Keys<HS256>::from_secret(key));
    CHECK(watched_memory::found_in_freed() == 0);
}

TEST_CASE("a private JWK leaves nothing in memory", "[wiping]") {
    for (const std::string_view jwk :
         {support::rfc7515_a2.jwk, support::rfc7515_a3.jwk, support::rfc8037_a4.jwk, support::rfc7515_a1.jwk}) {
        const Search search;
        const bool is_shared = jwk == support::rfc7515_a1.jwk;
        const std::string text = member_of(jwk, is_shared ? "k" : "d");
        const Outside<40> encoded{text.substr(0, 40)};
        const Outside<30> bytes{detail::decode_base64url(text)->substr(0, 30)};
        const Outside<30> backwards{reversed(detail::decode_base64url(text)->substr(0, 30))};
        for (const std::string_view form : {encoded.view(), bytes.view(), backwards.view()})
            watched_memory::look_for(form);
        const auto use = [&]<class Alg>(std::type_identity<Alg>) {
            const auto keys = Keys<Alg>::from_jwk(jwk);
            if (!keys) return;
            std::array<unsigned char, 256> signature{};
            REQUIRE(detail::KeyAccess::prepared(keys->encoding).sign("input", signature.data()));
        };
        use(std::type_identity<RS256>{});
        use(std::type_identity<ES256>{});
        use(std::type_identity<EdDSA>{});
        use(std::type_identity<HS256>{});
        CHECK(watched_memory::found_in_freed() == 0);
        for (const std::string_view form : {encoded.view(), bytes.view(), backwards.view()}) {
            CHECK(watched_memory::count_in_use(form) <= (form == encoded.view() ? 1 : 0));  // `text`
        }
    }
}

namespace {

/// A JWK with one member escaped: its value; its name or `kty` too; in an array; and all of these in a JWK Set.
std::vector<std::string> with_escapes(std::string_view jwk, std::string_view name) {
    const std::string value = member_of(jwk, name);
    const std::string plain = '"' + std::string{name} + "\":\"" + value + '"';
    const std::string coded = '"' + escaped(value) + '"';
    const auto with = [&](const std::string& member) {
        return std::string{jwk}.replace(jwk.find(plain), plain.size(), member);
    };
    std::vector<std::string> texts{
        with('"' + std::string{name} + "\":" + coded), with('"' + escaped(name) + "\":" + coded),
        with('"' + std::string{name} + "\":[" + coded + ']'), with("\"oth\":[" + coded + ']')};
    texts.push_back(texts[0]);
    texts.back().replace(texts.back().find("\"kty\""), 5, R"("\u006bty")");
    std::string set = "{\"keys\":[" + texts[0];
    for (const std::string& text : texts) set += ',' + text;
    texts.push_back(set + "]}");
    return texts;
}

/// Reads a text with every function that reads keys, and demands that none returns a key.
void check_makes_no_key(std::string_view text) {
    CHECK_FALSE(Keys<HS256>::from_jwk(text));
    CHECK_FALSE(Keys<ES256>::from_jwk(text));
    CHECK_FALSE(Keys<RS256>::from_jwk(text));
    CHECK_FALSE(Keys<EdDSA>::from_jwk(text));
    CHECK_FALSE(Keys<HS256>::from_secret(text));
    const auto set = KeySet<HS256>::from_jwks(text);
    CHECK((!set || set->size() == 0));
}

/// Reads each of these files, signs, and searches for the private number and for the text of the file.
template <Algorithm Alg>
void check_files(std::initializer_list<std::string_view> pems) {
    const auto first = Keys<Alg>::from_pem(*pems.begin()).value();
    const std::string number =
        *detail::decode_base64url(member_of(export_private_jwk_in_the_clear(first).value(), "d"));
    const Outside<30> bytes{number.substr(0, 30)};
    const Outside<30> backwards{reversed(number.substr(0, 30))};
    for (const std::string_view pem : pems) {
        const Search search;
        watched_memory::look_for(bytes.view());
        watched_memory::look_for(backwards.view());
        watched_memory::look_for(pem.substr(pem.rfind("-----BEGIN") + 110, 40));
        {
            const auto keys = Keys<Alg>::from_pem(pem, {.passphrase = files::passphrase});
            REQUIRE(keys);
            std::array<unsigned char, 256> signature{};
            REQUIRE(detail::KeyAccess::prepared(keys->encoding).sign("input", signature.data()));
        }
        const int found = watched_memory::found_in_freed();
        INFO(pem.substr(0, 40));
        CHECK(found == 0);
    }
}

}  // namespace

TEST_CASE("a secret with JSON escapes makes no key, and leaves nothing in memory", "[wiping]") {
    for (const std::string_view jwk :
         {support::rfc7515_a2.jwk, support::rfc7515_a3.jwk, support::rfc8037_a4.jwk, support::rfc7515_a1.jwk}) {
        for (const std::string_view name : {"k", "d", "p", "q", "dp", "dq", "qi"}) {
            if (jwk.find('"' + std::string{name} + "\":\"") == std::string_view::npos) continue;
            CAPTURE(name);
            const std::string value = member_of(jwk, name);
            const Outside<40> encoded{value.substr(0, 40)};
            const Outside<30> bytes{detail::decode_base64url(value)->substr(0, 30)};
            const std::vector<std::string> texts = with_escapes(jwk, name);
            const Search search;
            watched_memory::look_for(encoded.view());
            watched_memory::look_for(bytes.view());
            for (const std::string& text : texts) check_makes_no_key(text);
            CHECK(watched_memory::found_in_freed() == 0);
        }
    }
}

TEST_CASE("private PEM leaves nothing in memory", "[wiping]") {
    std::string with_blanks{files::p256_private};
    with_blanks.insert(with_blanks.find("-----\n") + 5, " \t");
    with_blanks.append("  ");
    check_files<ES256>({files::p256_private, files::p256_private_sec1, files::p256_private_with_parameters,
                        files::p256_private_encrypted, with_blanks});
    check_files<RS256>({files::rsa_private, files::rsa_private_pkcs1, files::rsa_private_encrypted,
                        files::rsa_private_pkcs1_encrypted});
    check_files<EdDSA>({files::ed25519_private});
    check_files<Ed448>({files::ed448_private});
}

namespace {

constexpr std::string_view content = "forty bytes of content, and some more ..";
/// A key for A256CBC-HS512. Its first half is a key for A256GCM.
constexpr std::string_view content_key = "the first half of a content key.and the second half of the key .";

[[nodiscard]] unsigned char* start_of(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

/// Decrypts a token whose content is encrypted with the known key, and the same token with a wrong tag.
template <class Alg>
void check_decryption(const EncryptionKeys<Alg>& keys, ContentAlgorithm how, const std::string& encrypted_key,
                      const std::string& members = "") {
    const std::size_t size = detail::content_suite(how).key_size();
    const std::string header =
        R"({"alg":")" + std::string{Alg::name} + R"(","enc":")" + std::string{to_string(how)} + '"' + members + '}';
    const std::string token = support::encrypted(header, content_key.substr(0, size), how, content, encrypted_key);
    const std::string changed = support::with_part(token, 4, [](std::string& bytes) { bytes[0] ^= 1; });
    CAPTURE(header);
    CHECK(decrypt(token, keys).value().text() == content);
    CHECK(decrypt(changed, keys).error().code == Errc::decryption_failed);
    CHECK(watched_memory::found_in_freed() == 0);
}

/// Decrypts a token for a key on this curve, and searches for the secret that both sides agree on, and the key from it.
void check_agreement(AgreementCurve curve) {
    const auto keys = EncryptionKeys<ECDH_ES>::generate(curve).value();
    const detail::ManagementKey& own = detail::KeyAccess::prepared(keys.decryption);
    const detail::KeyHandle sender = detail::ephemeral_key(*own.curve);
    const detail::SecretBytes agreed = detail::agree(sender.get(), own.key.get(), *own.curve);
    const detail::SecretBytes derived = detail::derive_key(agreed, "A256GCM", {}, 32);
    const std::string epk = detail::ephemeral_jwk(sender.get(), *own.curve);
    const std::string header = R"({"alg":"ECDH-ES","enc":"A256GCM","epk":)" + epk + '}';
    const std::string token = support::encrypted(header, detail::as_text(derived.view()), A256GCM, content);
    const Outside<32> shared{detail::as_text(agreed.view()).substr(0, 32)};
    const Outside<32> key{detail::as_text(derived.view())};
    watched_memory::look_for(shared.view());
    watched_memory::look_for(key.view());
    CAPTURE(to_string(curve));
    CHECK(decrypt(token, keys).value().text() == content);
    CHECK(watched_memory::count_in_use(shared.view()) == 1);  // `agreed`
    CHECK(watched_memory::count_in_use(key.view()) == 1);     // `derived`
    CHECK(watched_memory::found_in_freed() == 0);
}

struct Note {
    std::string text;
    std::string filler;  ///< written after it, so that a writer's buffer grows while it holds the text
};

}  // namespace

TEST_CASE("a decryption leaves neither the content nor its key in memory", "[wiping][jwe]") {
    const Search search;
    watched_memory::look_for(content);
    watched_memory::look_for(content_key.substr(0, 32));
    watched_memory::look_for(content_key.substr(32, 32));
    const auto wrap = EncryptionKeys<A256KW>::generate().value();
    const auto gcm_wrap = EncryptionKeys<A256GCMKW>::generate().value();
    const auto rsa = EncryptionKeys<RSA_OAEP_256>::from_pem(files::rsa_private).value();
    for (const ContentAlgorithm how : {A256GCM, A256CBC_HS512}) {
        const std::size_t size = detail::content_suite(how).key_size();
        const ByteView key = detail::as_bytes(content_key.substr(0, size));
        check_decryption(EncryptionKeys<dir>::from_secret(key).value(), how, "");
        std::string sealed(size + detail::key_wrap_overhead, '\0');
        REQUIRE(detail::wrap_key(detail::KeyAccess::prepared(wrap.encryption).secret.view(), key, start_of(sealed)));
        check_decryption(wrap, how, sealed);
        detail::SealedKey opened{.content_key = detail::SecretBytes{key}};
        REQUIRE(detail::seal_with_gcm(detail::KeyAccess::prepared(gcm_wrap.encryption).secret.view(), opened));
        check_decryption(gcm_wrap, how, opened.encrypted_key, opened.members);
        sealed.assign(256, '\0');
        REQUIRE(detail::seal_oaep(*detail::KeyAccess::prepared(rsa.encryption).contexts, sealed.size(), key,
                                  start_of(sealed)));
        check_decryption(rsa, how, sealed);
    }
}

TEST_CASE("a decryption by agreement leaves neither the shared secret nor the key from it in memory", "[wiping][jwe]") {
    const Search search;
    watched_memory::look_for(content);
    for (const AgreementCurve curve : all_agreement_curves) check_agreement(curve);
    CHECK(watched_memory::found_in_freed() == 0);
}

TEST_CASE("an encryption leaves neither the content nor its key in memory", "[wiping][jwe]") {
    const Search search;
    watched_memory::look_for(content);
    watched_memory::look_for(content_key.substr(0, 32));
    const Note note{std::string{content}, std::string(2800, 'x')};
    {
        const auto keys = EncryptionKeys<dir>::from_secret(content_key.substr(0, 32)).value();
        const auto cookie = SealedCookie<Note>::make("note", {keys}).value();
        CHECK(watched_memory::count_in_use(content_key.substr(0, 32)) == 1);
        CHECK(encrypt(content, keys));
        CHECK(encrypt(content, keys, {.content = A128CBC_HS256}));
        CHECK(encrypt(note, keys));
        CHECK(encrypt(content, EncryptionKeys<ECDH_ES_A256KW>::generate().value()));
        CHECK(cookie.seal(note));
    }
    CHECK(watched_memory::count_in_use(content_key.substr(0, 32)) == 0);
    CHECK(watched_memory::count_in_use(content) == 1);  // in `note`
    CHECK(watched_memory::found_in_freed() == 0);
}
