// SPDX-License-Identifier: MIT
// A SessionStore of any type behind one type, so that `Sessions` is named by its claims alone.
#pragma once

#include <credence/error.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A session store; null returns `store_unavailable` from each function. See `SessionStore` for the functions.
class AnySessionStore {
public:
    template <SessionStore Store>
    explicit AnySessionStore(std::shared_ptr<Store> store) {
        if (store != nullptr) asked_ = std::make_shared<Asked<Store>>(std::move(store));
    }

    [[nodiscard]] Result<void> insert(const SessionRecord& record) const {
        return asked_ ? asked_->insert(record) : Result<void>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<std::optional<SessionRecord>> find(std::string_view hash) const {
        return asked_ ? asked_->find(hash) : Result<std::optional<SessionRecord>>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<bool> touch(std::string_view hash, SessionUse use) const {
        return asked_ ? asked_->touch(hash, use) : Result<bool>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<bool> replace(std::string_view hash, const SessionRecord& record) const {
        return asked_ ? asked_->replace(hash, record) : Result<bool>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<void> end(std::string_view hash) const {
        return asked_ ? asked_->end(hash) : Result<void>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<bool> end_one(SubjectSession one) const {
        return asked_ ? asked_->end_one(one) : Result<bool>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<void> end_all(SubjectSessions several) const {
        return asked_ ? asked_->end_all(several) : Result<void>{Errc::store_unavailable};
    }
    [[nodiscard]] Result<std::vector<SessionRecord>> list(std::string_view subject) const {
        return asked_ ? asked_->list(subject) : Result<std::vector<SessionRecord>>{Errc::store_unavailable};
    }

private:
    struct Interface {
        Interface() = default;
        Interface(const Interface&) = delete;
        Interface& operator=(const Interface&) = delete;
        virtual ~Interface() = default;
        [[nodiscard]] virtual Result<void> insert(const SessionRecord& record) = 0;
        [[nodiscard]] virtual Result<std::optional<SessionRecord>> find(std::string_view hash) = 0;
        [[nodiscard]] virtual Result<bool> touch(std::string_view hash, SessionUse use) = 0;
        [[nodiscard]] virtual Result<bool> replace(std::string_view hash, const SessionRecord& record) = 0;
        [[nodiscard]] virtual Result<void> end(std::string_view hash) = 0;
        [[nodiscard]] virtual Result<bool> end_one(SubjectSession one) = 0;
        [[nodiscard]] virtual Result<void> end_all(SubjectSessions several) = 0;
        [[nodiscard]] virtual Result<std::vector<SessionRecord>> list(std::string_view subject) = 0;
    };

    template <class Store>
    struct Asked final : Interface {
        explicit Asked(std::shared_ptr<Store> asked) : store(std::move(asked)) {}
        [[nodiscard]] Result<void> insert(const SessionRecord& record) override {
            return store->insert_session(record);
        }
        [[nodiscard]] Result<std::optional<SessionRecord>> find(std::string_view hash) override {
            return store->find_session(hash);
        }
        [[nodiscard]] Result<bool> touch(std::string_view hash, SessionUse use) override {
            return store->touch_session(hash, use);
        }
        [[nodiscard]] Result<bool> replace(std::string_view hash, const SessionRecord& record) override {
            return store->replace_session(hash, record);
        }
        [[nodiscard]] Result<void> end(std::string_view hash) override { return store->end_session(hash); }
        [[nodiscard]] Result<bool> end_one(SubjectSession one) override { return store->end_session_of(one); }
        [[nodiscard]] Result<void> end_all(SubjectSessions several) override { return store->end_sessions_of(several); }
        [[nodiscard]] Result<std::vector<SessionRecord>> list(std::string_view subject) override {
            return store->sessions_of(subject);
        }
        std::shared_ptr<Store> store;
    };

    std::shared_ptr<Interface> asked_ = {};
};

}  // namespace credence::detail
