// SPDX-License-Identifier: MIT
// One request of `credence decrypt --batch`.
#include <credence/jwe/decrypt.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/jwe/detail/jwe_header.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "batch.hpp"
#include "encryption_key.hpp"
#include "json_text.hpp"

namespace credence::command {

namespace {

/// The content algorithms of a list of names. A name that credence does not know allows nothing.
ContentAlgorithms contents_of(const std::vector<std::string>& names) {
    ContentAlgorithms contents{};
    for (const std::string& name : names) {
        if (const auto content = content_algorithm(name)) contents.add(*content);
    }
    return contents;
}

/// The whole header of a token that was decrypted.
std::string header_of_jwe(std::string_view token) {
    detail::DecodedPart header;
    const auto parts = detail::split_jwe(token);
    return parts && header.decode(parts->header) ? one_line(header.bytes()) : "{}";
}

}  // namespace

Answer answer_decrypt(const Request& request) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const std::string token = request.text("token");
    const LazyDecryptionKey key{request.key(), request.names("alg")};
    DecryptOptions options{.content = contents_of(request.names("enc"))};
    if (const auto size = request.count("max_token_bytes", most)) {
        options.max_token_bytes = static_cast<std::size_t>(*size);
    }
    options.understood = request.optional_names("understood").value_or(std::vector<std::string>{});
    const auto decrypted = decrypt(token, key, options);
    if (!decrypted) return decrypted.error();
    return ObjectText{}
        .add("header", header_of_jwe(token))
        .add_text("payload_b64", detail::encode_base64url(decrypted->text()));
}

}  // namespace credence::command
