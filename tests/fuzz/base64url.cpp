// SPDX-License-Identifier: MIT
// A text that decodes is encoded back to the same text, and bytes that are encoded decode to the same bytes. OpenSSL's
// decoder, given the same text in its own alphabet, returns the same bytes.
#include <credence/detail/encoding/base64url.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"

#include <openssl/evp.h>

namespace {

/// The bytes that OpenSSL decodes; nullopt if it refuses. It reads base64 with padding, skips white space at the ends,
/// and ignores unused trailing bits. This function rules out all three or compensates for them.
std::optional<std::string> decoded_by_openssl(std::string_view text) {
    const auto is_foreign = [](char letter) {
        return credence::detail::base64url_alphabet.find(letter) == std::string_view::npos;
    };
    if (text.size() % 4 == 1 || std::any_of(text.begin(), text.end(), is_foreign)) return std::nullopt;
    std::string usual{text};
    std::replace(usual.begin(), usual.end(), '-', '+');
    std::replace(usual.begin(), usual.end(), '_', '/');
    usual.resize((usual.size() + 3) / 4 * 4, '=');
    std::string bytes(usual.size(), '\0');
    auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
    const auto* const in = reinterpret_cast<const unsigned char*>(usual.data());
    const int count = EVP_DecodeBlock(out, in, static_cast<int>(usual.size()));
    if (count < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(count) - (usual.size() - text.size()));
    // A text with unused bits set differs from the encoding of its bytes.
    std::string back(bytes.size() / 3 * 4 + 5, '\0');
    const auto* const again = reinterpret_cast<const unsigned char*>(bytes.data());
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(back.data()), again, static_cast<int>(bytes.size()));
    if (back.compare(0, usual.size(), usual) != 0) return std::nullopt;
    return bytes;
}

/// Whether each implementation with wide instructions that this processor has decodes a text as the table does.
bool agree_with_table(std::string_view text) {
    using namespace credence::detail;
    std::string expected(base64url_decoded_size(text.size()) + base64url_slack, '\0');
    const bool is_good = decode_base64url_by_table(text, expected.data());
    return std::all_of(wide_base64url.begin(), wide_base64url.end(), [&](const WideBase64url& wide) {
        if (!wide.is_there()) return true;
        std::string bytes(expected.size(), '\0');
        const std::size_t taken = wide.decode(text, bytes.data());
        if (taken == not_base64url) return !is_good;
        return !is_good ||
               bytes.compare(0, base64url_decoded_size(taken), expected, 0, base64url_decoded_size(taken)) == 0;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = support::fuzz_input(data, size);
    const auto decoded = credence::detail::decode_base64url(input);
    support::demand(!decoded || credence::detail::encode_base64url(*decoded) == input,
                    "each value has only one encoding");
    support::demand(agree_with_table(input), "wide instructions and the table agree");
    support::demand(decoded == decoded_by_openssl(input), "OpenSSL decodes the same bytes");
    const auto back = credence::detail::decode_base64url(credence::detail::encode_base64url(input));
    support::demand(back && *back == input, "encoded bytes are decoded to the same bytes");
    return 0;
}
