// SPDX-License-Identifier: MIT
// How credence reads a gRPC call and adds to its answer. With real calls: tests/http/grpc.cpp.
#include <credence/stacks/grpc.hpp>

#include <chrono>
#include <map>
#include <string>

#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <grpcpp/test/server_context_test_spouse.h>

using credence::Errc;
using credence::Error;
using credence::Rejection;
using grpc::ServerContext;
using grpc::StatusCode;
using grpc::testing::ServerContextTestSpouse;
using Metadata = std::multimap<std::string, std::string>;
using Traits = credence::HttpTraits<ServerContext*>;

static_assert(credence::HttpRequest<grpc::ServerContext*>);
static_assert(credence::HttpRequest<grpc::CallbackServerContext*>);
static_assert(credence::HttpRequest<grpc::GenericServerContext*>);
static_assert(credence::HttpRequest<grpc::GenericCallbackServerContext*>);
template <class Context>
concept HasUrl = requires(const Context* context) { credence::HttpTraits<Context*>::url(context); };
static_assert(!HasUrl<grpc::ServerContext> && !HasUrl<grpc::CallbackServerContext>);
static_assert(HasUrl<grpc::GenericServerContext> && HasUrl<grpc::GenericCallbackServerContext>);

TEST_CASE("gRPC: metadata is read, whatever the case of the requested name") {
    ServerContext context;
    ServerContextTestSpouse call{&context};
    call.AddClientMetadata("authorization", "Bearer abc");
    CHECK(Traits::field(&context, "Authorization").view() == "Bearer abc");
    CHECK(Traits::field(&context, "authorization").view() == "Bearer abc");
    CHECK(Traits::field(&context, "DPoP").view().empty());
    CHECK_FALSE(Traits::field(&context, "DPoP").is_repeated());
    CHECK(Traits::method(&context) == "POST");
}

TEST_CASE("gRPC: two entries of a name are seen as two, but cookies are one field") {
    ServerContext context;
    ServerContextTestSpouse call{&context};
    call.AddClientMetadata("authorization", "Bearer abc");
    call.AddClientMetadata("authorization", "");
    call.AddClientMetadata("cookie", "a=1; b=2");
    call.AddClientMetadata("cookie", "c=3");
    CHECK(Traits::field(&context, "authorization").is_repeated());
    CHECK(Traits::field(&context, "Cookie").view() == "a=1; b=2; c=3");
    CHECK(require_bearer(&context, support::account_verifier()).error().status == 400);
}

TEST_CASE("gRPC: a context without a call has no Host, and an entry of that name is not believed") {
    ServerContext context;
    ServerContextTestSpouse call{&context};
    CHECK(Traits::field(&context, "Host").view().empty());
    CHECK_FALSE(Traits::field(&context, "Host").is_repeated());
    call.AddClientMetadata("host", "evil.example");
    CHECK(Traits::field(&context, "host").is_repeated());
}

TEST_CASE("gRPC: a call with a token becomes a proof") {
    ServerContext context;
    CHECK(require_bearer(&context, support::account_verifier()).error().status == 401);
    ServerContextTestSpouse call{&context};
    call.AddClientMetadata("authorization", "Bearer " + support::account_token("7"));
    CHECK(require_bearer(&context, support::account_verifier()).value()->sub == "7");
}

TEST_CASE("gRPC: each kind of rejection has its status and its trailing metadata") {
    const auto refused = [](const Rejection& rejection, StatusCode code) {
        ServerContext context;
        const grpc::Status status = credence::grpc_refusal(&context, rejection);
        CHECK(status.error_code() == code);
        CHECK(status.error_message() == rejection.description);
        return ServerContextTestSpouse{&context}.GetTrailingMetadata();
    };
    const auto stranger =
        Rejection::from(Error{Errc::missing_credentials}, {.others = {R"(Basic realm="api")", "Negotiate"}});
    CHECK(refused(stranger, StatusCode::UNAUTHENTICATED) == Metadata{{"www-authenticate", R"(Bearer realm="api")"},
                                                                     {"www-authenticate", R"(Basic realm="api")"},
                                                                     {"www-authenticate", "Negotiate"}});
    const auto malformed = Rejection::from(Error{Errc::malformed_credentials});
    CHECK(refused(malformed, StatusCode::UNAUTHENTICATED) == Metadata{{"www-authenticate", malformed.challenge}});
    const auto lesser = Rejection::from(Error{Errc::insufficient_scope}, {.scope = "a b"});
    CHECK(refused(lesser, StatusCode::PERMISSION_DENIED) == Metadata{{"www-authenticate", lesser.challenge}});
    const auto later = Rejection::from(Error{Errc::store_unavailable}, {.retry_after = std::chrono::seconds{7}});
    CHECK(refused(later, StatusCode::UNAVAILABLE) ==
          Metadata{{"grpc-retry-pushback-ms", "7000"}, {"retry-after", "7"}});
    const auto nonce = Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1");
    CHECK(refused(nonce, StatusCode::UNAUTHENTICATED).find("dpop-nonce")->second == "n1");
}

TEST_CASE("gRPC: bytes that metadata cannot hold are sent as question marks") {
    CHECK(credence::detail::grpc_value("Z\xc3\xbcrich ~") == "Z??rich ~");
    CHECK(credence::detail::grpc_value("a\x7f\tb") == "a??b");
}

TEST_CASE("gRPC: the address of a peer is the text between its kind and its port") {
    CHECK(credence::detail::grpc_address("ipv4:127.0.0.1:50051") == "127.0.0.1");
    CHECK(credence::detail::grpc_address("ipv6:%5B::1%5D:50051") == "::1");
    CHECK(credence::detail::grpc_address("ipv6:[fe80::1]:50051") == "fe80::1");
    CHECK(credence::detail::grpc_address("ipv6:%5Bfe80::1%25eth0%5D:50051") == "fe80::1%eth0");
    CHECK(credence::detail::grpc_address("unix:/run/api.sock").empty());
    CHECK(credence::detail::grpc_address("").empty());
}
