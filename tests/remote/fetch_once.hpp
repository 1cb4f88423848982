// SPDX-License-Identifier: MIT
// A program that fetches one URL with a transport, and prints the outcome as JSON, for test_transports.py.
//
//   fetch_with_… URL [--ca FILE] [--certificate FILE --key FILE] [--proxy HOST:PORT] [--field NAME=VALUE]
//                [--most BYTES] [--connect MS] [--total MS] [--stop MS] [--form TEXT] [--authorization TEXT] [--etag TEXT]
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/transport_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>
#include <openssl/err.h>
#include <sys/resource.h>

namespace fetch_once {

using namespace credence;
using Milliseconds = std::chrono::milliseconds;

inline long peak_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/// The options of the command line by name. The values of a repeated option are joined, with a line break between them.
inline std::map<std::string, std::string> read_options(int count, char** words) {
    std::map<std::string, std::string> options;
    for (int index = 2; index + 1 < count; index += 2) {
        std::string& value = options[words[index]];
        value.append(value.empty() ? "" : "\n").append(words[index + 1]);
    }
    return options;
}

inline TransportOptions transport_options(std::map<std::string, std::string>& options) {
    TransportOptions found{.ca_file = options["--ca"],
                           .client_certificate_file = options["--certificate"],
                           .client_key_file = options["--key"]};
    if (const std::string& proxy = options["--proxy"]; !proxy.empty()) {
        found.proxy_host = proxy.substr(0, proxy.find(':'));
        found.proxy_port = static_cast<std::uint16_t>(std::stoi(proxy.substr(proxy.find(':') + 1)));
    }
    if (const std::string& field = options["--field"]; !field.empty()) {
        found.fields.emplace_back(field.substr(0, field.find('=')), field.substr(field.find('=') + 1));
    }
    return found;
}

inline nlohmann::json described(const FetchResult& result) {
    if (!result) return {{"stage", to_string(result.error().stage)}, {"detail", result.error().detail}};
    return {{"status", result->status},
            {"bytes", result->body.size()},
            {"body", result->body.substr(0, 2000)},
            {"content_type", result->content_type},
            {"cache_control", result->cache_control},
            {"age", result->age},
            {"etag", result->etag},
            {"last_modified", result->last_modified},
            {"retry_after", result->retry_after}};
}

template <class Transport>
int run(int count, char** words) {
    auto options = read_options(count, words);
    const auto number = [&](const char* name, long otherwise) {
        return options[name].empty() ? otherwise : std::stol(options[name]);
    };
    const auto url = Url::parse(count > 1 ? words[1] : "");
    if (!url) {
        std::cout << nlohmann::json{{"stage", to_string(url.error().stage)}, {"detail", url.error().detail}}
                  << std::endl;
        return 0;
    }
    const Transport transport{transport_options(options)};
    std::stop_source stop;
    const long before = peak_kilobytes();
    const auto begin = std::chrono::steady_clock::now();
    std::jthread stopper;
    if (const long after = number("--stop", 0); after > 0) {
        stopper = std::jthread{[&stop, after] {
            std::this_thread::sleep_for(Milliseconds{after});  // some time while the server hangs
            stop.request_stop();
        }};
    }
    const FetchResult result = transport(FetchRequest{.url = *url,
                                                      .accept = "application/json",
                                                      .if_none_match = options["--etag"],
                                                      .most_bytes = static_cast<std::size_t>(number("--most", 100'000)),
                                                      .connect_timeout = Milliseconds{number("--connect", 2000)},
                                                      .deadline = begin + Milliseconds{number("--total", 5000)},
                                                      .stop = stop.get_token(),
                                                      .form = options["--form"],
                                                      .authorization = options["--authorization"]});
    const auto took = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
    auto told = described(result);
    told["ms"] = took.count();
    told["grown_kb"] = peak_kilobytes() - before;
    told["error_queue"] = ERR_peek_error() == 0 ? "clean" : "not clean";
    // A body may be any bytes.
    std::cout << told.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << std::endl;
    return 0;
}

}  // namespace fetch_once
