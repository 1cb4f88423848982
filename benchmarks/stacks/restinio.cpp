// SPDX-License-Identifier: MIT
// The guard of RESTinio. A request of RESTinio can be answered only once, so each call makes a new one without a
// connection, also with the plain handler.
#include <credence/stacks/restinio.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "stacks/guards.hpp"

#include <restinio/all.hpp>

namespace {

using restinio::request_handle_t, restinio::request_handling_status_t;
using Params = restinio::router::route_params_t;

/// A connection that counts the answers and sends none.
class NoConnection : public restinio::impl::connection_base_t {
public:
    NoConnection() : connection_base_t{restinio::connection_id_t{1}} {}
    void check_timeout(restinio::tcp_connection_ctx_handle_t&) override {}
    void write_response_parts(restinio::request_id_t, restinio::response_output_flags_t,
                              restinio::write_group_t) override {
        ++answers;
    }

    int answers = 0;
};

auto call(const std::string& field, int status, guards::Form form) {
    restinio::http_request_header_t header{restinio::http_method_get(), "/orders"};
    for (const auto& [name, value] : {std::pair{"Host", "api.example"},
                                      {"User-Agent", "a browser"},
                                      {"Accept", "application/json"},
                                      {"Accept-Encoding", "gzip"},
                                      {"Connection", "keep-alive"}}) {
        header.add_field(name, value);
    }
    header.add_field("Authorization", field);
    std::function<request_handling_status_t(const request_handle_t&, Params)> handler;
    const auto accept = [] { return restinio::request_accepted(); };
    switch (form) {
        case guards::Form::plain:
            handler = [accept](const request_handle_t&, const Params&) { return accept(); };
            break;
        case guards::Form::guarded:
            handler = credence::protect(guards::verifier(), [accept](const guards::Proof&, const request_handle_t&,
                                                                     const Params&) { return accept(); });
            break;
        case guards::Form::optional:
            handler = credence::protect(
                guards::verifier(),
                [accept](std::optional<guards::Proof>, const request_handle_t&, const Params&) { return accept(); });
            break;
    }
    return [header, handler, status, connection = std::make_shared<NoConnection>()] {
        restinio::no_extra_data_factory_t factory;
        const auto request =
            std::make_shared<restinio::request_t>(restinio::request_id_t{1}, restinio::http_request_header_t{header},
                                                  std::string{}, connection, restinio::endpoint_t{}, factory);
        const int before = connection->answers;
        static_cast<void>(handler(request, Params{}));
        return connection->answers - before == (status == 200 ? 0 : 1);
    };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("restinio", call);
    return guards::run(argc, argv);
}
