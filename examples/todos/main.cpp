// SPDX-License-Identifier: MIT
// A to-do list for users who are logged in, by a token or by a session. On Boost.Beast with coroutines.
#include <credence/keys/keys.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "../support/beast/server.hpp"
#include "../support/options.hpp"
#include "api.hpp"

namespace {

constexpr std::size_t most_sessions_of_a_user = 20;

/// The key of the tokens. A JWT_SECRET that is set but empty is a mistake, not a request for a random key.
credence::Keys<credence::HS256> make_keys() {
    using Keys = credence::Keys<credence::HS256>;
    const char* secret = std::getenv("JWT_SECRET");
    const auto keys = secret == nullptr ? Keys::generate() : Keys::from_secret(std::string_view{secret});
    if (!keys) support::refuse_secret(message(keys.error()));
    return *keys;
}

/// A command that logs in and asks for the user.
void print_trial(const std::string& url, bool by_session) {
    const std::string log_in =
        url + R"sh(/login -H 'Content-Type: application/json' -d '{"username":"alice","password":"wonderland"}')sh";
    const std::string credential =
        by_session ? R"sh(-b "$(curl -s -o /dev/null -D - )sh" + log_in +
                         R"sh( | sed -n 's/^Set-Cookie: \([^;]*\).*/\1/p')")sh"
                   : R"sh(-H "Authorization: Bearer $(curl -s )sh" + log_in + R"sh( | cut -d '"' -f 4)")sh";
    std::cout << "Log in, and ask who that was:\ncurl " << url << "/protected " << credential << std::endl;
}

void run(const support::Options& options) {
    const std::chrono::seconds idle{options.number("--idle", 1800, 86'400)};
    if (idle.count() == 0) throw support::StartError{"--idle needs at least a second"};
    todos::ApiOptions api_options{.keys = make_keys()};
    if (options.has("--sessions")) {
        api_options.sessions = todos::open_sessions(options.text("--sessions"),
                                                    {.idle = idle, .max_per_subject = most_sessions_of_a_user});
    }
    todos::Api api{std::move(api_options)};
    support::beast::Server server{options.port(3000)};
    api.add_to(server.routes());
    server.run([&](const std::string& url) { print_trial(url, options.has("--sessions")); });
}

}  // namespace

int main(int count, char** arguments) {
    const support::Options options{
        "A list of what is to do. The login gives a token, or starts a session. JWT_SECRET is the key of the tokens;\n"
        "without it each start makes its own.",
        {{"--sessions", "STORE", "sessions instead of tokens: memory, sqlite:FILE, redis://HOST:PORT"},
         {"--idle", "SECONDS", "how long a session may be left alone; 1800 without it"}}};
    return support::run_program(options, count, arguments, run);
}
