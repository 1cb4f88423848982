// SPDX-License-Identifier: MIT
// Declarations of the few calls of oatpp that examples/recipes/oatpp.cpp makes, written for its check. Not oatpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace oatpp {

/// A shared string, which may be null.
class String {
public:
    String() = default;
    String(const char* text);
    String(const std::string& text);
    explicit operator bool() const;
    const std::string& operator*() const;
};

namespace web::protocol::http {

struct Status {
    Status(int code, const char* description);
};

namespace incoming {
class Request {
public:
    std::vector<String> getHeaderValues(const String& name) const;
};
}  // namespace incoming

namespace outgoing {
class Response {
public:
    void putHeader(const String& name, const String& value);
};
class ResponseFactory {
public:
    static std::shared_ptr<Response> createResponse(const Status& status, const String& body);
};
}  // namespace outgoing

}  // namespace web::protocol::http

namespace web::server {

class HttpRequestHandler {
public:
    using IncomingRequest = web::protocol::http::incoming::Request;
    using OutgoingResponse = web::protocol::http::outgoing::Response;
    using ResponseFactory = web::protocol::http::outgoing::ResponseFactory;
    using Status = web::protocol::http::Status;

    virtual ~HttpRequestHandler();
    virtual std::shared_ptr<OutgoingResponse> handle(const std::shared_ptr<IncomingRequest>& request);
};

}  // namespace web::server
}  // namespace oatpp
