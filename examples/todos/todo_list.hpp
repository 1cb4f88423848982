// SPDX-License-Identifier: MIT
// The to-do items of all users, in memory: they are not the subject of this example.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace todos {

struct Todo {
    std::int64_t id = 0;
    std::string owner = {};
    std::string text = {};
};

class TodoList {
public:
    enum class Removal : std::uint8_t { done, unknown, of_another };
    static constexpr std::size_t most_of_one_owner = 1000;

    /// The new one; nullopt when its owner has too many.
    [[nodiscard]] std::optional<Todo> add(const std::string& owner, std::string text) {
        const std::scoped_lock lock{mutex_};
        std::size_t own = 0;
        for (const auto& [id, todo] : todos_) own += todo.owner == owner ? 1 : 0;
        if (own >= most_of_one_owner) return std::nullopt;
        const std::int64_t id = ++last_id_;
        return todos_.emplace(id, Todo{id, owner, std::move(text)}).first->second;
    }

    [[nodiscard]] std::vector<Todo> of(const std::string& owner) const {
        const std::scoped_lock lock{mutex_};
        std::vector<Todo> own;
        for (const auto& [id, todo] : todos_) {
            if (todo.owner == owner) own.push_back(todo);
        }
        return own;
    }

    /// Only the owner may.
    [[nodiscard]] Removal remove(const std::string& owner, std::int64_t id) {
        const std::scoped_lock lock{mutex_};
        const auto found = todos_.find(id);
        if (found == todos_.end()) return Removal::unknown;
        if (found->second.owner != owner) return Removal::of_another;
        todos_.erase(found);
        return Removal::done;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::int64_t, Todo> todos_ = {};
    std::int64_t last_id_ = 0;
};

}  // namespace todos
