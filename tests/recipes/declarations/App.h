// SPDX-License-Identifier: MIT
// Declarations of the few calls of uWebSockets that examples/recipes/uwebsockets.cpp makes, written for its check. Not
// uWebSockets.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace uWS {

struct HttpRequest {
    struct HeaderIterator {
        bool operator!=(const HeaderIterator& other) const;
        HeaderIterator& operator++();
        struct Pair {
            std::string_view first;
            std::string_view second;
        };
        Pair operator*() const;
    };
    HeaderIterator begin();
    HeaderIterator end();
    std::string_view getMethod();
    std::string_view getFullUrl();
};

template <bool IsTls>
struct HttpResponse {
    HttpResponse* writeStatus(std::string_view status);
    HttpResponse* writeHeader(std::string_view name, std::string_view value);
    void end(std::string_view body = {}, bool close_connection = false);
};

struct App {
    using Handler = std::function<void(HttpResponse<false>*, HttpRequest*)>;

    App&& get(const std::string& path, Handler&& handler);
    App&& listen(int port, std::function<void(void*)>&& then);
    App&& run();
};

}  // namespace uWS
