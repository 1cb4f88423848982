// SPDX-License-Identifier: MIT
// A list of what is to do, for those who are logged in, by a token or by a session. On Boost.Beast with coroutines.
#include <credence/keys.hpp>

#include <chrono>
#include <string>

#include "../support/options.hpp"
#include "api.hpp"
#include "server.hpp"

namespace {

credence::Keys<credence::HS256> make_keys(const std::string& secret) {
    using Keys = credence::Keys<credence::HS256>;
    const auto keys = secret.empty() ? Keys::generate() : Keys::from_secret(secret);
    if (!keys) throw support::StartError{"JWT_SECRET does not do: " + std::string{message(keys.error())}};
    return *keys;
}

void run(const support::Options& options) {
    const std::chrono::seconds idle{options.number("--idle", 1800, 86'400)};
    if (idle.count() == 0) throw support::StartError{"--idle needs at least a second"};
    todos::Api api{
        {.keys = make_keys(support::environment("JWT_SECRET")),
         .session_store = options.has("--sessions") ? todos::open_session_store(options.text("--sessions")) : nullptr,
         .session_rules = {.idle = idle}}};
    todos::Router router;
    api.add_to(router);
    todos::serve(router, options.port(3000));
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
