// SPDX-License-Identifier: MIT
// Redis: connections, and commands whose arguments may hold any bytes.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"

struct redisContext;

namespace account {

/// An answer of Redis: a number, a text, nothing, or a list of such.
struct RedisAnswer {
    long long number = 0;
    std::optional<std::string> text = {};
    std::vector<RedisAnswer> list = {};
};

/// As many connections as are used at once. Threads share it.
class RedisConnections {
public:
    /// \param url  `redis://[[user]:password@]host[:port][/database]`, or `unix:/path/to/socket`. It may hold a
    ///             password, and never leaves this object.
    /// \throws SettingsError  when the address is none; StoreError when nobody answers there
    explicit RedisConnections(const std::string& url);
    ~RedisConnections();

    /// Sends a command and waits for its answer, for at most five seconds. \throws StoreError
    RedisAnswer run(std::initializer_list<std::string_view> words);

private:
    struct Free {
        void operator()(redisContext* connection) const noexcept;
    };
    using Connection = std::unique_ptr<redisContext, Free>;
    struct Address {
        std::string socket = {};
        std::string host = "127.0.0.1";
        int port = 6379;
        std::string user = {};
        std::string password = {};
        std::string database = {};
    };

    [[nodiscard]] static Address read_address(std::string_view url);
    [[nodiscard]] Connection connect() const;
    [[nodiscard]] Connection take();
    static RedisAnswer ask(redisContext& connection, std::initializer_list<std::string_view> words);

    Address address_;
    std::mutex mutex_ = {};
    std::vector<Connection> idle_;
};

}  // namespace account
