// SPDX-License-Identifier: MIT
// Refresh tokens in the memory of this process: for one instance, until it ends.
#pragma once

#include <credence/clock.hpp>
#include <credence/opaque/refresh_tokens.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The capacity of a `MemoryRefreshStore`.
struct MemoryRefreshLimits {
    /// The most records.
    std::size_t max_records = 100'000;
    /// The most records of one subject, at least 1, so that no user can fill the store for all: a login takes one,
    /// and each exchange of its token one more. Unset: a tenth of `max_records`.
    std::optional<std::size_t> max_records_per_subject = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A bounded `RefreshStore`.
///
/// When a subject has its most records, its family that expires first ends to make room, as after a logout; never
/// another subject's. If that is the family whose token is being exchanged, the exchange fails like that of a revoked
/// token, and the client must log in again. When the whole store is full, expired families make room; if there are
/// none, it is `store_unavailable`.
///
/// Families end as a whole. If single used records were dropped instead, a thief could exchange tokens until the stolen
/// one is dropped: its rightful client would then be refused without ending the thief's family.
class MemoryRefreshStore {
public:
    /// \param limits  `{.max_records = 1'000'000, .max_records_per_subject = 1'000}`
    explicit MemoryRefreshStore(MemoryRefreshLimits limits = {})
        : limits_(std::move(limits)),
          max_of_subject_(
              (std::max)(limits_.max_records_per_subject.value_or(limits_.max_records / 10), std::size_t{1})) {}
    /// \param max_records  the most records; a tenth of them for one subject.
    explicit MemoryRefreshStore(std::size_t max_records)
        : MemoryRefreshStore(MemoryRefreshLimits{.max_records = max_records}) {}

    /// See `RefreshStore` for this and the following. `store_unavailable` if there is no room.
    [[nodiscard]] Result<void> insert(const RefreshRecord& record) {
        const std::lock_guard lock{mutex_};
        if (auto refused = check_new(record); !refused) return refused;
        add(record);
        return {};
    }

    [[nodiscard]] Result<std::optional<RefreshRecord>> find(std::string_view hash) const {
        const std::lock_guard lock{mutex_};
        const auto found = records_.find(hash);
        return found == records_.end() ? std::optional<RefreshRecord>{} : std::optional{found->second};
    }

    [[nodiscard]] Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) {
        const std::lock_guard lock{mutex_};
        const auto found = records_.find(used.hash);
        if (found == records_.end() || found->second.used_at) return false;
        if (auto refused = check_new(successor); !refused) return refused.error();
        // This family may have been dropped to make room.
        const auto still = records_.find(used.hash);
        if (still == records_.end()) return false;
        std::string sealed_successor = used.sealed_successor;
        add(successor);
        still->second.used_at = used.used_at;
        still->second.sealed_successor = std::move(sealed_successor);
        return true;
    }

    [[nodiscard]] Result<void> revoke_family(std::string_view family) {
        const std::lock_guard lock{mutex_};
        if (const auto found = families_.find(family); found != families_.end()) end(found);
        return {};
    }

    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) {
        const std::lock_guard lock{mutex_};
        const auto found = subjects_.find(subject);
        if (found == subjects_.end()) return {};
        // The last family of a subject removes the subject.
        for (std::size_t left = found->second.families.size(); left > 0; --left) end_oldest_of(found->second);
        return {};
    }

private:
    using Records = std::map<std::string, RefreshRecord, std::less<>>;
    /// Families, by their end; the names are in `families_`.
    using Order = std::set<std::pair<NumericDate, std::string_view>>;

    struct Subject {
        std::size_t records = 0;
        Order families = {};
    };
    using Subjects = std::map<std::string, Subject, std::less<>>;

    struct Family {
        typename Subjects::iterator subject;
        NumericDate expires_at;
        std::vector<typename Records::iterator> records = {};
    };
    using Families = std::map<std::string, Family, std::less<>>;

    /// Refuses a record that is known already, or for which there is no room.
    [[nodiscard]] Result<void> check_new(const RefreshRecord& record) {
        if (records_.contains(record.hash)) return Error{Errc::store_unavailable, {}, "the record exists already"};
        if (!has_room_for(record)) return Error{Errc::store_unavailable, {}, "the store is full"};
        return {};
    }

    /// Whether there is room for one more, after dropping records to make room.
    [[nodiscard]] bool has_room_for(const RefreshRecord& record) {
        for (auto subject = subjects_.find(record.subject);
             subject != subjects_.end() && subject->second.records >= max_of_subject_;
             subject = subjects_.find(record.subject)) {
            end_oldest_of(subject->second);
        }
        if (records_.size() >= limits_.max_records) end_expired();
        return records_.size() < limits_.max_records;
    }

    /// Scans all families, but only if one of them may have expired since the last scan.
    void end_expired() {
        const NumericDate moment = detail::moment_of(limits_.clock);
        if (moment < first_end_) return;
        first_end_ = (NumericDate::max)();
        for (auto next = families_.begin(); next != families_.end();) {
            const auto family = next++;
            if (family->second.expires_at <= moment) {
                end(family);
            } else {
                first_end_ = (std::min)(first_end_, family->second.expires_at);
            }
        }
    }

    void end_oldest_of(const Subject& subject) { end(families_.find(subject.families.begin()->second)); }

    void end(typename Families::iterator family) {
        const auto& [subject, expires_at, records] = family->second;
        for (const auto record : records) records_.erase(record);
        subject->second.records -= records.size();
        subject->second.families.erase({expires_at, family->first});
        if (subject->second.families.empty()) subjects_.erase(subject);
        families_.erase(family);
    }

    /// Allocations come before changes: if memory runs out, everything is still consistent.
    void add(const RefreshRecord& record) {
        Family& family = family_of(record);
        auto& records = family.records;
        if (records.size() == records.capacity()) records.reserve(2 * records.size() + 1);
        records.push_back(records_.try_emplace(record.hash, record).first);
        ++family.subject->second.records;
    }

    [[nodiscard]] Family& family_of(const RefreshRecord& record) {
        if (const auto known = families_.find(record.family); known != families_.end()) return known->second;
        const auto subject = subjects_.try_emplace(record.subject).first;
        Families made;
        const auto& [name, family] = *made.try_emplace(record.family, Family{subject, record.expires_at}).first;
        Order order;
        order.emplace(record.expires_at, name);
        families_.merge(made);
        subject->second.families.merge(order);
        first_end_ = (std::min)(first_end_, record.expires_at);
        return families_.find(record.family)->second;
    }

    const MemoryRefreshLimits limits_;
    const std::size_t max_of_subject_;
    mutable std::mutex mutex_;
    Records records_ = {};
    Families families_ = {};
    Subjects subjects_ = {};
    NumericDate first_end_ = (NumericDate::max)();  // no family expires before
};

}  // namespace credence
