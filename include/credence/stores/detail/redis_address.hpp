// SPDX-License-Identifier: MIT
// The address of a Redis server: redis://user:password@host:port/database, or unix:/path/to/socket.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/encoding/percent.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// Where a Redis server is, and how to log in there.
struct RedisAddress {
    std::string socket = {};  ///< The path of a Unix socket; empty for TCP.
    std::string host = "localhost";
    int port = 6379;
    std::string user = {};
    std::string password = {};  ///< Empty for none.
    std::string database = {};  ///< A number; empty for the server's first.
};

/// Reads `user:password`, `:password` or `password`. \return false if it is none of these.
[[nodiscard]] inline bool read_redis_login(std::string_view login, RedisAddress& address) {
    const std::size_t colon = login.find(':');
    auto user = percent_decoded(colon == std::string_view::npos ? std::string_view{} : login.substr(0, colon));
    auto password = percent_decoded(colon == std::string_view::npos ? login : login.substr(colon + 1));
    if (!user || !password || password->empty()) return false;
    address.user = *std::move(user);
    address.password = *std::move(password);
    return true;
}

/// Reads `host`, `host:port`, `:port` or `[IPv6]:port`. \return false if it is none of these.
[[nodiscard]] inline bool read_redis_place(std::string_view place, RedisAddress& address) {
    std::string_view host = place;
    std::string_view port;
    if (place.starts_with('[')) {
        const std::size_t end = place.find(']');
        if (end == std::string_view::npos) return false;
        host = place.substr(1, end - 1);
        port = place.substr(end + 1);
    } else if (const std::size_t colon = place.find(':'); colon != std::string_view::npos) {
        host = place.substr(0, colon);
        port = place.substr(colon);
    }
    if (!host.empty()) address.host = host;
    if (port.empty()) return true;
    const auto number = port.starts_with(':') ? whole_number(port.substr(1), 10, 65535) : std::nullopt;
    if (!number || *number == 0) return false;
    address.port = static_cast<int>(*number);
    return true;
}

/// Reads an address. \return `store_unavailable` with the reason, which never quotes the address and its password.
[[nodiscard]] inline Result<RedisAddress> read_redis_address(std::string_view url) {
    RedisAddress address;
    if (url.starts_with("unix:")) {
        address.socket = url.substr(5);
        if (address.socket.empty()) return Error{Errc::store_unavailable, {}, "unix: needs the path of a socket"};
        return address;
    }
    if (url.starts_with("rediss:"))
        return Error{Errc::store_unavailable, {}, "TLS to Redis is not supported: use a tunnel or a private network"};
    if (!url.starts_with("redis://"))
        return Error{Errc::store_unavailable, {}, "the address of Redis begins with redis:// or unix:"};
    url.remove_prefix(8);
    bool is_well_formed = url.find('?') == std::string_view::npos;  // there are no parameters
    if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
        is_well_formed = read_redis_login(url.substr(0, at), address) && is_well_formed;
        url.remove_prefix(at + 1);
    }
    if (const std::size_t slash = url.find('/'); slash != std::string_view::npos) {
        address.database = url.substr(slash + 1);
        if (!address.database.empty() && !whole_number(address.database, 10, 1'000'000)) is_well_formed = false;
        url = url.substr(0, slash);
    }
    if (!read_redis_place(url, address) || !is_well_formed)
        return Error{Errc::store_unavailable, {}, "the address is not redis://user:password@host:port/database"};
    return address;
}

}  // namespace credence::detail
