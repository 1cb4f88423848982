// SPDX-License-Identifier: MIT
// IssuerRegistry: verifies the tokens of many issuers, which are chosen at run time.
#pragma once

#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/snapshot_cell.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/token_form.hpp>
#include <credence/jwt/detail/unverified_issuer.hpp>
#include <credence/jwt/detail/verifier_access.hpp>
#include <credence/remote/detail/fetch_loop.hpp>
#include <credence/remote/detail/persistent_map.hpp>
#include <credence/remote/detail/registry_keys.hpp>
#include <credence/remote/detail/remote_core.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// The settings of an `IssuerRegistry`.
struct IssuerRegistryOptions {
    /// Options for the keys of each issuer. `unknown_key_wait` and `max_waiters` count for all issuers together;
    /// `metadata_url` is not used. `max_waiters` limits threads; up to 1,024 coroutines may wait, and none if it is 0.
    RemoteOptions keys = {};
    /// How long the keys of an issuer are kept up to date without a token from it. Its next token waits for a new
    /// fetch.
    std::chrono::milliseconds rest_after = std::chrono::hours{1};
    /// The most issuers. Adding one more fails, and a token of one more that the resolver accepts is
    /// `keys_unavailable`.
    std::size_t max_issuers = 1000;
    /// The longest token, in bytes, whatever the rules of an issuer allow.
    std::size_t max_token_bytes = std::size_t{16} * 1024;
};

/// Verifies the tokens of many issuers, each with its own keys and rules.
///
///     const auto registry = credence::IssuerRegistry<MyClaims, Keys>::make(credence::CurlTransport{}).value();
///     registry.add("https://tenant-1.example", {.audience = "orders"}).value();
///     server.Get("/me", credence::protect(registry, me));
///
/// The unverified `iss` of a token chooses the issuer. The keys and rules of that issuer alone then decide, so no
/// issuer can sign as another, and no key is looked up in another issuer's set. A token of an unknown issuer is
/// `invalid_issuer`, and nothing is fetched for it. RFC 8725 §3.8
///
/// The keys of an issuer are first fetched for a token that its rules accept, and then as by `RemoteKeys`. Two threads
/// fetch for all issuers, so there are at most two fetches at a time. Nothing is fetched for an issuer without tokens.
/// Adding and removing an issuer takes logarithmic time in their number.
///
/// `verify` waits for a fetch that its token needs. In coroutines of Boost.Asio nothing blocks: `AsyncVerifier` awaits
/// the fetch. The resolver is then called in the coroutine's thread.
///
/// A handle: copies share everything; any thread may use any of them. The threads end with the last copy. A child of
/// `fork` does not have them: make a registry in the child.
///
/// \tparam Claims  see `claims/claims.hpp`.
/// \tparam Set     a `KeySet`.
template <class Claims, class Set>
class IssuerRegistry {
public:
    /// The claims type that it proves.
    using claims_type = Claims;
    /// Decides about an issuer that was not added: returns the rules for its tokens, or nullopt to refuse it. It is
    /// called by the threads that verify, for each token of such an issuer until it is accepted; an exception refuses.
    using Resolver = std::function<std::optional<Validation<Claims>>(const std::string& issuer)>;

    /// Makes a registry without issuers.
    ///
    /// \param transport  copied for each of the two threads.
    /// \return the registry; stage `configuration` for an option out of its range, or if the system has no thread left.
    template <FetchTransport Transport>
    [[nodiscard]] static Result<IssuerRegistry, FetchError> make(Transport&& transport,
                                                                 IssuerRegistryOptions options = {},
                                                                 Resolver resolver = {}) {
        if (auto checked = (options.keys.check)(); !checked) return std::move(checked).error();
        auto state = std::make_shared<State>(AnyTransport{std::forward<Transport>(transport)}, std::move(options),
                                             std::move(resolver));
        if (!state->threads.start()) return FetchError{FetchStage::configuration, "the system has no thread left"};
        return IssuerRegistry{std::move(state)};
    }

    IssuerRegistry(const IssuerRegistry&) = default;  // no move: a moved-from registry would have no issuers
    IssuerRegistry& operator=(const IssuerRegistry&) = default;
    ~IssuerRegistry() = default;

    /// Adds an issuer, or replaces its rules. Fetches nothing yet.
    ///
    /// \param issuer        its URL, byte for byte as tokens have it in `iss`.
    /// \param rules         `Validation::issuer` may be left out; if set, it must name this issuer.
    /// \param metadata_url  the location of its metadata document, if it is not derived from its URL.
    /// \return stage `url`, or `configuration` if the rules name another issuer or there are `max_issuers`.
    [[nodiscard]] Result<void, FetchError> add(std::string_view issuer, Validation<Claims> rules,
                                               std::string_view metadata_url = {}) const {
        return state_->add(issuer, std::move(rules), metadata_url);
    }

    /// Removes an issuer: from now on its tokens are `invalid_issuer`, unless the resolver accepts it again.
    ///
    /// \return whether the issuer was in the registry.
    // NOLINTNEXTLINE(modernize-use-nodiscard): callers may ignore whether it was there
    bool remove(std::string_view issuer) const { return state_->remove(issuer); }

    /// The number of issuers.
    [[nodiscard]] std::size_t size() const {
        const auto issuers = state_->issuers.load();
        return issuers ? issuers->size() : 0;
    }

    /// The health of an issuer's keys; nullopt for an unknown issuer.
    [[nodiscard]] std::optional<RemoteHealth> health(std::string_view issuer) const {
        const EntryHandle entry = state_->find(issuer);
        return entry ? std::optional{entry->member->state().keys().health()} : std::nullopt;
    }

    /// The claims of a token that its issuer's keys and rules accept. Errors as of `Verifier::verify`.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token) const { return verify_with(token, nullptr); }

    /// The same for a token that may be bound to a key. See `BindableVerifier`.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token, const ConfirmationCheck& check) const {
        return verify_with(token, &check);
    }

private:
    [[nodiscard]] Result<Verified<Claims>> verify_with(std::string_view token, const ConfirmationCheck* check) const {
        if (token.size() > state_->options.max_token_bytes) {
            return Error{Errc::token_too_large, {}, detail::longer_than_allowed};
        }
        const auto parts = detail::split_compact(token);
        if (!parts) return Error{Errc::malformed_token, {}, detail::why_not_three_parts(token)};
        const detail::UnverifiedIssuer unverified{parts->payload,
                                                  {.allow_padding = true, .allow_duplicate_members = true}};
        const auto& issuer = unverified.name();
        EntryHandle entry = issuer ? state_->find(*issuer) : nullptr;
        if (!entry) {
            if (auto refused = check_header(parts->header)) return *std::move(refused);
            if (!issuer || issuer->size() > Url::max_bytes) return unknown_issuer();
            auto resolved = state_->resolve(std::string{*issuer});
            if (!resolved) return std::move(resolved).error();
            entry = *std::move(resolved);
        }
        if (!state_->loop->use(entry->member)) entry = state_->renew(std::string{*issuer}, entry);
        return (detail::VerifierAccess::verify)(entry->verifier, token, check, unverified.payload());
    }

    /// Errors that every issuer's verifier would report come before any about the issuer, and before the resolver is
    /// called.
    [[nodiscard]] static std::optional<Error> check_header(std::string_view segment) {
        const auto header = detail::read_jose_header(segment, {true, true});
        if (!header) return header.error();
        const std::string& alg = header->header.alg;
        if (!is_known_algorithm(alg)) return Error{Errc::unsupported_algorithm, {}, detail::why_unsupported(alg)};
        if (!Set::accepts(alg)) return Error{Errc::algorithm_not_allowed, {}, detail::key_of_other_algorithm};
        return std::nullopt;
    }

    using Loop = detail::FetchLoop<Set>;
    using Keys = detail::RegistryKeys<Set>;

    struct Entry {
        Validation<Claims> rules;
        std::string metadata_url;
        typename Loop::Handle member;
        Verifier<Claims, Keys> verifier;
    };
    using EntryHandle = std::shared_ptr<const Entry>;
    using Issuers = detail::PersistentMap<EntryHandle>;

    [[nodiscard]] static Error unknown_issuer() {
        return {Errc::invalid_issuer, "iss", "the registry does not have the issuer of this token"};
    }

    struct State {
        State(AnyTransport transport, IssuerRegistryOptions settings, Resolver chosen)
            : options(std::move(settings)),
              resolver(std::move(chosen)),
              loop(std::make_shared<Loop>(std::move(transport), options.keys, options.rest_after)),
              threads(loop) {
            issuers.store(Issuers{});
            serialise_events();
        }

        /// Two threads must not call the user's hook at the same time.
        void serialise_events() {
            if (!options.keys.on_event) return;
            options.keys.on_event = [hook = std::move(options.keys.on_event),
                                     mutex = std::make_shared<std::mutex>()](const RemoteEvent& event) {
                const std::scoped_lock lock{*mutex};
                hook(event);
            };
        }

        [[nodiscard]] EntryHandle find(std::string_view issuer) const {
            const auto current = issuers.load();
            const EntryHandle* const found = current->find(issuer);
            return found == nullptr ? nullptr : *found;
        }

        [[nodiscard]] Result<EntryHandle, FetchError> make_entry(std::string_view issuer, Validation<Claims> rules,
                                                                 std::string_view metadata_url) const {
            auto origin = detail::origin_of_issuer(issuer, metadata_url);
            if (!origin) return std::move(origin).error();
            auto member = std::make_shared<typename Loop::Member>(*std::move(origin), options.keys);
            auto verifier = verifier_for<Claims>(Keys{loop, member}, rules);
            if (!verifier) {
                return FetchError{FetchStage::configuration, std::string{verifier.error().reason}};
            }
            return std::make_shared<const Entry>(
                Entry{std::move(rules), std::string{metadata_url}, std::move(member), *std::move(verifier)});
        }

        [[nodiscard]] Result<void, FetchError> add(std::string_view issuer, Validation<Claims> rules,
                                                   std::string_view metadata_url) {
            auto entry = make_entry(issuer, std::move(rules), metadata_url);
            if (!entry) return std::move(entry).error();
            const std::scoped_lock lock{writers};
            const Issuers current = *issuers.load();
            const EntryHandle* const replaced = current.find(issuer);
            if (replaced == nullptr && current.size() >= options.max_issuers) {
                return FetchError{FetchStage::configuration, "there are max_issuers issuers already"};
            }
            if (replaced != nullptr) loop->remove((*replaced)->member);
            issuers.store(current.with(std::string{issuer}, *std::move(entry)));
            return {};
        }

        bool remove(std::string_view issuer) {
            const std::scoped_lock lock{writers};
            const Issuers current = *issuers.load();
            const EntryHandle* const found = current.find(issuer);
            if (found == nullptr) return false;
            loop->remove((*found)->member);
            issuers.store(current.without(issuer));
            return true;
        }

        /// Calls the resolver about an unknown issuer.
        [[nodiscard]] Result<EntryHandle> resolve(const std::string& issuer) {
            if (!resolver) return unknown_issuer();
            using Answer = std::optional<Validation<Claims>>;
            auto rules = detail::catch_all([&]() -> Answer { return resolver(issuer); },
                                           []() -> Answer { return std::nullopt; });
            if (!rules) return unknown_issuer();
            if (EntryHandle entry = find(issuer)) return entry;  // another thread was faster
            const auto added = add(issuer, *std::move(rules), {});
            EntryHandle entry = find(issuer);
            if (entry) return entry;
            if (added || added.error().stage == FetchStage::url) return unknown_issuer();
            return Error{Errc::keys_unavailable, "iss", "the issuer cannot be added: see max_issuers and its rules"};
        }

        /// Replaces an entry that has rested. \return the current entry.
        [[nodiscard]] EntryHandle renew(const std::string& issuer, const EntryHandle& rested) {
            auto fresh = make_entry(issuer, rested->rules, rested->metadata_url);
            const std::scoped_lock lock{writers};
            const Issuers current = *issuers.load();
            const EntryHandle* const found = current.find(issuer);
            if (!fresh || found == nullptr) return rested;  // removed meanwhile
            if (*found != rested) return *found;
            loop->remove(rested->member);
            const EntryHandle entry = *std::move(fresh);
            issuers.store(current.with(issuer, entry));
            static_cast<void>(loop->use(entry->member));
            return entry;
        }

        IssuerRegistryOptions options;
        const Resolver resolver;
        const std::shared_ptr<Loop> loop;
        std::mutex writers;
        detail::SnapshotCell<Issuers> issuers;
        detail::FetchThreads<Set> threads;
    };

    explicit IssuerRegistry(std::shared_ptr<State> state) : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};

}  // namespace credence
