// SPDX-License-Identifier: MIT
// Declarations of the few calls of userver that examples/recipes/userver.cpp makes, written for its check. Not userver.
#pragma once

#include <string>
#include <string_view>

namespace userver {
namespace server::http {

enum class HttpStatus { kOk = 200 };

class HttpResponse {
public:
    void SetStatus(HttpStatus status);
    bool SetHeader(std::string name, std::string value);
};

class HttpRequest {
public:
    const std::string& GetHeader(std::string_view name) const;
    HttpResponse& GetHttpResponse() const;
};

}  // namespace server::http

namespace server::request {
class RequestContext;
}

namespace components {
class ComponentConfig;
class ComponentContext;
}  // namespace components

namespace server::handlers {

class HttpHandlerBase {
public:
    HttpHandlerBase(const components::ComponentConfig& config, const components::ComponentContext& context);
    virtual ~HttpHandlerBase();
    virtual std::string HandleRequestThrow(const http::HttpRequest& request, request::RequestContext& context) const;
};

}  // namespace server::handlers
}  // namespace userver
