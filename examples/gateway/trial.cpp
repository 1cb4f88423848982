// SPDX-License-Identifier: MIT
// A start without settings.
#include "trial.hpp"

#include <iostream>
#include <memory>
#include <string>

#include "../support/json_log.hpp"

namespace gateway {
namespace {

int nginx_port(const support::Options& options) {
    return static_cast<int>(options.number("--nginx-port", 8080, 65535));
}

/// At the requested port; otherwise at 8080 or, if that is taken, at any free port.
std::unique_ptr<Nginx> start_at_a_port(const std::string& program, const support::Options& options, int gateway_port) {
    const auto start = [&](int port) { return std::make_unique<Nginx>(program, Nginx::Ports{port, gateway_port}); };
    if (options.has("--nginx-port")) return start(nginx_port(options));
    try {
        return start(options.port(9000) == 0 ? 0 : nginx_port(options));
    } catch (const support::StartError&) {
        return start(0);
    }
}

}  // namespace

std::string nginx_to_start(const support::Options& options, bool is_trial) {
    const bool is_asked_for = options.has("--nginx-port"), is_excluded = options.has("--no-nginx");
    if (is_asked_for && is_excluded) throw support::StartError{"--nginx-port and --no-nginx exclude each other"};
    static_cast<void>(nginx_port(options));
    if (is_excluded || !(is_trial || is_asked_for)) return {};
    const std::string program = find_nginx();
    if (program.empty() && is_asked_for)
        throw support::StartError{"nginx is not installed (Debian: apt-get install nginx-light)"};
    return program;
}

std::unique_ptr<Nginx> start_nginx(const std::string& program, const support::Options& options, int gateway_port) {
    auto nginx = start_at_a_port(program, options, gateway_port);
    std::cout << "nginx is at " << nginx->url() << ", in front of a service that shows what it receives" << std::endl;
    return nginx;
}

void show_how_to_try(const std::string& token, int gateway_port, const Nginx* nginx) {
    support::log("warning", "trial", {{"reason", "JWT_SECRET is not set"}});
    const std::string with_token = " -H 'Authorization: Bearer " + token + "'";
    if (nginx != nullptr) {
        std::cout << "Try it, with a token for 15 minutes, and then without:\ncurl " << nginx->url() << "/private/hello"
                  << with_token << std::endl;
    } else {
        if (find_nginx().empty())
            std::cout
                << "nginx is not installed. Once it is (Debian: apt-get install nginx-light), this starts it, too\n";
        std::cout << "Ask as nginx would, with a token for 15 minutes, and then without:\ncurl -i http://127.0.0.1:"
                  << gateway_port << "/auth" << with_token << std::endl;
    }
}

}  // namespace gateway
