// SPDX-License-Identifier: MIT
// Replays: remembers used proofs of possession, so that each is valid for one request.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

namespace credence {

/// A store of used proofs, called from many threads at once. An error of any code means that the store did not answer.
///
/// Several instances of a server share one store; otherwise a proof is valid once for each of them. RFC 9449 §11.1
template <class Store>
concept ReplayStore = requires(Store& store, std::string_view id, NumericDate until) {
    /// Returns true for the first use of an id, and false for every other use until the second `until` is over. Atomic:
    /// of two simultaneous calls, one returns true. An id has 43 characters of base64url.
    { store.use_once(id, until) } -> std::same_as<Result<bool>>;
};

/// A handle to a store, for a verifier: `dpop_bound(verifier, {.base_url = "…", .replays = store})`.
///
/// There is no default: without a store, anybody who reads a proof could use it again.
class Replays {
public:
    /// \param store  kept alive. Null acts as a store that does not answer.
    template <ReplayStore Store>
    Replays(std::shared_ptr<Store> store) : asked_(std::make_shared<Asked<Store>>(std::move(store))) {}

    /// Success for the first use of an id; `invalid_proof` for another; `store_unavailable`.
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
