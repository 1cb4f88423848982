// SPDX-License-Identifier: MIT
// The guard of gRPC. Metadata that it adds to an answer stays in the context of the call, so each call makes a new
// context, also with the plain handler.
#include <credence/stacks/grpc.hpp>

#include <functional>
#include <optional>
#include <string>

#include "stacks/guards.hpp"

#include <grpcpp/test/server_context_test_spouse.h>

namespace {

auto call(const std::string& field, int status, guards::Form form) {
    std::function<grpc::Status(grpc::ServerContext*)> handler;
    switch (form) {
        case guards::Form::plain: handler = [](grpc::ServerContext*) { return grpc::Status::OK; }; break;
        case guards::Form::guarded:
            handler = credence::protect(guards::verifier(),
                                        [](const guards::Proof&, grpc::ServerContext*) { return grpc::Status::OK; });
            break;
        case guards::Form::optional:
            handler = credence::protect(guards::verifier(), [](std::optional<guards::Proof>, grpc::ServerContext*) {
                return grpc::Status::OK;
            });
            break;
    }
    return [field, handler, status] {
        grpc::ServerContext context;
        grpc::testing::ServerContextTestSpouse made{&context};
        made.AddClientMetadata("user-agent", "a client");
        made.AddClientMetadata("authorization", field);
        return handler(&context).ok() == (status == 200);
    };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("grpc", call);
    return guards::run(argc, argv);
}
