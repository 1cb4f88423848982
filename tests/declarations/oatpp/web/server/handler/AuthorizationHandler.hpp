// SPDX-License-Identifier: MIT
// For the tests of credence/stacks/oatpp.hpp: see protocol/http/outgoing/ResponseFactory.hpp.
#pragma once

#include <memory>

#include <oatpp/web/protocol/http/outgoing/ResponseFactory.hpp>

namespace oatpp::web::server::handler {

class AuthorizationObject {};

class AuthorizationHandler {
public:
    using AuthorizationObject = handler::AuthorizationObject;
    using Headers = protocol::http::Headers;

    AuthorizationHandler(const String&, const String&) {}
    virtual ~AuthorizationHandler() = default;
    virtual std::shared_ptr<AuthorizationObject> handleAuthorization(const String& field) = 0;
};

}  // namespace oatpp::web::server::handler
