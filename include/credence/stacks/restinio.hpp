// SPDX-License-Identifier: MIT
// RESTinio: `router->http_get("/me", credence::protect(verifier, [](const credence::Verified<Claims>& who,
// const restinio::request_handle_t& request, restinio::router::route_params_t) { … return response.done(); }));`
#pragma once

#include <credence/http/bearer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <restinio/http_headers.hpp>
#include <restinio/message_builders.hpp>
#include <restinio/request_handler.hpp>

/// Reads fields from the container of the request, so two `Authorization` fields are seen as two.
///
/// RESTinio reads the body before it calls a handler, so the body of a refused request is never parsed as the next
/// request.
template <class ExtraData>
struct credence::HttpTraits<std::shared_ptr<restinio::generic_request_t<ExtraData>>> {
    using Request = std::shared_ptr<restinio::generic_request_t<ExtraData>>;

    static HeaderValue field(const Request& request, std::string_view name) {
        std::string_view value;
        std::size_t count = 0;
        request->header().for_each_value_of(restinio::string_view_t{name.data(), name.size()}, [&](const auto& text) {
            value = {text.data(), text.size()};
            ++count;
            return restinio::http_header_fields_t::continue_enumeration();
        });
        return count > 1 ? HeaderValue::repeated() : HeaderValue{value};
    }

    static std::string_view method(const Request& request) { return request->header().method().c_str(); }
    static std::string_view url(const Request& request) { return request->header().request_target(); }
    static std::string peer_address(const Request& request) { return request->remote_endpoint().address().to_string(); }

    /// The first line of an answer, for an `on_reject` hook, which alone answers:
    /// `auto response = request->create_response(Traits::status_line(rejection));`
    static restinio::http_status_line_t status_line(const Rejection& rejection) {
        switch (rejection.status) {
            case 400: return restinio::status_bad_request();
            case 403: return restinio::status_forbidden();
            case 503: return restinio::status_service_unavailable();
            default: return restinio::status_unauthorized();
        }
    }

    /// Adds the challenges to the fields of a response: `Traits::put_fields(rejection, response.header());`
    static void put_fields(const Rejection& rejection, restinio::http_header_fields_t& fields) {
        fields.remove_all_of(restinio::http_field_t::www_authenticate);
        if (!rejection.challenge.empty())
            fields.add_field(restinio::http_field_t::www_authenticate, rejection.challenge);
        for (const std::string& other : rejection.other_challenges)
            fields.add_field(restinio::http_field_t::www_authenticate, other);
        fields.remove_all_of(restinio::http_field_t::retry_after);
        if (rejection.retry_after)
            fields.add_field(restinio::http_field_t::retry_after, std::to_string(rejection.retry_after->count()));
        fields.remove_field("DPoP-Nonce");
        if (!rejection.dpop_nonce.empty()) fields.append_field("DPoP-Nonce", rejection.dpop_nonce);
    }

    static restinio::request_handling_status_t reject(const Rejection& rejection, const Request& request) {
        auto response = request->create_response(status_line(rejection));
        put_fields(rejection, response.header());
        return response.done();
    }
};
