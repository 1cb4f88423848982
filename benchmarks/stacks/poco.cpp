// SPDX-License-Identifier: MIT
// The guard of POCO, with a request and a response that have no connection.
#include <credence/stacks/poco.hpp>

#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "stacks/guards.hpp"

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SocketAddress.h>

namespace {

/// A response without a connection.
class NoResponse : public Poco::Net::HTTPServerResponse {
public:
    void sendContinue() override {}
    std::ostream& send() override {
        static std::ostream nowhere{nullptr};  // to make one takes as long as the guard
        is_sent_ = true;
        return nowhere;
    }
    void sendFile(const std::string&, const std::string&) override {}
    void sendBuffer(const void*, std::size_t) override {}
    void redirect(const std::string&, HTTPStatus) override {}
    void requireAuthentication(const std::string&) override {}
    [[nodiscard]] bool sent() const override { return is_sent_; }

private:
    bool is_sent_ = false;
};

/// A request without a connection.
class NoRequest : public Poco::Net::HTTPServerRequest {
public:
    explicit NoRequest(const std::string& field) {
        setMethod("GET");
        setURI("/orders");
        set("Host", "api.example");
        set("User-Agent", "a browser");
        set("Accept", "application/json");
        set("Accept-Encoding", "gzip");
        set("Connection", "keep-alive");
        set("Authorization", field);
    }
    std::istream& stream() override { return nothing_; }
    [[nodiscard]] const Poco::Net::SocketAddress& clientAddress() const override { return address_; }
    [[nodiscard]] const Poco::Net::SocketAddress& serverAddress() const override { return address_; }
    [[nodiscard]] const Poco::Net::HTTPServerParams& serverParams() const override { throw std::logic_error{"none"}; }
    [[nodiscard]] Poco::Net::HTTPServerResponse& response() const override { throw std::logic_error{"none"}; }
    [[nodiscard]] bool secure() const override { return true; }

private:
    std::istringstream nothing_;
    Poco::Net::SocketAddress address_;
};

using Request = Poco::Net::HTTPServerRequest;
using Response = Poco::Net::HTTPServerResponse;

auto call(const std::string& field, int status, guards::Form form) {
    std::function<void(Request&, Response&)> handler;
    switch (form) {
        case guards::Form::plain: handler = [](Request&, Response& out) { out.send(); }; break;
        case guards::Form::guarded:
            handler = credence::protect(guards::verifier(),
                                        [](const guards::Proof&, Request&, Response& out) { out.send(); });
            break;
        case guards::Form::optional:
            handler = credence::protect(guards::verifier(),
                                        [](std::optional<guards::Proof>, Request&, Response& out) { out.send(); });
            break;
    }
    return [request = std::make_shared<NoRequest>(field), handler, status] {
        NoResponse response;
        handler(*request, response);
        return response.getStatus() == status;
    };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("poco", call);
    return guards::run(argc, argv);
}
