// SPDX-License-Identifier: MIT
// Sessions in memory, and the choice among the stores.
#include "session_store.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../support/options.hpp"

namespace todos {
namespace {

/// The sessions are in the order of their last use, so that those that were left alone for too long are at one end. What a
/// call costs does not grow with the number of sessions.
class MemorySessionStore final : public SessionStore {
public:
    credence::Result<void> start(const std::string& hash, const Session& session, const SessionRules& rules) override {
        const std::scoped_lock lock{mutex_};
        while (!by_use_.empty() && is_over(by_use_.back(), session.started_at, rules)) erase(std::prev(by_use_.end()));
        by_use_.push_front({hash, session, session.started_at});
        by_hash_.emplace(hash, by_use_.begin());
        auto& own = by_subject_[session.subject];
        own.push_back(hash);
        if (own.size() <= rules.most_of_one_subject) return {};
        erase(by_hash_.at(*std::min_element(own.begin(), own.end(), [this](const auto& one, const auto& other) {
            return by_hash_.at(one)->used_at < by_hash_.at(other)->used_at;
        })));
        return {};
    }

    credence::Result<std::optional<Session>> use(const std::string& hash, credence::NumericDate now,
                                                 const SessionRules& rules) override {
        const std::scoped_lock lock{mutex_};
        const auto found = by_hash_.find(hash);
        if (found == by_hash_.end()) return std::optional<Session>{};
        const auto place = found->second;
        if (is_over(*place, now, rules)) {
            erase(place);
            return std::optional<Session>{};
        }
        place->used_at = (std::max)(place->used_at, now);
        by_use_.splice(by_use_.begin(), by_use_, place);
        return std::optional{place->session};
    }

    credence::Result<void> end(const std::string& hash) override {
        const std::scoped_lock lock{mutex_};
        const auto found = by_hash_.find(hash);
        if (found != by_hash_.end()) erase(found->second);
        return {};
    }

    credence::Result<void> end_all(const std::string& subject) override {
        const std::scoped_lock lock{mutex_};
        const auto found = by_subject_.find(subject);
        if (found == by_subject_.end()) return {};
        for (const std::string& hash : found->second) {
            const auto kept = by_hash_.find(hash);
            if (kept == by_hash_.end()) continue;
            by_use_.erase(kept->second);
            by_hash_.erase(kept);
        }
        by_subject_.erase(found);
        return {};
    }

private:
    struct Kept {
        std::string hash = {};
        Session session = {};
        credence::NumericDate used_at = {};
    };
    using Place = std::list<Kept>::iterator;

    static bool is_over(const Kept& kept, credence::NumericDate now, const SessionRules& rules) {
        return kept.used_at + rules.idle <= now || kept.session.started_at + rules.longest <= now;
    }

    void erase(Place place) {
        const auto own = by_subject_.find(place->session.subject);
        if (own != by_subject_.end() && std::erase(own->second, place->hash) > 0 && own->second.empty())
            by_subject_.erase(own);
        by_hash_.erase(place->hash);
        by_use_.erase(place);
    }

    std::mutex mutex_;
    std::list<Kept> by_use_ = {};  // the latest first
    std::unordered_map<std::string, Place> by_hash_ = {};
    std::unordered_map<std::string, std::vector<std::string>> by_subject_ = {};
};

}  // namespace

std::shared_ptr<SessionStore> memory_session_store() { return std::make_shared<MemorySessionStore>(); }

std::shared_ptr<SessionStore> open_session_store(const std::string& name) {
    if (name == "memory") return memory_session_store();
    if (name.starts_with("sqlite:") && name.size() > 7) return sqlite_session_store(name.substr(7));
    if (name.starts_with("redis://")) return redis_session_store(name.substr(8));
    throw support::StartError{"--sessions must be memory, sqlite:FILE or redis://HOST:PORT"};
}

}  // namespace todos
