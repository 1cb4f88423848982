// SPDX-License-Identifier: MIT
// The guard of cpp-httplib, called as its server calls it, with the fields that a browser sends.
#include <credence/stacks/httplib.hpp>

#include <optional>
#include <utility>

#include "stacks/guards.hpp"

namespace {

auto call(const std::string& field, int status, guards::Form form) {
    httplib::Request request;
    for (const auto& [name, value] : {std::pair{"Host", "api.example"},
                                      {"User-Agent", "a browser"},
                                      {"Accept", "application/json"},
                                      {"Accept-Encoding", "gzip"},
                                      {"Connection", "keep-alive"}}) {
        request.headers.emplace(name, value);
    }
    request.headers.emplace("Authorization", field);
    request.method = "GET";
    httplib::Server::Handler handler;
    switch (form) {
        case guards::Form::plain:
            handler = [](const httplib::Request&, httplib::Response& out) { out.status = 200; };
            break;
        case guards::Form::guarded:
            handler = credence::protect(guards::verifier(), [](const guards::Proof&, const httplib::Request&,
                                                               httplib::Response& out) { out.status = 200; });
            break;
        case guards::Form::optional:
            handler = credence::protect(guards::verifier(), [](std::optional<guards::Proof>, const httplib::Request&,
                                                               httplib::Response& out) { out.status = 200; });
            break;
    }
    return [request, handler, status] {
        httplib::Response response;
        handler(request, response);
        return response.status == status;
    };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("httplib", call);
    return guards::run(argc, argv);
}
