// SPDX-License-Identifier: MIT
// SealedCookie: state that a browser carries and cannot read or change. RFC 7516, RFC 6265 §6.1
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/clock.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/claims_writer.hpp>
#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/json_writer.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/jwe_token.hpp>
#include <credence/jwe/detail/wiped_text.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/payload.hpp>
#include <credence/jwt/detail/rules.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// How long a sealed value is valid.
struct SealedCookieOptions {
    std::chrono::seconds lifetime{600};  ///< from `seal` on; at least a second; ends with the year 9999
    Clock clock = system_clock;
};

/// Seals claims into the value of a cookie, and opens it again. For state between two requests without a store, such as
/// the state of a login until the user comes back from the issuer.
///
/// The value is a token with `dir` and A256GCM. It contains its expiry and the cookie's name, so the value of another
/// cookie is refused. Whoever has the cookie can send it again until it expires: it is not a session that can be ended.
/// Keys rotate: the first key seals, and all of them open.
///
/// A cheap handle to shared, immutable state; used by any number of threads.
///
/// ```cpp
/// const auto cookie = SealedCookie<LoginState>::make("__Host-login", {key_of_today, key_of_yesterday}).value();
/// ```
template <class Claims>
class SealedCookie {
public:
    /// The longest cookie, name and value together, in bytes: browsers drop a longer one. The `=` between them and the
    /// attributes after them do not count. RFC 6265bis §5.6
    static constexpr std::size_t max_bytes = 4096;

    /// \param name  the cookie's name.
    /// \param keys  at least one, for A256GCM: of 32 bytes. The first one seals.
    /// \return `invalid_key` if there is no key or one is longer, `key_too_short` if one is shorter; `invalid_json` if
    ///         the name is not UTF-8.
    static Result<SealedCookie> make(std::string name, std::vector<EncryptionKeys<dir>> keys,
                                     SealedCookieOptions options = {}) {
        if (keys.empty()) return Error{Errc::invalid_key, {}, "a sealed cookie needs a key"};
        for (const auto& key : keys) {
            if (auto checked = detail::check_content(detail::KeyAccess::prepared(key.encryption), A256GCM); !checked) {
                return std::move(checked).error();
            }
        }
        State state{std::move(name), std::move(keys), std::move(options)};
        if (!state.header(now())) return not_utf8();
        return SealedCookie{std::make_shared<const State>(std::move(state))};
    }

    /// The value of the cookie. \return the codes of `encode` for the claims; `token_too_large` if name and value
    /// together are longer than `max_bytes`.
    [[nodiscard]] Result<std::string> seal(const Claims& claims) const {
        detail::WipedText payload;
        if (auto written = detail::write_claims(payload.text, claims); !written) return std::move(written).error();
        constexpr NumericDate latest{std::chrono::seconds{detail::latest_date}};
        const auto end = (std::min)(
            latest, detail::saturating_sum(detail::moment_of(state_->options.clock), state_->options.lifetime));
        auto header = state_->header(end);
        if (!header) return not_utf8();
        auto value = detail::seal_jwe(detail::KeyAccess::prepared(state_->keys.front().encryption), A256GCM,
                                      *std::move(header), {}, detail::as_bytes(payload.text));
        if (value && state_->name.size() + value->size() > max_bytes) {
            return Error{Errc::token_too_large, {}, "a cookie of more than 4,096 bytes: seal less"};
        }
        return value;
    }

    /// The claims in the value of a cookie. \return the codes of `decrypt`; `decryption_failed` if none of the keys
    /// opens it; `invalid_type` if another cookie was sealed; `token_expired`; the codes of `decode` for the claims.
    [[nodiscard]] Result<Claims> open(std::string_view value) const {
        const std::vector<std::string> none;
        const auto read =
            detail::read_jwe(value, {max_bytes, A256GCM, none}, [](std::string_view alg) { return alg == dir::name; });
        if (!read) return read.error();
        Result<detail::SecretBytes> plaintext = Errc::decryption_failed;
        for (const auto& keys : state_->keys) {
            plaintext = detail::open_jwe(detail::KeyAccess::prepared(keys.encryption), *read);
            if (plaintext || plaintext.error().code != Errc::decryption_failed) break;
        }
        if (!plaintext) return std::move(plaintext).error();
        if (read->header.header.typ != state_->name)
            return Error{Errc::invalid_type, {}, "the value of another cookie"};
        const auto end = end_of(read->parts.header);
        if (!end || *end <= detail::seconds_now(state_->options.clock)) return Error{Errc::token_expired, "exp"};
        return read_claims(*plaintext);
    }

private:
    struct State {
        std::string name;
        std::vector<EncryptionKeys<dir>> keys;
        SealedCookieOptions options;

        /// Nullopt if the name is not UTF-8.
        [[nodiscard]] std::optional<std::string> header(NumericDate end) const {
            std::string text;
            detail::JsonWriter writer{text};
            writer.open('{');
            const bool written = writer.name("alg") && writer.string(dir::name) && writer.name("enc") &&
                                 writer.string(to_string(A256GCM)) && writer.name("typ") && writer.string(name) &&
                                 writer.name("exp");
            writer.integer(end.time_since_epoch().count());
            writer.close('}');
            return written ? std::optional{std::move(text)} : std::nullopt;
        }
    };

    explicit SealedCookie(std::shared_ptr<const State> state) : state_(std::move(state)) {}

    [[nodiscard]] static Error not_utf8() { return {Errc::invalid_json, {}, "the name of the cookie is not UTF-8"}; }

    /// The expiry in the header, in seconds of Unix time.
    [[nodiscard]] static std::optional<std::int64_t> end_of(std::string_view segment) {
        detail::DecodedPart header;
        if (!header.decode(segment)) return std::nullopt;
        std::optional<std::int64_t> end;
        detail::JsonReader reader{header.bytes()};
        const bool is_read = reader.object([&](std::string_view name) {
            if (name != "exp") return reader.skip();
            if (!reader.number()) return false;
            if (reader.last_number().is_short) end = reader.last_number().value;
            return true;
        });
        return is_read ? end : std::nullopt;
    }

    /// Reads the claims; registered members are checked if they are present.
    [[nodiscard]] Result<Claims> read_claims(const detail::SecretBytes& plaintext) const {
        detail::SecretBytes padded{plaintext.size() + detail::json_padding};
        std::copy(plaintext.view().begin(), plaintext.view().end(), padded.data());
        Validation<Claims> rules{.audience = any_audience, .allow_missing_exp = true, .clock = state_->options.clock};
        detail::JsonReader reader{detail::as_text(padded.view()).substr(0, plaintext.size())};
        detail::ClaimIndex index{{rules.required, rules.scope_claims, false, false}};
        Claims claims{};
        Result<void> mapped;
        auto error = detail::read_object_text(reader, detail::payload_reasons,
                                              [&] { return detail::read_payload(reader, claims, index, mapped); });
        if (error) return *std::move(error);
        if (auto refused = detail::check_rules(rules, state_->name, index, false)) return *std::move(refused);
        if (!mapped) return std::move(mapped).error();
        if constexpr (detail::has_registered_part<Claims>) detail::fill_registered(index, claims);
        return claims;
    }

    std::shared_ptr<const State> state_;
};

}  // namespace credence
