// SPDX-License-Identifier: MIT
// The stages of a fetch: each has a name and a sentence, and an error converts to one of a token.
#include <credence/remote/fetch_error.hpp>
#include <credence/result.hpp>

#include <set>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;

TEST_CASE("each stage has its own name and message", "[fetch_error]") {
    std::set<std::string_view> names, sentences;
    int count = 0;
    for (; to_string(static_cast<FetchStage>(count)) != "unknown"; ++count) {
        names.insert(to_string(static_cast<FetchStage>(count)));
        sentences.insert(message(static_cast<FetchStage>(count)));
    }
    CHECK(count == 13);
    CHECK(names.size() == 13);
    CHECK(sentences.size() == 13);
    CHECK(message(static_cast<FetchStage>(count)) == "unknown stage");
}

TEST_CASE("a failed fetch is keys_unavailable for a token, with the stage as the reason", "[fetch_error]") {
    const FetchError error{FetchStage::tls, "https://id.example: certificate has expired"};
    CHECK(message(error) == "the TLS handshake failed: https://id.example: certificate has expired");
    const Error converted = error;
    CHECK(converted.code == Errc::keys_unavailable);
    CHECK(converted.reason == "the TLS handshake failed");
    CHECK(message(FetchError{FetchStage::stopped}) == "the fetch was stopped");
    CHECK(error == FetchError{error});
    CHECK_FALSE(error == FetchError{FetchStage::tls});
    const Result<int, FetchError> failed{error};
    CHECK_THROWS_WITH(failed.value(), support::contains_text("the TLS handshake failed"));
}
