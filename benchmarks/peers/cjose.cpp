// SPDX-License-Identifier: MIT
// cjose. A library for JWS: it checks the signature. Reading the JSON, and checking `alg` and the times, is its user's task.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "peers/jansson_claims.hpp"
#include "peers/peers.hpp"

#include <cjose/cjose.h>

namespace {

using support::Large, support::Small;

struct Release {
    void operator()(cjose_jwk_t* key) const noexcept { cjose_jwk_release(key); }
    void operator()(cjose_jws_t* jws) const noexcept { cjose_jws_release(jws); }
    void operator()(cjose_header_t* header) const noexcept { cjose_header_release(header); }
};
using Key = std::shared_ptr<cjose_jwk_t>;
using Jws = std::unique_ptr<cjose_jws_t, Release>;

Key read_key(const std::string& algorithm) {
    if (algorithm == "HS256") {
        const std::string secret = peers::job_key("HS256");
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(secret.data());
        return {cjose_jwk_create_oct_spec(bytes, secret.size(), nullptr), Release{}};
    }
    const std::string jwk = peers::job_file(algorithm + ".public.jwk");
    return {cjose_jwk_import(jwk.data(), jwk.size(), nullptr), Release{}};
}

template <class Claims>
std::optional<Claims> verify(const std::string& token, cjose_jwk_t* key, const std::string& algorithm) {
    const Jws jws{cjose_jws_import(token.data(), token.size(), nullptr)};
    if (!jws) return std::nullopt;
    const char* const named = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, nullptr);
    if (named == nullptr || named != algorithm || !cjose_jws_verify(jws.get(), key, nullptr)) return std::nullopt;
    std::uint8_t* payload = nullptr;
    std::size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, nullptr)) return std::nullopt;
    const peers::Json json{json_loadb(reinterpret_cast<const char*>(payload), size, JSON_REJECT_DUPLICATES, nullptr)};
    if (!json) return std::nullopt;
    std::optional<Claims> claims{std::in_place};
    peers::read(json.get(), *claims);
    if (!peers::is_valid_now(*claims)) return std::nullopt;
    return claims;
}

template <class Claims>
void add_verify(const std::string& algorithm, const std::string& size) {
    peers::add("cjose:verify/" + algorithm + "/" + size, [=] {
        return [algorithm, key = read_key(algorithm), token = peers::job_token(algorithm, size)] {
            return verify<Claims>(token, key.get(), algorithm);
        };
    });
}

std::optional<std::string> sign(const Small& claims, cjose_jwk_t* key) {
    const std::unique_ptr<cjose_header_t, Release> header{cjose_header_new(nullptr)};
    if (!cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_HS256, nullptr) ||
        !cjose_header_set(header.get(), "typ", "JWT", nullptr)) {
        return std::nullopt;
    }
    const std::unique_ptr<char, decltype(&std::free)> text{
        json_dumps(peers::write(claims).get(), JSON_COMPACT | JSON_PRESERVE_ORDER), &std::free};
    const Jws jws{cjose_jws_sign(key, header.get(), reinterpret_cast<const std::uint8_t*>(text.get()),
                                 std::strlen(text.get()), nullptr)};
    const char* token = nullptr;
    if (!jws || !cjose_jws_export(jws.get(), &token, nullptr)) return std::nullopt;
    return token;
}

}  // namespace

void peers::add_jobs() {
    add_verify<Small>("HS256", "small");
    add_verify<Large>("HS256", "large");
    add_verify<Small>("RS256", "small");
    add_verify<Small>("ES256", "small");
    add("cjose:sign/HS256/small",
        [] { return [claims = small_claims(), key = read_key("HS256")] { return sign(claims, key.get()); }; });
}
