// SPDX-License-Identifier: MIT
// Replays: where the proofs of possession that were used are remembered, so that each is good for one request.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

namespace credence {

/// Where used proofs are remembered. Called from many threads at once. An error of any code means that it could not be
/// asked.
///
/// Several instances of a server share one store; otherwise a proof is good once for each of them. RFC 9449 §11.1
template <class Store>
concept ReplayStore = requires(Store& store, std::string_view id, NumericDate until) {
    /// Returns true for the first use of an id, and false for every other until the second `until` is over. One step:
    /// of two calls at the same time one returns true. An id has 43 characters of base64url.
    { store.use_once(id, until) } -> std::same_as<Result<bool>>;
};

/// A handle to a store, for a verifier: `dpop_bound(verifier, {.base_url = "…", .replays = store})`.
///
/// It has no default: without a store a proof could be used again by whoever reads it.
class Replays {
public:
    /// \param store  kept alive. A null one is a store that cannot be asked.
    template <ReplayStore Store>
    Replays(std::shared_ptr<Store> store) : asked_(std::make_shared<Asked<Store>>(std::move(store))) {}

    /// Nothing for the first use of an id; `invalid_proof` for another; `store_unavailable`.
    [[nodiscard]] Result<void> use_once(std::string_view id, NumericDate until) const {
        const Result<bool> is_first = asked_->use_once(id, until);
        if (!is_first) return Error{Errc::store_unavailable, {}, is_first.error().reason};
        if (!*is_first) return Error{Errc::invalid_proof, "jti", "the proof was used before"};
        return {};
    }

private:
    struct AnyStore {
        AnyStore() = default;
        AnyStore(const AnyStore&) = delete;
        AnyStore& operator=(const AnyStore&) = delete;
        virtual ~AnyStore() = default;
        [[nodiscard]] virtual Result<bool> use_once(std::string_view id, NumericDate until) = 0;
    };

    template <class Store>
    struct Asked final : AnyStore {
        explicit Asked(std::shared_ptr<Store> asked) : store(std::move(asked)) {}
        [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) override {
            return store ? store->use_once(id, until) : Result<bool>{Errc::store_unavailable};
        }
        std::shared_ptr<Store> store;
    };

    std::shared_ptr<AnyStore> asked_;
};

}  // namespace credence
