// SPDX-License-Identifier: MIT
// A JWK, read for every kind of key. An accepted key works, and does not change when it is written and read again.
#include <credence/keys/keys.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "support/any_key.hpp"
#include "support/fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = support::fuzz_input(data, size);
    support::KeyAlgorithms::for_each([&]<class Alg>(std::type_identity<Alg>) {
        if (const auto key = credence::DecodingKey<Alg>::from_jwk(text)) support::demand_good_key(*key);
        if (const auto key = credence::EncodingKey<Alg>::from_jwk(text)) support::demand_good_key(*key);
    });
    support::demand_clean_error_queue();
    return 0;
}
