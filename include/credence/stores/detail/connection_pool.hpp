// SPDX-License-Identifier: MIT
// Connections to a server that threads borrow from a pool.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/fork_count.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace credence::detail {

/// A bounded number of connections. `is_alive()` of a connection returns whether it can be used again.
///
/// A child of `fork` opens connections of its own: on a shared one, each process would read answers to the other.
template <class Connection>
class ConnectionPool {
public:
    using Deadline = std::chrono::steady_clock::time_point;
    using Open = std::function<Result<std::unique_ptr<Connection>>(Deadline)>;

    ConnectionPool(Open open, std::size_t most)
        : open_(std::move(open)), most_(most), places_(new Places{fork_count()}) {}
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;
    ~ConnectionPool() {
        Places* const places = places_.load();
        // The connections of a parent process stay open: closing them would end them for the parent, too.
        if (places->forks == forks_) delete places;
    }

    /// Calls `work(connection)`, which returns a `Result`, with a connection that no other thread uses. Afterwards the
    /// connection is closed unless it is alive.
    ///
    /// \return the result of `work`; `store_unavailable` if there is no connection by the deadline.
    template <class Work>
    [[nodiscard]] auto with_connection(Deadline deadline, const Work& work)
        -> decltype(work(std::declval<Connection&>())) {
        const Lease lease{places(), most_, deadline};
        if (!lease.has_place) return Error{Errc::store_unavailable, {}, "all connections to the store are in use"};
        lease.connection = lease.places.take_idle();
        if (!lease.connection) {
            auto opened = open_(deadline);
            if (!opened) return std::move(opened).error();
            lease.connection = *std::move(opened);
        }
        return work(*lease.connection);
    }

private:
    /// The connections of one process.
    struct Places {
        explicit Places(unsigned count) : forks(count) {}

        /// \return whether fewer than `most` connections are in use, at the latest at the deadline.
        [[nodiscard]] bool take(std::size_t most, Deadline deadline) {
            std::unique_lock lock{mutex};
            if (!returned.wait_until(lock, deadline, [&] { return taken < most; })) return false;
            idle.reserve(idle.size() + taken + 1);  // so that returning a connection needs no memory
            ++taken;
            return true;
        }

        /// An open connection; null if there is none.
        [[nodiscard]] std::unique_ptr<Connection> take_idle() {
            while (true) {
                std::unique_ptr<Connection> connection;
                {
                    const std::lock_guard lock{mutex};
                    if (idle.empty()) return nullptr;
                    connection = std::move(idle.back());
                    idle.pop_back();
                }
                if (connection->is_alive()) return connection;
            }
        }

        void give_back(std::unique_ptr<Connection> connection) {
            const bool is_usable = connection && connection->is_alive();
            {
                const std::lock_guard lock{mutex};
                --taken;
                if (is_usable) idle.push_back(std::move(connection));
            }
            returned.notify_one();
        }

        const unsigned forks;  ///< `fork_count` of the process
        std::mutex mutex = {};
        std::condition_variable returned = {};
        std::size_t taken = 0;
        std::vector<std::unique_ptr<Connection>> idle = {};
    };

    struct Lease {
        Lease(Places& of, std::size_t most, Deadline deadline) : places(of), has_place(of.take(most, deadline)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() {
            if (has_place) places.give_back(std::move(connection));
        }
        Places& places;
        const bool has_place;
        mutable std::unique_ptr<Connection> connection;
    };

    /// The connections of this process. Those of a parent are never used or destroyed: at the time of the fork another
    /// thread may have held their lock.
    [[nodiscard]] Places& places() {
        Places* current = places_.load();
        const unsigned forks = forks_.load(std::memory_order_relaxed);
        if (current->forks == forks) [[likely]]
            return *current;
        auto own = std::make_unique<Places>(forks);
        // If several threads of the child come here at once, one of them does it.
        return places_.compare_exchange_strong(current, own.get()) ? *own.release() : *current;
    }

    const Open open_;
    const std::size_t most_;
    const std::atomic<unsigned>& forks_ = fork_count();
    std::atomic<Places*> places_;
};

}  // namespace credence::detail
