// SPDX-License-Identifier: MIT
// The keys and tokens of the job. All programs of one run share them: one writes them to a folder, the others read it.
#pragma once

#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

#include "support/files.hpp"

namespace support {

inline constexpr std::string_view secret = "a secret of the benchmarks: 32 B";

/// The keys of an algorithm: made once in a program.
template <credence::Algorithm Alg>
const credence::Keys<Alg>& keys() {
    static const auto made = [] {
        if constexpr (credence::SharedSecretAlgorithm<Alg>) {
            return credence::Keys<Alg>::from_secret(secret).value();
        } else if (!job_folder().empty()) {
            return credence::Keys<Alg>::from_pem(read_file(job_folder() / (std::string{Alg::name} + ".pem"))).value();
        } else {
            return credence::Keys<Alg>::generate().value();
        }
    }();
    return made;
}

/// The input of the signature: `header.payload`.
template <credence::Algorithm Alg>
std::string signing_input(std::string_view payload) {
    using credence::detail::encode_base64url;
    return encode_base64url(R"({"alg":")" + std::string{Alg::name} + R"(","typ":"JWT"})") + "." +
           encode_base64url(payload);
}

template <credence::Algorithm Alg>
std::string signature(std::string_view input) {
    std::string made(credence::detail::KeyAccess::prepared(keys<Alg>().encoding).signature_size(), '\0');
    if (!credence::detail::KeyAccess::prepared(keys<Alg>().encoding)
             .sign(input, reinterpret_cast<unsigned char*>(made.data())))
        throw std::runtime_error{"cannot sign"};
    return made;
}

/// The token of the job: a payload, byte for byte, under an algorithm's header.
template <credence::Algorithm Alg>
std::string token(std::string_view payload) {
    const std::string input = signing_input<Alg>(payload);
    return input + "." + credence::detail::encode_base64url(signature<Alg>(input));
}

}  // namespace support
