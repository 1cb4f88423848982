// SPDX-License-Identifier: MIT
// Declarations of the calls of oatpp that credence/stacks/oatpp.hpp makes, for its tests on machines without oatpp.
// They are written for these tests and are not oatpp.
//
// A guard depends on two properties of oatpp: fields are a case-insensitive multimap, and the handler reads the body.
#pragma once

#include <algorithm>
#include <cctype>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace oatpp {

/// A shared string, which may be null.
class String {
public:
    String() = default;
    String(const char* text) : text_(std::make_shared<std::string>(text)) {}
    String(const std::string& text) : text_(std::make_shared<std::string>(text)) {}
    explicit operator bool() const { return text_ != nullptr; }
    const std::string& operator*() const { return *text_; }
    const std::string* operator->() const { return text_.get(); }

private:
    std::shared_ptr<std::string> text_ = {};
};

namespace data::share {

class StringKeyLabelCI {
public:
    StringKeyLabelCI(const String& text) : text_(*text) {}
    [[nodiscard]] std::string std_str() const { return text_; }

private:
    std::string text_;
};
using StringKeyLabel = StringKeyLabelCI;

}  // namespace data::share

namespace web::protocol::http {

struct Status {
    int code;
    const char* description;
};

class Headers {
public:
    void put(const String& name, const String& value) { all.emplace_back(*name, *value); }
    [[nodiscard]] std::vector<String> values(const std::string& name) const {
        std::vector<String> found;
        for (const auto& [own, value] : all) {
            if (std::equal(own.begin(), own.end(), name.begin(), name.end(),
                           [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }))
                found.emplace_back(value);
        }
        return found;
    }

    std::vector<std::pair<std::string, std::string>> all = {};
};

class HttpError : public std::runtime_error {
public:
    HttpError(const Status& given, const String& message, const Headers& fields)
        : std::runtime_error(*message), status(given), headers(fields) {}

    Status status;
    Headers headers;
};

struct RequestStartingLine {
    data::share::StringKeyLabel method{"GET"};
    data::share::StringKeyLabel path{"/me?a=b"};
};

namespace incoming {
/// The unread rest of a body.
struct BodyStream {
    long readExactSizeDataSimple(void*, long size) {
        const long read = (std::min)(size, left);
        left -= read;
        return read;
    }
    long left = 0;
};
class Request {
public:
    [[nodiscard]] std::shared_ptr<BodyStream> getBodyStream() const { return body; }

    std::shared_ptr<BodyStream> body = std::make_shared<BodyStream>();

    void putHeader(const String& name, const String& value) { headers_.put(name, value); }
    [[nodiscard]] std::vector<String> getHeaderValues(const data::share::StringKeyLabelCI& name) const {
        return headers_.values(name.std_str());
    }
    [[nodiscard]] const RequestStartingLine& getStartingLine() const { return line_; }

private:
    Headers headers_ = {};
    RequestStartingLine line_ = {};
};
}  // namespace incoming

namespace outgoing {
class Response {
public:
    explicit Response(const Status& given) : status(given) {}
    void putHeader(const String& name, const String& value) { headers.put(name, value); }

    Status status;
    Headers headers = {};
    std::string body = {};
};
class ResponseFactory {
public:
    static std::shared_ptr<Response> createResponse(const Status& status) { return std::make_shared<Response>(status); }
    static std::shared_ptr<Response> createResponse(const Status& status, const String& body) {
        auto response = createResponse(status);
        response->body = *body;
        return response;
    }
};
}  // namespace outgoing

}  // namespace web::protocol::http
}  // namespace oatpp
