// SPDX-License-Identifier: MIT
// An ApiKeyStore of any type behind one type, so that `ApiKeys` is named by its claims alone.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/result.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A store of API keys; null returns `store_unavailable` from each function. See `ApiKeyStore` for the functions.
class AnyApiKeyStore {
public:
    template <ApiKeyStore Store>
    explicit AnyApiKeyStore(std::shared_ptr<Store> store) {
        if (store != nullptr) asked_ = std::make_shared<Asked<Store>>(std::move(store));
    }

    [[nodiscard]] Result<void> insert(const ApiKeyRecord& record) const {
        return asked_ ? asked_->insert(record) : Result<void>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<std::optional<ApiKeyRecord>> find(std::string_view id) const {
        return asked_ ? asked_->find(id) : Result<std::optional<ApiKeyRecord>>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<bool> touch(std::string_view id, NumericDate used_at) const {
        return asked_ ? asked_->touch(id, used_at) : Result<bool>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<bool> end(std::string_view id) const {
        return asked_ ? asked_->end(id) : Result<bool>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<void> end_all(std::string_view subject) const {
        return asked_ ? asked_->end_all(subject) : Result<void>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> list(std::string_view subject) const {
        return asked_ ? asked_->list(subject) : Result<std::vector<ApiKeyRecord>>{Errc::store_unavailable};
    }

private:
    struct Interface {
        Interface() = default;
        Interface(const Interface&) = delete;
        Interface& operator=(const Interface&) = delete;
        virtual ~Interface() = default;
        [[nodiscard]] virtual Result<void> insert(const ApiKeyRecord& record) = 0;
        [[nodiscard]] virtual Result<std::optional<ApiKeyRecord>> find(std::string_view id) = 0;
        [[nodiscard]] virtual Result<bool> touch(std::string_view id, NumericDate used_at) = 0;
        [[nodiscard]] virtual Result<bool> end(std::string_view id) = 0;
        [[nodiscard]] virtual Result<void> end_all(std::string_view subject) = 0;
        [[nodiscard]] virtual Result<std::vector<ApiKeyRecord>> list(std::string_view subject) = 0;
    };

    template <class Store>
    struct Asked final : Interface {
        explicit Asked(std::shared_ptr<Store> asked) : store(std::move(asked)) {}
        [[nodiscard]] Result<void> insert(const ApiKeyRecord& record) override { return store->insert_api_key(record); }
        [[nodiscard]] Result<std::optional<ApiKeyRecord>> find(std::string_view id) override {
            return store->find_api_key(id);
        }
        [[nodiscard]] Result<bool> touch(std::string_view id, NumericDate used_at) override {
            return store->touch_api_key(id, used_at);
        }
        [[nodiscard]] Result<bool> end(std::string_view id) override { return store->end_api_key(id); }
        [[nodiscard]] Result<void> end_all(std::string_view subject) override {
            return store->end_api_keys_of(subject);
        }
        [[nodiscard]] Result<std::vector<ApiKeyRecord>> list(std::string_view subject) override {
            return store->api_keys_of(subject);
        }
        std::shared_ptr<Store> store;
    };

    std::shared_ptr<Interface> asked_ = {};
};

}  // namespace credence::detail
