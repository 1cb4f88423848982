// SPDX-License-Identifier: MIT
// The guard of Pistache, from the request to the decision, before a handler is called. A response of Pistache needs a
// connection, so none is made here.
#include <credence/stacks/pistache.hpp>

#include <memory>
#include <string>

#include "stacks/guards.hpp"

#include <pistache/http.h>
#include <pistache/http_headers.h>

namespace {

auto call(const std::string& field, int status, guards::Form form) {
    auto request = std::make_shared<Pistache::Http::Request>();
    namespace header = Pistache::Http::Header;
    request->headers().add<header::Host>("api.example");
    request->headers().add<header::UserAgent>("a browser");
    request->headers().add<header::Authorization>(field);
    return [request, status, form, verifier = guards::verifier()] {
        const Pistache::Http::Request& received = *request;
        if (form == guards::Form::plain) return !received.headers().list().empty();
        if (form == guards::Form::optional)
            return credence::optional_bearer(received, verifier).has_value() == (status == 200);
        const auto who = credence::require_bearer(received, verifier);
        return (who ? 200 : who.error().status) == status;
    };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("pistache", call);
    return guards::run(argc, argv);
}
