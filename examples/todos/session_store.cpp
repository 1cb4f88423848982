// SPDX-License-Identifier: MIT
// Sessions in memory, and the choice among the stores.
#include "session_store.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "../support/options.hpp"

namespace todos {
namespace {

class MemorySessionStore final : public SessionStore {
public:
    credence::Result<void> start(const SessionUse& use, const Session& session) override {
        const std::scoped_lock lock{mutex_};
        std::erase_if(kept_, [&](const auto& one) { return is_over(one.second, use); });
        kept_[use.hash] = {session, use.now};
        return {};
    }

    credence::Result<std::optional<Session>> use(const SessionUse& use) override {
        const std::scoped_lock lock{mutex_};
        const auto found = kept_.find(use.hash);
        if (found == kept_.end()) return std::optional<Session>{};
        if (is_over(found->second, use)) {
            kept_.erase(found);
            return std::optional<Session>{};
        }
        found->second.used_at = use.now;
        return std::optional{found->second.session};
    }

    credence::Result<void> end(const std::string& hash) override {
        const std::scoped_lock lock{mutex_};
        kept_.erase(hash);
        return {};
    }

    credence::Result<void> end_all(const std::string& subject) override {
        const std::scoped_lock lock{mutex_};
        std::erase_if(kept_, [&](const auto& one) { return one.second.session.subject == subject; });
        return {};
    }

private:
    struct Kept {
        Session session = {};
        credence::NumericDate used_at = {};
    };

    static bool is_over(const Kept& kept, const SessionUse& use) { return kept.used_at + use.idle <= use.now; }

    std::mutex mutex_;
    std::map<std::string, Kept> kept_ = {};
};

}  // namespace

std::shared_ptr<SessionStore> memory_session_store() { return std::make_shared<MemorySessionStore>(); }

std::shared_ptr<SessionStore> open_session_store(const std::string& name) {
    if (name == "memory") return memory_session_store();
    if (name.starts_with("sqlite:") && name.size() > 7) return sqlite_session_store(name.substr(7));
    if (name.starts_with("redis://")) return redis_session_store(name.substr(8));
    throw support::StartError{"--sessions is memory, sqlite:FILE or redis://HOST:PORT"};
}

}  // namespace todos
