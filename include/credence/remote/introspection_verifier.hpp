// SPDX-License-Identifier: MIT
// IntrospectionVerifier: a verifier for opaque tokens, which asks the authorization server about each. RFC 7662
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/exceptions.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/remote/client_authentication.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/jwt/detail/stored_claims.hpp>
#include <credence/remote/detail/form_encoding.hpp>
#include <credence/remote/detail/introspection_cache.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace credence {

/// The settings of an `IntrospectionVerifier`.
struct IntrospectionOptions {
    /// How long an accepted token is not asked about again: at most 60 s, and never beyond its `exp`. A token that is
    /// revoked is accepted for so long. 0: each token is asked about each time.
    std::chrono::seconds cache_accepted{60};
    /// The same for one that is refused, at most 60 s.
    std::chrono::seconds cache_refused{5};
    /// How many answers are kept.
    std::size_t max_cached = 10'000;
    /// How many requests may be under way at once; a token beyond that is `keys_unavailable`.
    std::size_t max_requests = 8;
    /// How long connecting may take, and the whole request.
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::milliseconds total_timeout = std::chrono::seconds{5};
    /// The longest answer, in bytes.
    std::size_t max_answer_bytes = std::size_t{64} * 1024;
};

/// Verifies opaque tokens by asking the authorization server that issued them. RFC 7662 §2
///
///     const auto verifier = credence::IntrospectionVerifier<MyClaims>::make(
///         "https://id.example/introspect", credence::CurlTransport{},
///         credence::ClientAuthentication::basic("orders", secret), {.audience = "orders"}).value();
///
/// The answer's members are the claims. `active` must be true, and the rules of `Validation` hold as for a token that
/// is signed; `type` alone means nothing here. A token that is not active is `check_failed` with the claim `active`.
///
/// If the server cannot be asked, or its answer cannot be read, the token is `keys_unavailable`, which is a 503, and
/// nothing is kept. Neither a token nor an answer is ever in an error.
///
/// A handle: copies share the answers that are kept. Any thread may use any of them; the one that verifies waits for
/// the server.
///
/// \tparam Claims  see `claims/claims.hpp`; a private claims type may have `client_id` and `username`.
template <class Claims>
class IntrospectionVerifier {
public:
    /// What it proves.
    using claims_type = Claims;

    /// Prepares a verifier. Asks nothing yet.
    ///
    /// \param endpoint   the URL of the introspection endpoint.
    /// \param transport  is copied: a copy serves one request at a time.
    /// \return the verifier; stage `url` for a URL that is not asked, stage `configuration` for an option out of range.
    template <FetchTransport Transport>
    [[nodiscard]] static Result<IntrospectionVerifier, FetchError> make(std::string_view endpoint,
                                                                        Transport&& transport,
                                                                        ClientAuthentication authentication,
                                                                        Validation<Claims> rules,
                                                                        IntrospectionOptions options = {}) {
        auto url = Url::parse(endpoint);
        if (!url) return std::move(url).error();
        constexpr std::chrono::seconds none{0};
        constexpr std::chrono::seconds most{60};
        constexpr std::chrono::milliseconds longest = std::chrono::hours{1};
        const bool can_be_kept = options.cache_accepted >= none && options.cache_accepted <= most &&
                                 options.cache_refused >= none && options.cache_refused <= most &&
                                 options.connect_timeout > none && options.connect_timeout <= longest &&
                                 options.total_timeout > none && options.total_timeout <= longest &&
                                 options.max_requests > 0 && options.max_answer_bytes > 0;
        if (!can_be_kept) {
            return FetchError{FetchStage::configuration,
                              "an option of IntrospectionOptions is out of its range: caching is from 0 to 60 s, "
                              "timeouts up to an hour, and max_requests and max_answer_bytes at least 1"};
        }
        return IntrospectionVerifier{std::make_shared<State>(*std::move(url),
                                                             AnyTransport{std::forward<Transport>(transport)},
                                                             std::move(authentication), std::move(rules), options)};
    }

    IntrospectionVerifier(const IntrospectionVerifier&) = default;  // and no move, as Verifier
    IntrospectionVerifier& operator=(const IntrospectionVerifier&) = default;
    ~IntrospectionVerifier() = default;

    /// The claims of a token that the server calls active and the rules accept.
    ///
    /// \return errors as of `Verifier::verify` for its claims; `token_too_large`; `malformed_token` for a text that no
    ///         header can carry; `check_failed` (`active`); `keys_unavailable`.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token) const { return verify_with(token, nullptr); }

    /// The same for a token that may be bound to a key. See `BindableVerifier`.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token, const ConfirmationCheck& check) const {
        return verify_with(token, &check);
    }

private:
    /// What the server says of a token.
    struct Answer {
        detail::IntrospectionAnswer claims;
        std::optional<NumericDate> expiry;
    };

    struct State {
        State(Url url, AnyTransport prototype, ClientAuthentication proof, Validation<Claims> validation,
              IntrospectionOptions settings)
            : endpoint(std::move(url)),
              transport(std::move(prototype)),
              authentication(std::move(proof)),
              rules(std::move(validation)),
              options(settings),
              claims(rules),
              cache(options.max_cached) {}

        /// A copy of the transport that nobody uses; nullopt if `max_requests` are in use.
        [[nodiscard]] std::optional<AnyTransport> borrow() {
            const std::scoped_lock lock{mutex};
            if (in_use >= options.max_requests) return std::nullopt;
            ++in_use;
            if (idle.empty()) return transport;
            std::optional<AnyTransport> found{std::move(idle.back())};
            idle.pop_back();
            return found;
        }
        void give_back(AnyTransport used) {
            const std::scoped_lock lock{mutex};
            --in_use;
            idle.push_back(std::move(used));
        }

        const Url endpoint;
        const AnyTransport transport;
        const ClientAuthentication authentication;
        const Validation<Claims> rules;
        const IntrospectionOptions options;
        const detail::StoredClaims<Claims> claims;
        const detail::Hasher hasher{detail::Hash::sha256};
        detail::IntrospectionCache cache;
        std::mutex mutex;
        std::vector<AnyTransport> idle;
        std::size_t in_use = 0;
    };

    explicit IntrospectionVerifier(std::shared_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] Result<Verified<Claims>> verify_with(std::string_view token, const ConfirmationCheck* check) const {
        if (token.size() > state_->rules.max_token_bytes) return Errc::token_too_large;
        const auto is_visible = [](char character) { return character > 0x20 && character < 0x7f; };
        if (token.empty() || !std::all_of(token.begin(), token.end(), is_visible)) return Errc::malformed_token;
        std::string hash = state_->hasher(detail::as_bytes(token));
        if (hash.empty()) return unavailable("the token cannot be hashed");
        const SteadyTime asked = std::chrono::steady_clock::now();
        if (const auto kept = state_->cache.find(hash, asked)) return judge(*kept, check);
        auto answer = ask(token);
        if (!answer) return std::move(answer).error();
        auto proof = judge(answer->claims, check);
        const auto kept_for = proof ? lifetime(answer->expiry) : state_->options.cache_refused;
        state_->cache.insert(std::move(hash), std::move(answer->claims), asked + kept_for);
        return proof;
    }

    [[nodiscard]] Result<Verified<Claims>> judge(const detail::IntrospectionAnswer& answer,
                                                 const ConfirmationCheck* check) const {
        if (!answer) {
            return Error{Errc::check_failed, "active", "the authorization server says that the token is not active"};
        }
        return state_->claims.prove(*answer, check);
    }

    [[nodiscard]] static Error unavailable(std::string_view reason) { return {Errc::keys_unavailable, {}, reason}; }

    /// Asks the server. RFC 7662 §2.1
    [[nodiscard]] Result<Answer> ask(std::string_view token) const {
        const IntrospectionOptions& options = state_->options;
        FetchRequest request{.url = state_->endpoint,
                             .accept = "application/json",
                             .most_bytes = options.max_answer_bytes,
                             .connect_timeout = (std::min)(options.connect_timeout, options.total_timeout),
                             .deadline = std::chrono::steady_clock::now() + options.total_timeout,
                             .form = "token=" + detail::form_encoded(token) + "&token_type_hint=access_token"};
        if (auto proven = state_->authentication.detail_apply(request); !proven) return std::move(proven).error();
        auto transport = state_->borrow();
        if (!transport) return unavailable("max_requests are under way to the introspection endpoint");
        auto result = detail::catch_all([&]() -> FetchResult { return (*transport)(request); },
                                        []() -> FetchResult { return FetchError{FetchStage::transfer}; });
        state_->give_back(*std::move(transport));
        if (!result) return unavailable(message(result.error().stage));
        if (result->status == 401 || result->status == 403) {
            return unavailable("the introspection endpoint refuses the credentials of this service");
        }
        if (result->status != 200) return unavailable("the introspection endpoint did not answer with status 200");
        if (result->body.size() > options.max_answer_bytes) return unavailable(message(FetchStage::too_large));
        return read(std::move(result->body));
    }

    /// Reads an answer. RFC 7662 §2.2
    [[nodiscard]] static Result<Answer> read(std::string body) {
        auto parsed = detail::read_json(body);
        if (!parsed || !parsed->is_object()) return unavailable("the introspection endpoint's answer is not an object");
        const auto active = parsed->find("active");
        if (active == parsed->end() || !active->is_boolean()) {
            return unavailable("the introspection endpoint's answer does not say whether the token is active");
        }
        if (!active->template get<bool>()) return Answer{};
        return Answer{std::move(body), expiry_of(*parsed)};
    }

    [[nodiscard]] static std::optional<NumericDate> expiry_of(const nlohmann::json& answer) {
        constexpr double furthest = 1e11;  // far beyond 60 s from now, and far from an overflow
        const auto exp = answer.find("exp");
        if (exp == answer.end() || !exp->is_number()) return std::nullopt;
        const double seconds = std::clamp(exp->template get<double>(), 0.0, furthest);
        return NumericDate{std::chrono::seconds{static_cast<long long>(seconds)}};
    }

    /// How long an accepted token is kept.
    [[nodiscard]] std::chrono::seconds lifetime(std::optional<NumericDate> expiry) const {
        const std::chrono::seconds most = state_->options.cache_accepted;
        const NumericDate moment = detail::moment_of(state_->rules.clock);
        if (!expiry || *expiry >= detail::saturating_sum(moment, most)) return most;
        return *expiry > moment ? *expiry - moment : std::chrono::seconds{0};
    }

    std::shared_ptr<State> state_;
};

}  // namespace credence
