// SPDX-License-Identifier: MIT
// Encrypted tokens. Any text as a token is refused or decrypted. If it is decrypted, OpenSSL's own AEAD gives the same
// plaintext, and the token is refused with any bit changed. Any plaintext comes back unchanged, for each algorithm.
#include "support/encrypted.hpp"

#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"
#include "support/key_files.hpp"

#include <openssl/evp.h>

namespace {

using namespace credence;
namespace files = support::key_files;

const std::string secret(32, 'k');

/// The plaintext of a `dir` token with A256GCM, decrypted by OpenSSL alone; nullopt if that fails.
std::optional<std::string> opened_by_openssl(const support::EncryptedParts& parts) {
    const auto bytes = [&](std::size_t part) { return detail::decode_base64url(parts.at(part)).value_or(""); };
    const std::string iv = bytes(2);
    const std::string ciphertext = bytes(3);
    std::string tag = bytes(4);
    std::string plaintext(ciphertext.size() + 16, '\0');
    const auto in = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
    const detail::CipherContext context{EVP_CIPHER_CTX_new()};
    int size = 0;
    if (iv.size() != 12 || tag.size() != 16 ||
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(secret), in(iv)) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, 16, tag.data()) != 1 ||
        EVP_DecryptUpdate(context.get(), nullptr, &size, in(parts[0]), static_cast<int>(parts[0].size())) != 1 ||
        EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char*>(plaintext.data()), &size, in(ciphertext),
                          static_cast<int>(ciphertext.size())) != 1) {
        return std::nullopt;
    }
    const auto opened = static_cast<std::size_t>(size);
    if (EVP_DecryptFinal_ex(context.get(), reinterpret_cast<unsigned char*>(plaintext.data()) + opened, &size) != 1) {
        return std::nullopt;
    }
    plaintext.resize(opened);
    return plaintext;
}

/// The token with one authenticated bit changed: in the text of the header, or in the bytes of another part.
std::string flipped(std::string_view token, std::size_t bit) {
    const std::size_t part = bit % 5;
    if (support::parts_of(token).at(part).empty()) return {};
    return support::with_part(token, part, [&](std::string& bytes) {
        char& byte = bytes[bit / 5 % bytes.size()];
        byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    });
}

template <class Alg>
void check_round_trip(const EncryptionKeys<Alg>& keys, ContentAlgorithm content, std::string_view plaintext,
                      std::size_t bit) {
    const auto token = encrypt(plaintext, keys, {.content = content});
    support::demand(token.has_value(), "every plaintext is encrypted");
    const DecryptOptions options{.content = content, .max_token_bytes = std::size_t{1} << 20};
    const auto opened = decrypt(*token, keys, options);
    support::demand(opened && opened->text() == plaintext, "a token decrypts to its plaintext");
    support::demand(!decrypt(flipped(*token, bit), keys, options), "a token with one bit changed is refused");
}

/// Any text as a token, for each kind of key.
void check_text(std::string_view text, std::size_t bit) {
    static const auto direct = EncryptionKeys<dir>::from_secret(secret).value();
    static const auto wrap = EncryptionKeys<A256GCMKW>::from_secret(secret).value();
    static const auto agreement = EncryptionKeys<ECDH_ES>::from_pem(files::x25519_private).value();
    static const auto p256 = EncryptionKeys<ECDH_ES_A128KW>::from_pem(files::p256_private).value();
    const auto opened = decrypt(text, direct, {.content = A256GCM});
    if (opened) {
        const auto parts = support::parts_of(text);
        support::demand(opened_by_openssl(parts) == std::string{opened->text()}, "OpenSSL decrypts the same plaintext");
        support::demand(!decrypt(flipped(text, bit), direct, {.content = A256GCM}), "a changed token is refused");
    }
    static_cast<void>(decrypt(text, wrap));
    static_cast<void>(decrypt(text, agreement));
    static_cast<void>(decrypt(text, p256));
}

void check_plaintext(std::string_view text, std::size_t choice, std::size_t bit) {
    static const auto wrap = EncryptionKeys<A256KW>::from_secret(secret).value();
    static const auto gcm_wrap = EncryptionKeys<A256GCMKW>::from_secret(secret).value();
    static const auto agreement = EncryptionKeys<ECDH_ES>::from_pem(files::x25519_private).value();
    static const auto p256 = EncryptionKeys<ECDH_ES_A128KW>::from_pem(files::p256_private).value();
    const ContentAlgorithm content = all_content_algorithms.at(choice % all_content_algorithms.size());
    switch (choice / all_content_algorithms.size() % 4) {
        case 0: return check_round_trip(wrap, content, text, bit);
        case 1: return check_round_trip(gcm_wrap, content, text, bit);
        case 2: return check_round_trip(agreement, content, text, bit);
        default: return check_round_trip(p256, content, text, bit);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = support::fuzz_input(data, size);
    std::size_t sum = size;
    for (const char character : input) sum = sum * 31 + static_cast<unsigned char>(character);
    check_text(input, sum);
    check_plaintext(input, sum / 7, sum / 11);
    // The input as the header of a token whose content is authentic.
    check_text(support::encrypted(input, secret), sum);
    support::demand_clean_error_queue();
    return 0;
}
