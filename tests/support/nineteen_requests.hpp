// SPDX-License-Identifier: MIT
// The requests that every HTTP stack must answer alike, with a guard on /me and one that needs orders:write on /orders.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/socket_client.hpp"

namespace support {

/// Which of two `Authorization` fields a stack gives to the guard.
enum class Shows { both, the_first };

struct ListedRequest {
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;  ///< The `Authorization` fields, in their order.
    int status;
    std::string path = "/me";
};

/// The 19 requests. The last one consists of two: a refused one, then a good one on the same connection.
inline std::vector<ListedRequest> nineteen_requests(Shows shows = Shows::both) {
    const std::string good = "Bearer " + account_token("7");
    const std::string other = "Bearer " + account_token("8");
    const std::string bad = "Bearer " + forged_token();
    const std::string basic = "Basic YTpi";
    const std::string scope = "orders:write";
    const auto two = [shows](const std::string& name, const std::string& first, const std::string& second, int shown) {
        return ListedRequest{
            name, {{"Authorization", first}, {"Authorization", second}}, shows == Shows::both ? 400 : shown};
    };
    return {
        {"none", {}, 401},
        {"Basic", {{"Authorization", basic}}, 401},
        {"good", {{"Authorization", good}}, 200},
        {"bearer", {{"Authorization", "bearer" + good.substr(6)}}, 200},
        {"field in lower case", {{"authorization", good}}, 200},
        {"field in upper case", {{"AUTHORIZATION", good}}, 200},
        {"field in mixed case", {{"aUTHORIZATION", good}}, 200},
        {"expired", {{"Authorization", "Bearer " + expired_token()}}, 401},
        {"Bearer alone", {{"Authorization", "Bearer"}}, 400},
        two("one token twice", good, good, 200),
        two("two good tokens", good, other, 200),
        two("good, then Basic", good, basic, 200),
        two("Basic, then good", basic, good, 401),
        two("good, then forged", good, bad, 200),
        two("forged, then good", bad, good, 401),
        {"joined with a comma", {{"Authorization", good + ", " + other}}, 400},
        {"scope missing", {{"Authorization", "Bearer " + account_token("7", "orders:read")}}, 403, "/orders"},
        {"scope there", {{"Authorization", "Bearer " + account_token("7", scope)}}, 200, "/orders"},
        {"refused", {}, 401},
        {"refused, then good on the same connection", {{"Authorization", good}}, 200},
    };
}

/// Sends all requests over one connection.
inline void ask_nineteen_requests(int port, Shows shows = Shows::both) {
    SocketClient client{port};
    for (const ListedRequest& listed : nineteen_requests(shows)) {
        INFO(listed.name);
        std::string request = "GET " + listed.path + " HTTP/1.1\r\nHost: x\r\n";
        for (const auto& [name, value] : listed.fields) request.append(name).append(": ").append(value).append("\r\n");
        const HttpResponse answer = client.ask(request + "\r\n");
        CHECK(answer.status == listed.status);
        CHECK((answer.body == "hello 7") == (listed.status == 200));
        CHECK(answer.field("www-authenticate").starts_with("Bearer realm=") == (listed.status != 200));
    }
}

}  // namespace support
