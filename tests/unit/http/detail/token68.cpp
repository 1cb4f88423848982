// SPDX-License-Identifier: MIT
// token68, character by character: RFC 9110 §11.2.
#include <credence/http/detail/token68.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::detail::is_token68;

namespace {

constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/";

/// The same, written directly as the grammar.
bool follows_grammar(std::string_view text) {
    const std::size_t size = (std::min)(text.find_first_not_of(alphabet), text.size());
    return size > 0 && text.find_first_not_of('=', size) == std::string_view::npos;
}

}  // namespace

TEST_CASE("token68: every byte at every place of texts of all lengths up to seventy, and with eight bytes at a time") {
    int disagreements = 0;
    const std::string letters = std::string{alphabet} + std::string{alphabet} + std::string{alphabet};
    for (std::size_t size = 1; size <= 70; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string text = letters.substr(size, size);
                text[place] = static_cast<char>(byte);
                const bool expected = follows_grammar(text);
                disagreements += is_token68(text) == expected ? 0 : 1;
                const std::string_view rest{text.data(), text.find_last_not_of('=') + 1};
                disagreements += credence::detail::has_only_token68(rest) == (expected || rest.empty()) ? 0 : 1;
            }
        }
    }
    CHECK(disagreements == 0);
}

TEST_CASE("token68: every character of the alphabet, and no empty text") {
    CHECK(is_token68(alphabet));
    CHECK(is_token68("a"));
    CHECK_FALSE(is_token68(""));
}

TEST_CASE("token68: equals signs are allowed only at the end, after other characters") {
    CHECK(is_token68("abcdefgh="));
    CHECK(is_token68("abcdefgh=========="));
    CHECK_FALSE(is_token68("="));
    CHECK_FALSE(is_token68("=========="));
    CHECK_FALSE(is_token68("abcdefgh=i"));
    CHECK_FALSE(is_token68("=abcdefgh"));
}
