// SPDX-License-Identifier: MIT
// The account service: register, log in, stay logged in, log out, here or everywhere. Started by `examples/run`.
#include <charconv>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "../support/json_log.hpp"
#include "../support/stop_signals.hpp"
#include "api.hpp"
#include "env_file.hpp"
#include "migrations.hpp"
#include "open_stores.hpp"
#include "page.hpp"
#include "server.hpp"
#include "settings.hpp"

namespace {

using namespace account;

constexpr std::string_view usage = R"(usage: account [--host HOST] [--port N]
       account migrate up|down|status

Serves an account service with a page, by default at http://127.0.0.1:8000. Port 0 is any free one, and is printed.
The configuration comes from the environment, else from the file .env, which the first start writes: DATABASE_URL,
JWT_SECRET or ACCESS_TOKEN_PRIVATE_KEY and ACCESS_TOKEN_PUBLIC_KEY, JWT_EXPIRED_IN, JWT_MAXAGE, REFRESH_MAXAGE,
REFRESH_GRACE, REDIS_URL, CLIENT_ORIGIN, COOKIE_SECURE, HOST, PORT. See README.md.
)";

constexpr std::string_view migrate_usage = "usage: account migrate up|down|status";

struct Command {
    std::string migrate = {};  ///< up, down, status; empty: serve
    std::string host = {};
    int port = -1;
    bool help = false;
};

int port_number(std::string_view text) {
    int port = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port < 0 || port > 65535)
        throw SettingsError{"--port needs a number from 0 to 65535"};
    return port;
}

Command read_command(const std::vector<std::string>& words) {
    Command command;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const bool has_value = at + 1 < words.size();
        if (words[at] == "--help" || words[at] == "-h") {
            command.help = true;
        } else if (!has_value && (words[at] == "--port" || words[at] == "--host")) {
            throw SettingsError{words[at] + " needs a value, see --help"};
        } else if (words[at] == "--port" && has_value) {
            command.port = port_number(words[++at]);
        } else if (words[at] == "--host" && has_value) {
            command.host = words[++at];
        } else if (words[at] == "migrate" && has_value && words.size() == 2) {
            command.migrate = words[++at];
        } else if (words[at] == "migrate") {
            throw SettingsError{std::string{migrate_usage}};
        } else {
            // An argument that is not an option may be a secret, and so may the value of an option.
            const std::string name = words[at].substr(0, words[at].find('='));
            throw SettingsError{(name.starts_with("--") ? "unknown option " + name : "unexpected argument") +
                                ", see --help"};
        }
    }
    return command;
}

void print_all(std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) std::cout << "nothing to do\n";
    for (const std::string& name : names) std::cout << what << " " << name << "\n";
}

int migrate(const std::string& direction) {
    const Settings settings = load_settings();
    const auto database = open_database(settings.database_url);
    if (direction == "up") {
        print_all("up", migrate_up(*database, settings.lifetimes));
    } else if (direction == "down") {
        print_all("down", migrate_down(*database));
    } else if (direction == "status") {
        for (const auto& [name, applied_at] : migration_status(*database))
            std::cout << name << ": " << (applied_at.empty() ? "pending" : "applied at " + applied_at) << "\n";
    } else {
        throw SettingsError{std::string{migrate_usage}};
    }
    return 0;
}

void warn_of_what_is_open(const Settings& settings) {
    if (settings.is_file_open)
        support::log("warning", "env_file_is_open", {{"advice", "others can read the secrets: chmod 600 .env"}});
    if (const auto file = database_file(settings.database_url)) {
        // SQLite's files beside it have the mode that the file had when they were made.
        const bool is_open = is_open_to_others(*file) || is_open_to_others(*file + "-wal");
        if (is_open)
            support::log("warning", "database_file_is_open",
                         {{"advice", "others can use the file of DATABASE_URL, with all users in it: chmod 600"}});
    }
    const bool is_loopback =
        settings.host == "localhost" || settings.host == "::1" || settings.host.starts_with("127.");
    if (is_loopback || settings.cookie_secure) return;
    support::log("warning", "cookies_without_secure",
                 {{"advice", "others can reach HOST: serve it over TLS and set COOKIE_SECURE=true"}});
}

std::string address_of(const std::string& host, int port) {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return "http://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

int serve(const Command& command) {
    support::StopSignals signals;
    Settings settings = load_settings();
    if (!command.host.empty()) settings.host = command.host;
    if (command.port >= 0) settings.port = command.port;

    const auto database = open_database(settings.database_url);
    const std::vector<std::string> migrated = migrate_up(*database, settings.lifetimes);
    Api api{settings, open_stores(settings, database)};
    Server server{{.client_origin = settings.client_origin,
                   .cookies = {api.cookies().token_name(), api.cookies().refresh_name()},
                   .pages = api.pages()}};
    api.add_to(server);
    add_page(server);

    const int port = server.bind(settings.host, settings.port);
    if (port == 0)
        throw SettingsError{"cannot listen at " + address_of(settings.host, settings.port) +
                            "; is the port taken, or the host another machine's?"};
    // Only here: a server that cannot start writes one line with the reason, and nothing before it.
    for (const std::string& name : migrated) support::log("info", "migrated", {{"migration", name}});
    warn_of_what_is_open(settings);
    signals.on_stop([&api, &server] {
        api.stop();
        server.stop();
    });
    const bool is_any = settings.host == "0.0.0.0" || settings.host == "::";
    std::cout << "listening at " << address_of(settings.host, port) << "\n"
              << "Try it: open the address in a browser, or\n"
              << "curl " << address_of(is_any ? "localhost" : settings.host, port) << "/api/healthchecker" << std::endl;
    server.run();
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const Command command = read_command({arguments + 1, arguments + count});
        if (command.help) {
            std::cout << usage;
            return 0;
        }
        return command.migrate.empty() ? serve(command) : migrate(command.migrate);
    } catch (const std::exception& error) {
        std::cerr << "account: " << error.what() << "\n";
        return 1;
    }
}
