// SPDX-License-Identifier: MIT
// The public keys in the jwk members of DPoP proofs: the only place where a key from a header is used, and it checks
// that proof only. RFC 9449 §4.3
#pragma once

#include <credence/error.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/with_algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/json_words.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// A refused proof. Claim and reason are for the log.
[[nodiscard]] inline Error bad_proof(std::string claim, std::string_view reason) {
    return {Errc::invalid_proof, std::move(claim), reason};
}

/// The same for an error that has another code elsewhere.
[[nodiscard]] inline Error bad_proof(const Error& error) {
    return {Errc::invalid_proof, error.claim, error.reason.empty() ? message(error.code) : error.reason};
}

/// The key of a proof, and its identifiers.
struct ProofKey {
    std::string alg;
    std::shared_ptr<const VerificationKey> key;
    std::string thumbprint;  ///< RFC 7638
};

/// A key source for one proof: the key that it names.
class ProofKeySource {
public:
    static constexpr bool is_static = true;

    explicit ProofKeySource(std::shared_ptr<const ProofKey> key) : key_(std::move(key)) {}

    [[nodiscard]] bool accepts(std::string_view alg) const noexcept { return alg == key_->alg; }
    [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& /*query*/) const { return key_->key.get(); }

private:
    std::shared_ptr<const ProofKey> key_;
};

/// The algorithms of proofs, in the order of a challenge. HMAC is not among them: a shared secret proves nothing. RFC
/// 9449 §4.3
template <class... Algs>
struct ProofAlgorithmList {
    [[nodiscard]] static std::string names() {
        std::string text;
        (text.append(text.empty() ? "" : " ").append(Algs::name), ...);
        return text;
    }

    /// The key in a JWK, for the algorithm in the header of its proof.
    [[nodiscard]] static Result<ProofKey> read(std::string_view alg, std::string_view jwk) {
        return with_algorithm<Algs...>(alg, [&]<Algorithm Alg>() -> Result<ProofKey> {
            const auto key = DecodingKey<Alg>::from_jwk(jwk);
            if (!key) return key.error();
            auto thumb = thumbprint(*key);
            if (!thumb) return thumb.error();
            return ProofKey{std::string{Alg::name}, KeyAccess::shared(*key), *std::move(thumb)};
        });
    }
};
using ProofAlgorithms =
    ProofAlgorithmList<ES256, ES384, ES512, ES256K, EdDSA, Ed25519, Ed448, PS256, PS384, PS512, RS256, RS384, RS512>;

/// The most escapes in the header of a proof; in strings that are not used, several in a row count as one.
inline constexpr std::size_t most_proof_escapes = 512;

/// Reads the key from the header segment of a proof.
template <class Algorithms = ProofAlgorithms>
[[nodiscard]] Result<ProofKey> read_proof_key(std::string_view segment) {
    auto header = decode_base64url(segment);
    if (!header) return bad_proof("", "the header is not strict base64url");
    const std::size_t size = header->size();
    header->append(json_padding, '\0');
    JsonReader reader{std::string_view{*header}.substr(0, size), {.escape_limit = most_proof_escapes}};
    std::string alg;
    std::string_view jwk;
    if (reader.peek() != '{') return bad_proof("", "the header is not a JSON object");
    const bool read = reader.object([&](std::string_view name) {
        if (!reader.note_name(name)) return false;
        const char first = reader.peek();
        if (name == "alg" && first == '"') return reader.string(alg);
        const char* const begin = reader.position();
        if (!reader.skip()) return false;
        if (name == "jwk" && first == '{') jwk = {begin, static_cast<std::size_t>(reader.position() - begin)};
        return true;
    });
    if (!read || !reader.at_end()) return bad_proof("", "the header is not strict JSON");
    if (jwk.empty()) return bad_proof("jwk", "the header has no jwk");
    auto key = Algorithms::read(alg, jwk);
    if (!key && key.error().code == Errc::unsupported_algorithm)
        return bad_proof("alg", "the alg is not one of an asymmetric signature that is supported");
    if (!key) return bad_proof("jwk", key.error().reason.empty() ? message(key.error().code) : key.error().reason);
    return key;
}

/// Keys of clients that proved possession before. A client sends the same header each time, and reading its key costs
/// nearly as much as verifying with it. Bounded. Only an accepted proof adds a key.
class ProofKeys {
public:
    /// The key of a header segment; null if it is not cached.
    [[nodiscard]] std::shared_ptr<const ProofKey> find(std::string_view segment) const {
        const Shard& shard = shard_of(segment);
        const std::lock_guard lock{shard.mutex};
        const auto found = shard.keys.find(segment);
        return found == shard.keys.end() ? nullptr : found->second;
    }

    void insert(std::string_view segment, const std::shared_ptr<const ProofKey>& key) {
        if (segment.size() > longest_segment) return;
        Shard& shard = shards_[index_of(segment)];
        const std::lock_guard lock{shard.mutex};
        if (shard.keys.size() >= most_of_shard) shard.keys.clear();
        shard.keys.try_emplace(std::string{segment}, key);
    }

private:
    static constexpr std::size_t longest_segment = 2048, most_of_shard = 64, shard_count = 16;

    struct Shard {
        mutable std::mutex mutex;
        std::map<std::string, std::shared_ptr<const ProofKey>, std::less<>> keys;
    };

    [[nodiscard]] static std::size_t index_of(std::string_view segment) noexcept {
        return std::hash<std::string_view>{}(segment) % shard_count;
    }
    [[nodiscard]] const Shard& shard_of(std::string_view segment) const noexcept { return shards_[index_of(segment)]; }

    std::array<Shard, shard_count> shards_;
};

}  // namespace credence::detail
