// SPDX-License-Identifier: MIT
// IntrospectionVerifier: verifies opaque tokens by asking the authorization server about each. RFC 7662
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
#include <credence/remote/signed_introspection.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/jwt/detail/stored_claims.hpp>
#include <credence/jwt/detail/token_form.hpp>
#include <credence/remote/detail/form_encoding.hpp>
#include <credence/remote/detail/introspection_access.hpp>
#include <credence/remote/detail/introspection_cache.hpp>
#include <credence/remote/detail/introspection_endpoint.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/single_flight.hpp>

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
    /// How long the answer about an accepted token is cached: at most 60 s, and never beyond its `exp`. A revoked token
    /// is still accepted for this long. 0: the server is asked each time.
    std::chrono::seconds cache_accepted{60};
    /// The same for a refused token, at most 60 s.
    std::chrono::seconds cache_refused{5};
    /// The most answers about accepted tokens in the cache, and the most about refused ones. Anybody can make up tokens
    /// that are refused: they push no accepted one out of the cache.
    std::size_t max_cached = 10'000;
    /// The most simultaneous requests; a token beyond that is `keys_unavailable`.
    std::size_t max_requests = 8;
    /// The most threads that wait for the answer to another thread's request about the same token; a further one is
    /// `keys_unavailable`. If `cache_accepted` is 0, answers are not shared.
    std::size_t max_waiters = 32;
    /// The time limits for connecting, and for the whole request.
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::milliseconds total_timeout = std::chrono::seconds{5};
    /// The longest answer, in bytes.
    std::size_t max_answer_bytes = std::size_t{64} * 1024;
    /// If set, the endpoint must return signed answers. RFC 9701
    std::optional<SignedIntrospection> signed_answers = {};
    /// For `discover`: where the issuer's metadata document is, if not at a location derived from its URL; when it is
    /// read again; and its longest size, in bytes.
    std::string metadata_url = {};
    std::chrono::milliseconds rediscover = std::chrono::hours{24};
    std::size_t max_document_bytes = std::size_t{256} * 1024;
};

/// Verifies opaque tokens by asking the authorization server that issued them. RFC 7662 §2
///
///     const auto verifier = credence::IntrospectionVerifier<MyClaims>::make(
///         "https://id.example/introspect", credence::CurlTransport{},
///         credence::ClientAuthentication::basic("orders", secret), {.audience = "orders"}).value();
///
/// The answer's members are the claims. `active` must be true, and the rules of `Validation` apply as for a signed
/// token, except for `type`, which has no effect. A token that is not active is `check_failed` with the claim `active`.
///
/// If the server cannot be asked, or its answer cannot be read, the token is `keys_unavailable`, which is a 503, and
/// nothing is cached. Errors never contain a token or an answer. Threads that verify the same token at the same time
/// send one request.
///
/// A handle: copies share the cached answers. Any thread may use any of them; a thread that verifies waits for the
/// server.
///
/// \tparam Claims  see `claims/claims.hpp`; a private claims type may have `client_id` and `username`.
template <class Claims>
class IntrospectionVerifier {
public:
    /// The claims type that it proves.
    using claims_type = Claims;

    /// Prepares a verifier. Sends no request yet.
    ///
    /// \param endpoint   the URL of the introspection endpoint.
    /// \param transport  is copied: a copy serves one request at a time.
    /// \return the verifier; stage `url` for a URL that is not allowed, stage `configuration` for an option out of
    ///         range.
    template <FetchTransport Transport>
    [[nodiscard]] static Result<IntrospectionVerifier, FetchError> make(std::string_view endpoint,
                                                                        Transport&& transport,
                                                                        ClientAuthentication authentication,
                                                                        Validation<Claims> rules,
                                                                        IntrospectionOptions options = {}) {
        auto url = Url::parse(endpoint);
        if (!url) return std::move(url).error();
        if (auto checked = check_options(options); !checked) return std::move(checked).error();
        return IntrospectionVerifier{
            std::make_shared<State>(std::make_unique<detail::IntrospectionEndpoint>(*std::move(url)),
                                    AnyTransport{std::forward<Transport>(transport)}, std::move(authentication),
                                    std::move(rules), std::move(options))};
    }

    /// The same for an issuer whose metadata document names the endpoint. The document is read when the first token
    /// comes, again after `rediscover`, and after three failures of the endpoint. RFC 8414 §2
    ///
    /// \param issuer  its URL; the document must name the same issuer, byte for byte. The endpoint may be https at any
    ///                address, and plain http only if the issuer's URL is.
    template <FetchTransport Transport>
    [[nodiscard]] static Result<IntrospectionVerifier, FetchError> discover(std::string_view issuer,
                                                                            Transport&& transport,
                                                                            ClientAuthentication authentication,
                                                                            Validation<Claims> rules,
                                                                            IntrospectionOptions options = {}) {
        auto origin = detail::origin_of_issuer(issuer, options.metadata_url);
        if (!origin) return std::move(origin).error();
        if (auto checked = check_options(options); !checked) return std::move(checked).error();
        auto endpoint = std::make_unique<detail::IntrospectionEndpoint>(*std::move(origin), options.rediscover,
                                                                        options.max_document_bytes);
        return IntrospectionVerifier{
            std::make_shared<State>(std::move(endpoint), AnyTransport{std::forward<Transport>(transport)},
                                    std::move(authentication), std::move(rules), std::move(options))};
    }

    IntrospectionVerifier(const IntrospectionVerifier&) = default;  // no move, as in Verifier
    IntrospectionVerifier& operator=(const IntrospectionVerifier&) = default;
    ~IntrospectionVerifier() = default;

    /// The claims of a token that the server calls active and the rules accept.
    ///
    /// \return errors as of `Verifier::verify` for its claims; `token_too_large`; `malformed_token` for a text that
    ///         cannot be in a header; `check_failed` (`active`); `keys_unavailable`.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token) const { return verify_with(token, nullptr); }

    /// The same for a token that may be bound to a key. See `BindableVerifier`.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token, const ConfirmationCheck& check) const {
        return verify_with(token, &check);
    }

    /// The result if the answer for this token is cached; nullopt if `verify` would ask the server, or refuse the text.
    /// Never waits.
    [[nodiscard]] std::optional<Result<Verified<Claims>>> verify_kept(std::string_view token) const {
        if (token.size() > state_->rules.max_token_bytes) return std::nullopt;
        const std::string hash = state_->hasher(detail::as_bytes(token));
        if (hash.empty()) return std::nullopt;
        const auto kept = state_->cache.find(hash, std::chrono::steady_clock::now());
        return kept ? std::optional{validate(*kept, nullptr)} : std::nullopt;
    }

    /// Why the issuer's metadata document could not be read, for a log; nullopt after a success, and after `make`.
    [[nodiscard]] std::optional<FetchError> discovery_fault() const { return state_->endpoint->last_fault(); }

private:
    /// The server's answer about a token.
    struct Answer {
        detail::IntrospectionAnswer claims;
        std::optional<NumericDate> expiry;
    };

    using Flights = detail::SingleFlight<Result<Answer>>;

    struct State {
        State(std::unique_ptr<detail::IntrospectionEndpoint> place, AnyTransport prototype, ClientAuthentication proof,
              Validation<Claims> validation, IntrospectionOptions settings)
            : endpoint(std::move(place)),
              transport(std::move(prototype)),
              authentication(std::move(proof)),
              rules(std::move(validation)),
              options(std::move(settings)),
              claims(rules),
              cache(options.max_cached),
              flights(options.max_waiters) {}

        /// A free copy of the transport; nullopt if `max_requests` are in use.
        [[nodiscard]] std::optional<AnyTransport> borrow() {
            const std::scoped_lock lock{mutex};
            if (in_use >= options.max_requests) return std::nullopt;
            idle.reserve(idle.size() + in_use + 1);  // so that returning it needs no memory
            std::optional<AnyTransport> found;
            if (idle.empty()) {
                found.emplace(transport);
            } else {
                found.emplace(std::move(idle.back()));
                idle.pop_back();
            }
            ++in_use;  // not before the copy, which may throw
            return found;
        }
        void give_back(AnyTransport used) noexcept {
            const std::scoped_lock lock{mutex};
            --in_use;
            idle.push_back(std::move(used));
        }

        const std::unique_ptr<detail::IntrospectionEndpoint> endpoint;
        const AnyTransport transport;
        const ClientAuthentication authentication;
        const Validation<Claims> rules;
        const IntrospectionOptions options;
        const detail::StoredClaims<Claims> claims;
        const detail::Hasher hasher{detail::Hash::sha256};
        detail::IntrospectionCaches cache;
        Flights flights;
        std::mutex mutex;
        std::vector<AnyTransport> idle;
        std::size_t in_use = 0;
    };

    /// A transport for one request, returned at the end.
    struct Loan {
        explicit Loan(State& owner) : state(owner), transport(owner.borrow()) {}
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        ~Loan() {
            if (transport) state.give_back(*std::move(transport));
        }

        /// Sends a request. An exception of the transport counts as a failure.
        [[nodiscard]] FetchResult fetch(const FetchRequest& request) const {
            return detail::catch_all([&]() -> FetchResult { return (*transport)(request); },
                                     []() -> FetchResult { return FetchError{FetchStage::transfer}; });
        }

        State& state;
        std::optional<AnyTransport> transport;
    };

    explicit IntrospectionVerifier(std::shared_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] static Result<void, FetchError> check_options(const IntrospectionOptions& options) {
        constexpr std::chrono::seconds none{0};
        constexpr std::chrono::seconds most{60};
        constexpr std::chrono::milliseconds longest = std::chrono::hours{1};
        constexpr std::chrono::milliseconds year = std::chrono::hours{24 * 365};
        const bool can_be_kept = options.cache_accepted >= none && options.cache_accepted <= most &&
                                 options.cache_refused >= none && options.cache_refused <= most &&
                                 options.connect_timeout > none && options.connect_timeout <= longest &&
                                 options.total_timeout > none && options.total_timeout <= longest &&
                                 options.rediscover > none && options.rediscover <= year && options.max_requests > 0 &&
                                 options.max_answer_bytes > 0 && options.max_document_bytes > 0;
        if (can_be_kept) return {};
        return FetchError{FetchStage::configuration,
                          "an option of IntrospectionOptions is out of its range: caching is from 0 to 60 s, "
                          "timeouts up to an hour, and max_requests and the numbers of bytes at least 1"};
    }

    [[nodiscard]] Result<Verified<Claims>> verify_with(std::string_view token, const ConfirmationCheck* check) const {
        if (token.size() > state_->rules.max_token_bytes) {
            return Error{Errc::token_too_large, {}, detail::longer_than_allowed};
        }
        const auto is_visible = [](char character) { return character > 0x20 && character < 0x7f; };
        if (token.empty()) return Error{Errc::malformed_token, {}, "an empty token"};
        if (!std::all_of(token.begin(), token.end(), is_visible)) {
            return Error{Errc::malformed_token, {}, "a byte that is not visible ASCII"};
        }
        std::string hash = state_->hasher(detail::as_bytes(token));
        if (hash.empty()) return unavailable("the token cannot be hashed");
        const SteadyTime asked = std::chrono::steady_clock::now();
        if (const auto kept = state_->cache.find(hash, asked)) return validate(*kept, check);
        std::optional<Result<Verified<Claims>>> own;  // of the thread that asks
        const auto ask_and_keep = [&]() -> Result<Answer> {
            // Another thread may have cached one since this one looked.
            if (auto kept = state_->cache.find(hash, asked)) return Answer{*std::move(kept), std::nullopt};
            auto answer = ask(token);
            if (!answer) return answer;
            own.emplace(validate(answer->claims, check));
            const auto kept_for = *own ? lifetime(answer->expiry) : state_->options.cache_refused;
            state_->cache.insert(hash, answer->claims, asked + kept_for, own->has_value());
            return answer;
        };
        if (state_->options.cache_accepted == std::chrono::seconds{0}) return proof_of(ask_and_keep(), own, check);
        const auto shared = state_->flights.get(hash, asked + state_->options.total_timeout, ask_and_keep);
        if (shared.outcome == Flights::Outcome::too_many) {
            return unavailable("max_waiters threads wait for answers of the introspection endpoint");
        }
        if (!shared.answer) return unavailable("the answer of the introspection endpoint takes too long");
        return proof_of(*shared.answer, own, check);
    }

    [[nodiscard]] Result<Verified<Claims>> proof_of(const Result<Answer>& answer,
                                                    std::optional<Result<Verified<Claims>>>& own,
                                                    const ConfirmationCheck* check) const {
        if (own) return *std::move(own);
        if (!answer) return answer.error();
        return validate(answer->claims, check);
    }

    [[nodiscard]] Result<Verified<Claims>> validate(const detail::IntrospectionAnswer& answer,
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
        const SteadyTime deadline = std::chrono::steady_clock::now() + options.total_timeout;
        const auto connect_timeout = (std::min)(options.connect_timeout, options.total_timeout);
        const Loan loan{*state_};
        if (!loan.transport) return unavailable("max_requests are under way to the introspection endpoint");
        auto url = state_->endpoint->find(deadline, connect_timeout,
                                          [&](const FetchRequest& request) { return loan.fetch(request); });
        if (!url) return std::move(url).error();
        FetchRequest request{
            .url = *std::move(url),
            .accept = options.signed_answers ? "application/token-introspection+jwt" : "application/json",
            .most_bytes = options.max_answer_bytes,
            .connect_timeout = connect_timeout,
            .deadline = deadline,
            .form = "token=" + detail::form_encoded(token) + "&token_type_hint=access_token"};
        if (auto proven = detail::IntrospectionAccess::authenticate(state_->authentication, request); !proven)
            return std::move(proven).error();
        auto result = loan.fetch(request);
        state_->endpoint->note(result && result->status == 200);
        return take(std::move(result));
    }

    [[nodiscard]] Result<Answer> take(FetchResult result) const {
        if (!result) return unavailable(message(result.error().stage));
        if (result->status == 401 || result->status == 403) {
            return unavailable("the introspection endpoint refuses the credentials of this service");
        }
        if (result->status != 200) return unavailable("the introspection endpoint did not answer with status 200");
        if (result->body.size() > state_->options.max_answer_bytes) return unavailable(message(FetchStage::too_large));
        if (state_->options.signed_answers) return read_signed(result->body);
        auto parsed = detail::read_json(result->body);
        if (!parsed) return unavailable("the introspection endpoint's answer is not an object");
        return read(*parsed, std::move(result->body));
    }

    /// Reads a signed answer. An unsigned one is refused. RFC 9701 §5
    [[nodiscard]] Result<Answer> read_signed(std::string_view body) const {
        const auto opened = detail::IntrospectionAccess::open(*state_->options.signed_answers, body);
        if (opened) return read(*opened, opened->dump());
        if (opened.error().code == Errc::keys_unavailable) {
            return Error{Errc::keys_unavailable,
                         {},
                         "the keys for the signed answer are unavailable",
                         opened.error().retry_after};
        }
        return unavailable("the introspection endpoint's answer is not signed by its issuer for this service");
    }

    /// Reads an answer. RFC 7662 §2.2
    [[nodiscard]] static Result<Answer> read(const nlohmann::json& answer, std::string text) {
        if (!answer.is_object()) return unavailable("the introspection endpoint's answer is not an object");
        const auto active = answer.find("active");
        if (active == answer.end() || !active->is_boolean()) {
            return unavailable("the introspection endpoint's answer does not say whether the token is active");
        }
        if (!active->template get<bool>()) return Answer{};
        return Answer{std::move(text), expiry_of(answer)};
    }

    [[nodiscard]] static std::optional<NumericDate> expiry_of(const nlohmann::json& answer) {
        constexpr double furthest = 1e11;  // far beyond 60 s from now, and far from an overflow
        const auto exp = answer.find("exp");
        if (exp == answer.end() || !exp->is_number()) return std::nullopt;
        const double seconds = std::clamp(exp->template get<double>(), 0.0, furthest);
        return NumericDate{std::chrono::seconds{static_cast<long long>(seconds)}};
    }

    /// How long to cache the answer about an accepted token.
    [[nodiscard]] std::chrono::seconds lifetime(std::optional<NumericDate> expiry) const {
        const std::chrono::seconds most = state_->options.cache_accepted;
        const NumericDate moment = detail::moment_of(state_->rules.clock);
        if (!expiry || *expiry >= detail::saturating_sum(moment, most)) return most;
        return *expiry > moment ? *expiry - moment : std::chrono::seconds{0};
    }

    std::shared_ptr<State> state_;
};

}  // namespace credence
