// SPDX-License-Identifier: MIT
// A key file, as PEM, as DER, and as DER that is wrapped into PEM under each label. An accepted key works. No
// passphrase is given, because an encrypted key sets the cost of its own decryption, and only its owner is trusted to
// choose it.
#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/any_key.hpp"
#include "support/fuzzing.hpp"

#include <openssl/evp.h>

namespace {

/// `der` under a label, in lines of 64 characters.
std::string as_pem(std::string_view der, std::string_view label) {
    std::string base64((der.size() + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), reinterpret_cast<const unsigned char*>(der.data()),
                    static_cast<int>(der.size()));
    base64.pop_back();
    std::string pem = "-----BEGIN " + std::string{label} + "-----\n";
    for (std::size_t at = 0; at < base64.size(); at += 64) pem.append(base64, at, 64).append("\n");
    return pem + "-----END " + std::string{label} + "-----\n";
}

constexpr std::array<std::string_view, 6> labels{"PUBLIC KEY",  "RSA PUBLIC KEY",  "CERTIFICATE",
                                                 "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"};

template <class Key>
void check(const credence::Result<Key>& key) {
    if (key) support::demand_good_key(*key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = support::fuzz_input(data, size);
    const std::string wrapped = as_pem(text, labels[size % labels.size()]);
    support::PublicKeyAlgorithms::for_each([&]<class Alg>(std::type_identity<Alg>) {
        check(credence::DecodingKey<Alg>::from_pem(text));
        check(credence::EncodingKey<Alg>::from_pem(text));
        check(credence::DecodingKey<Alg>::from_pem(wrapped));
        check(credence::DecodingKey<Alg>::from_der(text));
        check(credence::EncodingKey<Alg>::from_der(text));
    });
    // A key file is never accepted as a secret. That check reads the file too.
    static_cast<void>(credence::Keys<credence::HS256>::from_secret(text));
    support::demand_clean_error_queue();
    return 0;
}
