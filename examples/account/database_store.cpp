// SPDX-License-Identifier: MIT
// Each call runs on the library's store, on a connection of the database's pool.
#include "database_store.hpp"

#include <credence/error.hpp>

#include <optional>
#include <type_traits>
#include <utility>

#include "unavailable.hpp"

namespace account {

std::shared_ptr<credence::AnyStore> store_in(std::shared_ptr<Database> database) {
    return credence::lent_store([database = std::move(database)](credence::StoreUse use, const auto& question) {
        using Answer = std::invoke_result_t<decltype(question), credence::AnyStore&>;
        std::optional<Answer> answer;
        const auto ask = [&](SqlSession& session) {
            answer.emplace(question(session.store()));
            if (!*answer) throw StoreError{credence::message(answer->error())};
        };
        const auto asked = or_unavailable(database->name(), [&] {
            if (use == credence::StoreUse::reading) return database->read(ask);
            database->change(ask);
        });
        return asked ? *std::move(answer) : Answer{asked.error()};
    });
}

}  // namespace account
