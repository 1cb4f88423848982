// SPDX-License-Identifier: MIT
// Connections to a server that threads borrow from a pool.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>

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
template <class Connection>
class ConnectionPool {
public:
    using Deadline = std::chrono::steady_clock::time_point;
    using Open = std::function<Result<std::unique_ptr<Connection>>(Deadline)>;

    ConnectionPool(Open open, std::size_t most) : open_(std::move(open)), most_(most) {}

    /// Calls `work(connection)`, which returns a `Result`, with a connection that no other thread uses. Afterwards the
    /// connection is closed unless it is alive.
    ///
    /// \return the result of `work`; `store_unavailable` if there is no connection by the deadline.
    template <class Work>
    [[nodiscard]] auto with_connection(Deadline deadline, const Work& work)
        -> decltype(work(std::declval<Connection&>())) {
        const Lease lease{*this, deadline};
        if (!lease.has_place) return Error{Errc::store_unavailable, {}, "all connections to the store are in use"};
        lease.connection = take_idle();
        if (!lease.connection) {
            auto opened = open_(deadline);
            if (!opened) return std::move(opened).error();
            lease.connection = *std::move(opened);
        }
        return work(*lease.connection);
    }

private:
    struct Lease {
        Lease(ConnectionPool& of, Deadline deadline) : pool(of), has_place(of.take_place(deadline)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() {
            if (has_place) pool.give_back(std::move(connection));
        }
        ConnectionPool& pool;
        const bool has_place;
        mutable std::unique_ptr<Connection> connection;
    };

    [[nodiscard]] bool take_place(Deadline deadline) {
        std::unique_lock lock{mutex_};
        if (!returned_.wait_until(lock, deadline, [&] { return taken_ < most_; })) return false;
        ++taken_;
        return true;
    }

    /// An open connection; null if there is none.
    [[nodiscard]] std::unique_ptr<Connection> take_idle() {
        while (true) {
            std::unique_ptr<Connection> connection;
            {
                const std::lock_guard lock{mutex_};
                if (idle_.empty()) return nullptr;
                connection = std::move(idle_.back());
                idle_.pop_back();
            }
            if (connection->is_alive()) return connection;
        }
    }

    void give_back(std::unique_ptr<Connection> connection) {
        const bool is_usable = connection && connection->is_alive();
        {
            const std::lock_guard lock{mutex_};
            --taken_;
            if (is_usable) idle_.push_back(std::move(connection));
        }
        returned_.notify_one();
    }

    const Open open_;
    const std::size_t most_;
    std::mutex mutex_ = {};
    std::condition_variable returned_ = {};
    std::size_t taken_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_ = {};
};

}  // namespace credence::detail
