// SPDX-License-Identifier: MIT
// API keys and the list of logins, kept by one of the library's stores in the database of the users.
#pragma once

#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/json_log.hpp"
#include "stores.hpp"

namespace account {

/// A `credence::ApiKeyStore`, and of a `credence::SessionStore` what a list of logins needs.
class AccessStore {
public:
    AccessStore() = default;
    AccessStore(const AccessStore&) = delete;
    AccessStore& operator=(const AccessStore&) = delete;
    virtual ~AccessStore() = default;

    [[nodiscard]] virtual credence::Result<void> insert_api_key(const credence::ApiKeyRecord& record) = 0;
    [[nodiscard]] virtual credence::Result<std::optional<credence::ApiKeyRecord>> find_api_key(std::string_view id) = 0;
    [[nodiscard]] virtual credence::Result<bool> touch_api_key(std::string_view id, credence::NumericDate moment) = 0;
    [[nodiscard]] virtual credence::Result<bool> end_api_key(std::string_view id) = 0;
    [[nodiscard]] virtual credence::Result<void> end_api_keys_of(std::string_view subject) = 0;
    [[nodiscard]] virtual credence::Result<std::vector<credence::ApiKeyRecord>> api_keys_of(
        std::string_view subject) = 0;

    [[nodiscard]] virtual credence::Result<void> insert_session(const credence::SessionRecord& record) = 0;
    [[nodiscard]] virtual credence::Result<bool> touch_session(std::string_view hash, credence::SessionUse use) = 0;
    [[nodiscard]] virtual credence::Result<bool> end_session_of(credence::SubjectSession one) = 0;
    [[nodiscard]] virtual credence::Result<void> end_sessions_of(credence::SubjectSessions several) = 0;
    [[nodiscard]] virtual credence::Result<std::vector<credence::SessionRecord>> sessions_of(
        std::string_view subject) = 0;
};

/// One of the library's stores, whose errors are logged with their reason.
template <class LibraryStore>
class AccessStoreIn final : public AccessStore {
public:
    /// \param name  what the log calls it.
    AccessStoreIn(std::shared_ptr<LibraryStore> store, std::string_view name) : store_(std::move(store)), name_(name) {}

    credence::Result<void> insert_api_key(const credence::ApiKeyRecord& record) override {
        return logged(store_->insert_api_key(record));
    }
    credence::Result<std::optional<credence::ApiKeyRecord>> find_api_key(std::string_view id) override {
        return logged(store_->find_api_key(id));
    }
    credence::Result<bool> touch_api_key(std::string_view id, credence::NumericDate moment) override {
        return logged(store_->touch_api_key(id, moment));
    }
    credence::Result<bool> end_api_key(std::string_view id) override { return logged(store_->end_api_key(id)); }
    credence::Result<void> end_api_keys_of(std::string_view subject) override {
        return logged(store_->end_api_keys_of(subject));
    }
    credence::Result<std::vector<credence::ApiKeyRecord>> api_keys_of(std::string_view subject) override {
        return logged(store_->api_keys_of(subject));
    }

    credence::Result<void> insert_session(const credence::SessionRecord& record) override {
        return logged(store_->insert_session(record));
    }
    credence::Result<bool> touch_session(std::string_view hash, credence::SessionUse use) override {
        return logged(store_->touch_session(hash, use));
    }
    credence::Result<bool> end_session_of(credence::SubjectSession one) override {
        return logged(store_->end_session_of(one));
    }
    credence::Result<void> end_sessions_of(credence::SubjectSessions several) override {
        return logged(store_->end_sessions_of(several));
    }
    credence::Result<std::vector<credence::SessionRecord>> sessions_of(std::string_view subject) override {
        return logged(store_->sessions_of(subject));
    }

private:
    template <class Answer>
    [[nodiscard]] Answer logged(Answer answer) const {
        if (!answer)
            support::log("error", "store_unavailable",
                         {{"store", name_}, {"problem", credence::message(answer.error())}});
        return answer;
    }

    std::shared_ptr<LibraryStore> store_;
    std::string name_;
};

}  // namespace account
