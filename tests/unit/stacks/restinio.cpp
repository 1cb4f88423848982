// SPDX-License-Identifier: MIT
// How credence reads a RESTinio request and writes a response. Over sockets: tests/http/restinio.cpp.
#include <credence/stacks/restinio.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <restinio/all.hpp>

using credence::Errc;
using credence::Error;
using credence::Rejection;
using restinio::http_field_t;
using restinio::request_handle_t;
using Traits = credence::HttpTraits<request_handle_t>;

namespace {

/// A connection that sends nothing.
class NoConnection : public restinio::impl::connection_base_t {
public:
    NoConnection() : connection_base_t{restinio::connection_id_t{1}} {}
    void check_timeout(restinio::tcp_connection_ctx_handle_t&) override {}
    void write_response_parts(restinio::request_id_t, restinio::response_output_flags_t,
                              restinio::write_group_t) override {}
};

/// A request without a client.
request_handle_t request_with(const std::vector<std::pair<std::string, std::string>>& fields) {
    restinio::http_request_header_t header{restinio::http_method_post(), "/a?b=%20c"};
    for (const auto& [name, value] : fields) header.add_field(name, value);
    restinio::no_extra_data_factory_t factory;
    return std::make_shared<restinio::request_t>(
        restinio::request_id_t{1}, std::move(header), std::string{}, std::make_shared<NoConnection>(),
        restinio::endpoint_t{restinio::asio_ns::ip::make_address("::1"), 1}, factory);
}

}  // namespace

TEST_CASE("RESTinio: a field is read, whatever the case of its name") {
    const auto request = request_with({{"authorization", "Bearer abc"}, {"X-Token", "x"}});
    CHECK(Traits::field(request, "AUTHORIZATION").view() == "Bearer abc");
    CHECK(Traits::field(request, "x-token").view() == "x");
    CHECK(Traits::field(request, "Cookie").view().empty());
    CHECK_FALSE(Traits::field(request, "Cookie").is_repeated());
}

TEST_CASE("RESTinio: two fields of a name are seen as two, and an empty one counts") {
    const auto request = request_with({{"Authorization", "Bearer abc"}, {"X", "y"}, {"AUTHORIZATION", ""}});
    CHECK(Traits::field(request, "Authorization").is_repeated());
    CHECK(require_bearer(request, support::account_verifier()).error().status == 400);
}

TEST_CASE("RESTinio: method, target and address of a request, and its proof") {
    const auto request = request_with({{"Authorization", "Bearer " + support::account_token("7")}});
    CHECK(Traits::method(request) == "POST");
    CHECK(Traits::url(request) == "/a?b=%20c");
    CHECK(Traits::peer_address(request) == "::1");
    CHECK(require_bearer(request, support::account_verifier()).value()->sub == "7");
    CHECK(require_bearer(request_with({}), support::account_verifier()).error().status == 401);
}

TEST_CASE("RESTinio: a rejection puts each challenge into a field of its own, once") {
    restinio::http_header_fields_t fields;
    fields.add_field(http_field_t::www_authenticate, "old");
    const auto rejection =
        Rejection::from(Error{Errc::missing_credentials}, {.others = {R"(Basic realm="api")", "Negotiate"}});
    Traits::put_fields(rejection, fields);
    Traits::put_fields(rejection, fields);
    std::vector<std::string> challenges;
    fields.for_each_field([&](const auto& field) { challenges.emplace_back(field.value()); });
    CHECK(challenges == std::vector<std::string>{R"(Bearer realm="api")", R"(Basic realm="api")", "Negotiate"});
    Traits::put_fields(Rejection::from(Error{Errc::store_unavailable}), fields);
    CHECK_FALSE(fields.has_field(http_field_t::www_authenticate));
    CHECK(fields.get_field(http_field_t::retry_after) == "5");
    Traits::put_fields(Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1"), fields);
    CHECK(fields.get_field("DPoP-Nonce") == "n1");
}

TEST_CASE("RESTinio: each status has its status line") {
    const auto line = [](Errc code) { return Traits::status_line(Rejection::from(Error{code})); };
    CHECK(line(Errc::missing_credentials).status_code() == restinio::status_code::unauthorized);
    CHECK(line(Errc::malformed_credentials).status_code() == restinio::status_code::bad_request);
    CHECK(line(Errc::insufficient_scope).status_code() == restinio::status_code::forbidden);
    CHECK(line(Errc::store_unavailable).status_code() == restinio::status_code::service_unavailable);
}
