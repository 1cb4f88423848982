// SPDX-License-Identifier: MIT
// Declarations of the few calls of Drogon that examples/recipes/drogon.cpp makes, written for its check. Not Drogon.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace drogon {

enum HttpStatusCode { k200OK = 200 };

class HttpRequest {
public:
    const std::string& getHeader(std::string name) const;
};
using HttpRequestPtr = std::shared_ptr<HttpRequest>;

class HttpResponse;
using HttpResponsePtr = std::shared_ptr<HttpResponse>;

class HttpResponse {
public:
    static HttpResponsePtr newHttpResponse();
    void setStatusCode(HttpStatusCode code);
    void addHeader(std::string name, const std::string& value);
    void setBody(const std::string& body);
};

class HttpAppFramework {
public:
    HttpAppFramework& registerHandler(
        const std::string& path,
        std::function<void(const HttpRequestPtr&, std::function<void(const HttpResponsePtr&)>&&)> handler);
    HttpAppFramework& addListener(const std::string& address, std::uint16_t port);
    void run();
};
HttpAppFramework& app();

}  // namespace drogon
