// SPDX-License-Identifier: MIT
// POCO: what its guard does before a handler is called, from the request to the decision.
#include <credence/stacks/poco.hpp>

#include "stacks/guards.hpp"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

namespace {

auto call(const std::string& field, int status, bool is_optional) {
    Poco::Net::HTTPRequest request{"GET", "/orders"};
    request.set("Host", "api.example");
    request.set("User-Agent", "a browser");
    request.set("Accept", "application/json");
    request.set("Authorization", field);
    return [request, status, is_optional, verifier = guards::verifier()] {
        if (is_optional) return credence::optional_bearer(request, verifier).has_value() == (status == 200);
        const auto who = credence::require_bearer(request, verifier);
        return (who ? 200 : who.error().status) == status;
    };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("poco", call);
    return guards::run(argc, argv);
}
