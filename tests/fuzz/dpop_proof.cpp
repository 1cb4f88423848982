// SPDX-License-Identifier: MIT
// DPoP proofs: any text as the value of the field, and any header and claims under a signature of the client's own key.
// An accepted proof obeys the rules as nlohmann's parser reads its claims, and is accepted only once.
#include <credence/http/dpop.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/stores/memory_replays.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using support::demand;

const credence::NumericDate noon{1'700'000'000s};

/// The key of RFC 8037 §A.1, so that a text of the corpus can hold a good signature.
const auto& client() {
    static const auto keys = credence::Keys<credence::EdDSA>::from_jwk(
                                 R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
                                 R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})")
                                 .value();
    return keys;
}

const auto& issuer() {
    static const auto keys = credence::Keys<credence::HS256>::from_secret("0123456789abcdef0123456789abcdef").value();
    return keys;
}

const std::string& token() {
    static const std::string text =
        credence::encode(json{{"sub", "42"}, {"cnf", {{"jkt", credence::thumbprint(client()).value()}}}}, issuer())
            .value();
    return text;
}

/// A verifier with an empty store of its own.
auto new_verifier() {
    const auto clock = [] { return noon; };
    const auto store =
        std::make_shared<credence::MemoryReplayStore>(credence::MemoryReplayLimits{.max_entries = 4, .clock = clock});
    return credence::dpop_bound(
        credence::verifier_for<credence::RegisteredClaims>(issuer(), {.allow_missing_exp = true, .clock = clock}),
        {.base_url = "https://a.example", .replays = store, .clock = clock});
}

bool is_accepted(const auto& verifier, std::string_view proof) {
    const auto field = [proof](std::string_view name) {
        return name == "DPoP" ? credence::HeaderValue{proof} : credence::HeaderValue{};
    };
    const auto who = (verifier.verify)(token(), {.method = "GET", .url = "/me?x", .field = field, .scheme = "DPoP"});
    if (!who) demand(who.error().code == credence::Errc::invalid_proof, "a refusal is about the proof");
    return who.has_value();
}

/// A proof of this header and these claims, which may be any texts, signed by the client.
std::string signed_proof(std::string_view header, std::string_view claims) {
    std::string text = credence::detail::encode_base64url(header) + "." + credence::detail::encode_base64url(claims);
    std::array<unsigned char, 64> signature{};
    demand(credence::detail::KeyAccess::prepared(client().encoding).sign(text, signature.data()), "the key signs");
    return text + "." + credence::detail::encode_base64url(credence::detail::as_text(signature));
}

void check_accepted(std::string_view text) {
    const json claims = json::parse(text, nullptr, false);
    demand(claims.is_object(), "accepted claims are an object");
    demand(claims.value("htm", "") == "GET", "the method is that of the request");
    demand(claims.value("ath", "") == credence::detail::sha256_text(token()), "the token is that of the request");
    demand(!claims.value("jti", "").empty(), "there is a jti");
    const double age = 1'700'000'000 - claims.value("iat", 0.0);
    demand(age >= -6 && age <= 66, "the proof is fresh");
    const auto uri = credence::detail::plain_uri(claims.value("htu", ""));
    demand(uri == "https://a.example/me", "the URL is that of the request");
    demand(credence::detail::plain_uri(*uri) == uri, "the normal form of a URL is stable");
}

}  // namespace

/// The first line of the input is a header and the rest claims; the whole input is tried as a proof too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const json jwk = [] {
        json text = json::parse(credence::to_jwk(client()).value());
        text.erase("use");
        return text;
    }();
    static const std::string good_header = json{{"alg", "EdDSA"}, {"typ", "dpop+jwt"}, {"jwk", jwk}}.dump();
    const std::string_view input = support::fuzz_input(data, size);
    const std::size_t line = input.find('\n');
    const std::string_view header = input.substr(0, line);
    const std::string_view claims = line == std::string_view::npos ? input : input.substr(line + 1);

    static_cast<void>(is_accepted(new_verifier(), input));
    static_cast<void>(is_accepted(new_verifier(), signed_proof(header, claims)));
    const auto verifier = new_verifier();
    const std::string proof = signed_proof(good_header, claims);
    if (is_accepted(verifier, proof)) {
        check_accepted(claims);
        demand(!is_accepted(verifier, proof), "a proof is accepted once");
    }
    support::demand_clean_error_queue();
    return 0;
}
