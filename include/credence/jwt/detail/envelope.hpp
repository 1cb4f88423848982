// SPDX-License-Identifier: MIT
// The stages before a token's payload: size, form, header, key, signature. RFC 7515 §5.2
#pragma once

#include <credence/jwt/header.hpp>
#include <credence/jwt/verified_header.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/header_cache.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/key_of_generation.hpp>
#include <credence/jwt/detail/shared_header.hpp>
#include <credence/jwt/detail/token_form.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence::detail {

/// The key that a cached header refers to: a reference for keys that never change, the key of a generation for keys
/// that are replaced as a whole, nothing for other sources.
struct NoKey {};
template <class Source>
struct CachedKey {
    using type = NoKey;
};
template <class Source>
    requires(Source::is_static)
struct CachedKey<Source> {
    using type = KeyRefOf<Source>;
};
template <SnapshotKeySource Source>
struct CachedKey<Source> {
    using Found = decltype(std::declval<const Source&>().snapshot().find(KeyQuery{}).value());
    using type = KeyOfGeneration<std::remove_cvref_t<decltype(*std::declval<Found>())>>;
};
template <class Source>
using CachedKeyOf = typename CachedKey<Source>::type;

/// The rules for the form and the header of a token.
struct EnvelopeRules {
    std::size_t max_token_bytes;
    HeaderRules header;
    const std::vector<std::string>& understood;
};

/// The members of `Validation` about form and header.
template <class Rules>
[[nodiscard]] EnvelopeRules envelope_rules(const Rules& rules) noexcept {
    return {rules.max_token_bytes, {rules.allow_padding, rules.allow_null_members}, rules.understood};
}

/// A usual header, in the form of one that was read.
[[nodiscard]] inline const TokenHeader& usual_token_header(const VerifiedHeader& usual) {
    static const auto& all = *new std::vector<TokenHeader>{[] {
        std::vector<TokenHeader> headers;
        for (const VerifiedHeader& header : UsualHeaders::all().list())
            headers.push_back({.header = static_cast<const Header&>(header)});
        return headers;
    }()};
    return all[static_cast<std::size_t>(&usual - UsualHeaders::all().list().data())];
}

/// Decodes a part that a signature covers, or the signature. `invalid_base64`
[[nodiscard]] inline std::optional<Error> decode_part(DecodedPart& part, std::string_view text, bool allow_padding) {
    if (part.decode(allow_padding ? without_padding(text) : text)) return std::nullopt;
    return Error{Errc::invalid_base64, {}, why_not_base64url(text, allow_padding)};
}

/// The stages before the payload: size, form, header, key, signature. RFC 7515 §5.2
template <KeySource Source>
class Envelope {
public:
    using Headers = HeaderCache<CachedKeyOf<Source>>;

    /// \param headers  of the verifier; null for a single use.
    Envelope(std::string_view token, const Source& source, EnvelopeRules rules, Headers* headers) noexcept
        : token_(token), source_(source), rules_(rules), headers_(headers) {}

    /// Runs all stages. After success, `payload()` is authentic, and not yet decoded.
    [[nodiscard]] std::optional<Error> open() {
        if (token_.size() > rules_.max_token_bytes) return Error{Errc::token_too_large, {}, longer_than_allowed};
        if (const auto* cached = headers_ == nullptr ? nullptr : headers_->find(token_.data(), token_.size())) {
            parts_ = split_expected(token_, cached->segment.size(), cached->signature_size);
            if (parts_) return open_cached(*cached);
        }
        parts_ = split_compact(token_);
        return parts_ ? open_new() : not_three_parts();
    }

    /// Looks the key up once more, and checks the signature with it. Call it after `open` returned `no_matching_key`.
    [[nodiscard]] std::optional<Error> open_again() { return find_key_and_check(); }

    [[nodiscard]] KeyQuery query() const { return header_->query(); }
    [[nodiscard]] HeaderView header() const noexcept { return {header_->header, parts_->header, shared_}; }
    [[nodiscard]] std::string_view payload() const noexcept { return parts_->payload; }

    /// Decodes the payload, which may still contain a dot. `malformed_token`, `invalid_base64`
    [[nodiscard]] std::optional<Error> decode_payload(DecodedPart& out) const {
        auto error = decode_part(out, payload(), rules_.header.allow_padding);
        return error && !split_compact(token_) ? not_three_parts() : std::move(error);
    }

private:
    [[nodiscard]] std::optional<Error> not_three_parts() const {
        return Error{Errc::malformed_token, {}, why_not_three_parts(token_)};
    }

    [[nodiscard]] std::optional<Error> open_cached(const CachedHeader<CachedKeyOf<Source>>& cached) {
        header_ = &cached.header;
        shared_ = cached.shared;
        auto refused = [&] {
            if constexpr (Source::is_static) {
                return check_signature(*cached.key);
            } else if constexpr (SnapshotKeySource<Source>) {
                return check_in_snapshot(cached.key);
            } else {
                return find_accepted_key_and_check(source_);
            }
        }();
        // Only a failed check looks for a fourth part.
        if (refused && !split_compact(token_)) return not_three_parts();
        return refused;
    }

    [[nodiscard]] std::optional<Error> open_new() {
        is_new_ = true;
        shared_ = usual_header_for<Source>(parts_->header);
        if (shared_ != nullptr) {  // a header that needs no reading, and has no `crit`
            header_ = &usual_token_header(*shared_);
            if (!source_.accepts(shared_->alg)) return Error{Errc::algorithm_not_allowed, {}, key_of_other_algorithm};
            return find_key_and_check();
        }
        auto header = read_jose_header(parts_->header, rules_.header);
        if (!header) return std::move(header).error();
        header_ = &read_.emplace(static_cast<TokenHeader&&>(*header));
        const std::string& alg = header_->header.alg;
        if (!is_known_algorithm(alg)) return Error{Errc::unsupported_algorithm, {}, why_unsupported(alg)};
        if (!source_.accepts(alg)) return Error{Errc::algorithm_not_allowed, {}, key_of_other_algorithm};
        if (auto refused = check_critical(*header, rules_.understood)) return refused;
        return find_key_and_check();
    }

    [[nodiscard]] std::optional<Error> find_key_and_check() {
        if constexpr (SnapshotKeySource<Source>) {
            const auto snapshot = source_.snapshot();
            return find_key_and_check(snapshot);
        } else {
            return find_key_and_check(source_);
        }
    }

    /// The same for a cached header, whose key is looked up once in each generation.
    template <class Cached>
    [[nodiscard]] std::optional<Error> check_in_snapshot(Cached& cached) {
        const auto snapshot = source_.snapshot();
        if (const auto* key = cached.find(snapshot.generation())) return check_signature(*key);
        return find_accepted_key_and_check(snapshot,
                                           [&](const auto& key) { cached.store(snapshot.generation(), &*key); });
    }

    /// Looks up the key of a cached header. The source may have changed since it accepted the algorithm.
    template <class Keys, class... OnKey>
    [[nodiscard]] std::optional<Error> find_accepted_key_and_check(const Keys& keys, const OnKey&... on_key) {
        if (!source_.accepts(header_->header.alg)) {
            return Error{Errc::algorithm_not_allowed, {}, key_of_other_algorithm};
        }
        return find_key_and_check(keys, on_key...);
    }

    template <class Keys>
    [[nodiscard]] std::optional<Error> find_key_and_check(const Keys& keys) {
        return find_key_and_check(keys, [](const auto&) {});
    }

    /// \param on_key  called with the key, if there is one, before the signature is checked.
    template <class Keys, class OnKey>
    [[nodiscard]] std::optional<Error> find_key_and_check(const Keys& keys, const OnKey& on_key) {
        const auto key = keys.find(header_->query());
        if (!key) {
            if constexpr (requires { keys.candidates(header_->query()); }) {
                if (key.error().code == Errc::ambiguous_key) return try_candidates(keys, key.error());
            }
            return key.error();
        }
        on_key(*key);
        if (auto refused = check_signature(**key)) return refused;
        if (headers_ != nullptr && is_new_) cache_header(*key);
        return std::nullopt;
    }

    /// Tries each key that fits. Caches no header: the next token may be signed with another of these keys.
    template <class Keys>
    [[nodiscard]] std::optional<Error> try_candidates(const Keys& keys, const Error& ambiguous) const {
        const auto candidates = keys.candidates(header_->query());
        if (candidates.empty()) return ambiguous;
        std::optional<Error> refused;
        for (const auto& key : candidates) {
            refused = check_signature(*key);
            if (!refused) return std::nullopt;
        }
        return refused;
    }

    template <class Key>
    void cache_header(const Key& key) {
        if constexpr (Source::is_static) {
            headers_->insert(parts_->header, parts_->signature.size(), *header_, key);
        } else {
            headers_->insert(parts_->header, parts_->signature.size(), *header_, CachedKeyOf<Source>{});
        }
    }

    template <class Key>
    [[nodiscard]] std::optional<Error> check_signature(const Key& key) const {
        if (parts_->signature.empty()) return Error{Errc::invalid_signature, {}, "the signature is empty"};
        DecodedPart signature;
        if (auto error = decode_part(signature, parts_->signature, rules_.header.allow_padding)) return error;
        const std::string_view bytes = signature.bytes();
        const ByteView octets{reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()};
        if (!(key.verify)(parts_->signing_input, octets)) {
            return Error{Errc::invalid_signature, {}, "another key signed the token, or it was changed since"};
        }
        return std::nullopt;
    }

    std::string_view token_;
    const Source& source_;
    EnvelopeRules rules_;
    Headers* headers_;
    std::optional<CompactParts> parts_;
    std::optional<TokenHeader> read_;         // a header that had to be read
    const TokenHeader* header_ = nullptr;     // that one, a usual one, or a cached one
    bool is_new_ = false;                     // not a cached one
    const VerifiedHeader* shared_ = nullptr;  // the equal static header, if there is one
};

}  // namespace credence::detail
