// SPDX-License-Identifier: MIT
// Guards on gRPC, with real calls: services of every kind, written as protoc's plugin would, for messages that are bytes.
#include <credence/stacks/grpc.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/method_handler.h>

using credence::protect;
using credence::Rejection;
using credence::Verified;
using grpc::ByteBuffer;
using grpc::StatusCode;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using Writer = credence::Granted<AccountClaims, "orders:write">;

namespace {

ByteBuffer bytes_of(const std::string& text) {
    const grpc::Slice slice{text};
    return {&slice, 1};
}

std::string text_of(const ByteBuffer& bytes) {
    std::vector<grpc::Slice> slices;
    std::string text;
    if (!bytes.Dump(&slices).ok()) return text;
    for (const grpc::Slice& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return text;
}

using SyncMethod = std::function<grpc::Status(grpc::ServerContext*, const ByteBuffer*, ByteBuffer*)>;
using CallbackMethod =
    std::function<grpc::ServerUnaryReactor*(grpc::CallbackServerContext*, const ByteBuffer*, ByteBuffer*)>;
using WriterMethod =
    std::function<grpc::ServerWriteReactor<ByteBuffer>*(grpc::CallbackServerContext*, const ByteBuffer*)>;
using ReaderMethod = std::function<grpc::ServerReadReactor<ByteBuffer>*(grpc::CallbackServerContext*, ByteBuffer*)>;

constexpr auto unary = grpc::internal::RpcMethod::NORMAL_RPC;

/// A service with one method of each kind that is given.
class TestService : public grpc::Service {
public:
    void add(const char* name, const SyncMethod& method) {
        AddMethod(new grpc::internal::RpcServiceMethod{
            name, unary,
            new grpc::internal::RpcMethodHandler<TestService, ByteBuffer, ByteBuffer>{
                [method](TestService*, grpc::ServerContext* context, const ByteBuffer* question, ByteBuffer* answer) {
                    return method(context, question, answer);
                },
                this}});
    }
    void add(const char* name, const CallbackMethod& method) {
        add_callback(name, unary, new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>{method});
    }
    void add(const char* name, const WriterMethod& method) {
        add_callback(name, grpc::internal::RpcMethod::SERVER_STREAMING,
                     new grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>{method});
    }
    void add(const char* name, const ReaderMethod& method) {
        add_callback(name, grpc::internal::RpcMethod::CLIENT_STREAMING,
                     new grpc::internal::CallbackClientStreamingHandler<ByteBuffer, ByteBuffer>{method});
    }

private:
    void add_callback(const char* name, grpc::internal::RpcMethod::RpcType type,
                      grpc::internal::MethodHandler* handler) {
        AddMethod(new grpc::internal::RpcServiceMethod{name, type, nullptr});
        MarkMethodCallback(count_++, handler);
    }

    int count_ = 0;
};

/// Answers every method by one function.
class AnyMethod : public grpc::CallbackGenericService {
public:
    using Function = std::function<grpc::ServerGenericBidiReactor*(grpc::GenericCallbackServerContext*)>;

    explicit AnyMethod(Function function) : function_(std::move(function)) {}
    grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
        return function_(context);
    }

private:
    Function function_;
};

/// Sends one message.
template <class Reactor>
class Greeting : public Reactor {
public:
    explicit Greeting(const std::string& text) : message_(bytes_of(text)) {
        this->StartWriteAndFinish(&message_, {}, grpc::Status::OK);
    }
    void OnDone() override { delete this; }

private:
    ByteBuffer message_;
};

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    template <class Add>
    explicit TestServer(Add add) {
        grpc::ServerBuilder builder;
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
        add(builder, service_);
        if (service_.has_synchronous_methods() || service_.has_callback_methods()) builder.RegisterService(&service_);
        server_ = builder.BuildAndStart();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() { server_->Shutdown(); }

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    int port_ = 0;
    TestService service_;
    std::unique_ptr<grpc::Server> server_;
};

struct Answer {
    StatusCode code;
    std::string message;
    std::string body;
    std::multimap<std::string, std::string> trailing;
};

/// One connection to a server.
class Client {
public:
    explicit Client(const TestServer& server, const grpc::ChannelArguments& arguments = {})
        : stub_(grpc::CreateCustomChannel(server.address(), grpc::InsecureChannelCredentials(), arguments)) {}

    /// Calls a method, whatever its kind, with one message.
    Answer call(const std::string& method, const std::vector<std::string>& authorizations = {}) {
        std::vector<std::pair<std::string, std::string>> fields;
        for (const std::string& value : authorizations) fields.emplace_back("authorization", value);
        return call_with(method, fields);
    }

    /// The same with any metadata.
    Answer call_with(const std::string& method, const std::vector<std::pair<std::string, std::string>>& metadata) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
        for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
        grpc::CompletionQueue queue;
        const auto stream = stub_.PrepareCall(&context, method, &queue);
        ByteBuffer answer;
        grpc::Status status;
        stream->StartCall(nullptr);
        wait(queue);
        stream->WriteLast(bytes_of("hi"), {}, nullptr);
        wait(queue);
        stream->Read(&answer, nullptr);
        wait(queue);
        stream->Finish(&status, nullptr);
        wait(queue);
        Answer given{status.error_code(), status.error_message(), text_of(answer), {}};
        for (const auto& [name, value] : context.GetServerTrailingMetadata())
            given.trailing.emplace(std::string{name.data(), name.size()}, std::string{value.data(), value.size()});
        return given;
    }

private:
    static void wait(grpc::CompletionQueue& queue) {
        void* tag = nullptr;
        bool is_good = false;
        queue.Next(&tag, &is_good);
    }

    grpc::GenericStub stub_;
};

StatusCode code_of(int status) {
    if (status == 200) return StatusCode::OK;
    return status == 403 ? StatusCode::PERMISSION_DENIED : StatusCode::UNAUTHENTICATED;
}

void ask_the_list(Client& client) {
    for (const support::ListedRequest& listed : support::nineteen_requests()) {
        INFO(listed.name);
        std::vector<std::string> values;
        for (const auto& [name, value] : listed.fields) values.push_back(value);  // names are in lower case in HTTP/2
        const Answer answer = client.call("/shop.Orders" + listed.path, values);
        CHECK(answer.code == code_of(listed.status));
        CHECK(answer.body == (listed.status == 200 ? "hello 7" : ""));
        const auto challenge = answer.trailing.find("www-authenticate");
        CHECK((challenge != answer.trailing.end()) == (listed.status != 200));
        if (challenge == answer.trailing.end()) continue;
        CHECK(challenge->second.starts_with("Bearer realm=\"api\""));
        CHECK((challenge->second.find("invalid_request") != std::string::npos) == (listed.status == 400));
    }
}

const std::string me = "/shop.Orders/me";
const std::string orders = "/shop.Orders/orders";

}  // namespace

TEST_CASE("gRPC: a synchronous service answers the list of requests") {
    const TestServer server{[](grpc::ServerBuilder&, TestService& service) {
        service.add(me.c_str(),
                    SyncMethod{protect(account_verifier(), [](const Verified<AccountClaims>& who, grpc::ServerContext*,
                                                              const ByteBuffer*, ByteBuffer* answer) {
                        *answer = bytes_of("hello " + who->sub);
                        return grpc::Status::OK;
                    })});
        service.add(orders.c_str(), SyncMethod{protect(account_verifier(), [](const Writer& who, grpc::ServerContext*,
                                                                              const ByteBuffer*, ByteBuffer* answer) {
                        *answer = bytes_of("hello " + who->sub);
                        return grpc::Status::OK;
                    })});
    }};
    Client client{server};
    ask_the_list(client);
}

TEST_CASE("gRPC: a callback service answers the list of requests") {
    const TestServer server{[](grpc::ServerBuilder&, TestService& service) {
        const auto finish = [](grpc::CallbackServerContext* context, ByteBuffer* answer, const std::string& subject) {
            *answer = bytes_of("hello " + subject);
            auto* const reactor = context->DefaultReactor();
            reactor->Finish(grpc::Status::OK);
            return reactor;
        };
        service.add(me.c_str(),
                    CallbackMethod{protect(account_verifier(), [finish](const Verified<AccountClaims>& who,
                                                                        grpc::CallbackServerContext* context,
                                                                        const ByteBuffer*, ByteBuffer* answer) {
                        return finish(context, answer, who->sub);
                    })});
        service.add(
            orders.c_str(),
            CallbackMethod{protect(account_verifier(),
                                   [finish](const Writer& who, grpc::CallbackServerContext* context, const ByteBuffer*,
                                            ByteBuffer* answer) { return finish(context, answer, who->sub); })});
    }};
    Client client{server};
    ask_the_list(client);
}

TEST_CASE("gRPC: streams are guarded before their first message") {
    std::atomic<int> started = 0;
    using WriteReactor = grpc::ServerWriteReactor<ByteBuffer>;
    using ReadReactor = grpc::ServerReadReactor<ByteBuffer>;
    const TestServer server{[&](grpc::ServerBuilder&, TestService& service) {
        service.add("/shop.Orders/list",
                    WriterMethod{protect(account_verifier(),
                                         [&](const Verified<AccountClaims>& who, grpc::CallbackServerContext*,
                                             const ByteBuffer*) -> WriteReactor* {
                                             ++started;
                                             return new Greeting<WriteReactor>{"hello " + who->sub};
                                         })});
        service.add("/shop.Orders/upload",
                    ReaderMethod{protect(
                        account_verifier(),
                        [&](const Verified<AccountClaims>&, grpc::CallbackServerContext*, ByteBuffer*) -> ReadReactor* {
                            ++started;
                            return nullptr;
                        })});
    }};
    Client client{server};
    CHECK(client.call("/shop.Orders/upload").code == StatusCode::UNAUTHENTICATED);
    CHECK(client.call("/shop.Orders/list").code == StatusCode::UNAUTHENTICATED);
    CHECK(started == 0);
    CHECK(client.call("/shop.Orders/list", {"Bearer " + account_token("7")}).body == "hello 7");
    CHECK(started == 1);
}

TEST_CASE("gRPC: a generic service, whose verifier sees the method and the peer") {
    struct CallVerifier {
        using claims_type = AccountClaims;
        credence::Result<Verified<AccountClaims>> verify(std::string_view text,
                                                         const credence::RequestContext& context) const {
            if (context.peer_address != "127.0.0.1" || context.method != "POST" || context.url != me)
                return credence::Errc::invalid_proof;
            return account_verifier().verify(text);
        }
    };
    AnyMethod any{protect(
        CallVerifier{},
        [](const Verified<AccountClaims>& who, grpc::GenericCallbackServerContext*) -> grpc::ServerGenericBidiReactor* {
            return new Greeting<grpc::ServerGenericBidiReactor>{"hello " + who->sub};
        })};
    const TestServer server{
        [&any](grpc::ServerBuilder& builder, TestService&) { builder.RegisterCallbackGenericService(&any); }};
    Client client{server};
    CHECK(client.call(me, {"Bearer " + account_token("7")}).body == "hello 7");
    CHECK(client.call(me).code == StatusCode::UNAUTHENTICATED);
    CHECK(client.call(orders, {"Bearer " + account_token("7")}).code == StatusCode::UNAUTHENTICATED);
}

TEST_CASE("gRPC: a realm that metadata cannot hold does not end the server") {
    const TestServer server{[](grpc::ServerBuilder&, TestService& service) {
        service.add(me.c_str(), SyncMethod{[](grpc::ServerContext* context, const ByteBuffer*, ByteBuffer*) {
                        const auto who = require_bearer(context, account_verifier(),
                                                        {.realm = "Z\xc3\xbcrich", .others = {"Negotiate"}});
                        return who ? grpc::Status::OK : credence::grpc_refusal(context, who.error());
                    }});
    }};
    Client client{server};
    const Answer answer = client.call(me);
    CHECK(answer.code == StatusCode::UNAUTHENTICATED);
    CHECK(answer.message == "A bearer token is required");
    CHECK(answer.trailing.count("www-authenticate") == 2);
    CHECK(answer.trailing.find("www-authenticate")->second == R"(Bearer realm="Z??rich")");
}

TEST_CASE("gRPC: the server's own origin is that of the authority, which is the Host of HTTP/2") {
    const TestServer server{[](grpc::ServerBuilder&, TestService& service) {
        service.add(
            me.c_str(),
            SyncMethod{protect(
                account_verifier(),
                [](const Verified<AccountClaims>& who, grpc::ServerContext*, const ByteBuffer*, ByteBuffer* answer) {
                    *answer = bytes_of("hello " + who->sub);
                    return grpc::Status::OK;
                },
                credence::TokenLocation{.cookie = "token"})});
    }};
    AnyMethod any{protect(
        account_verifier(),
        [](const Verified<AccountClaims>& who, grpc::GenericCallbackServerContext*) -> grpc::ServerGenericBidiReactor* {
            return new Greeting<grpc::ServerGenericBidiReactor>{"hello " + who->sub};
        },
        credence::TokenLocation{.cookie = "token"})};
    const TestServer generic{
        [&any](grpc::ServerBuilder& builder, TestService&) { builder.RegisterCallbackGenericService(&any); }};
    for (const TestServer* const each : {&server, &generic}) {
        grpc::ChannelArguments arguments;
        arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "api.example:8080");
        Client client{*each, arguments};
        const std::pair<std::string, std::string> cookie{"cookie", "token=" + account_token("7")};
        CHECK(client.call_with(me, {cookie, {"origin", "https://api.example:8080"}}).body == "hello 7");
        CHECK(client.call_with(me, {cookie, {"origin", "https://api.example"}}).code == StatusCode::PERMISSION_DENIED);
        CHECK(client.call_with(me, {cookie, {"origin", "https://evil.example"}, {"host", "evil.example"}}).code ==
              StatusCode::PERMISSION_DENIED);
    }
}

TEST_CASE("gRPC: with a hook, only the hook answers") {
    using Traits = credence::HttpTraits<grpc::ServerContext*>;
    const TestServer server{[](grpc::ServerBuilder&, TestService& service) {
        service.add(
            me.c_str(),
            SyncMethod{protect(account_verifier(), [](const Verified<AccountClaims>&, grpc::ServerContext*,
                                                      const ByteBuffer*, ByteBuffer*) { return grpc::Status::OK; })
                           .on_reject([](const Rejection& rejection, grpc::ServerContext* context, const ByteBuffer*,
                                         ByteBuffer*) {
                               Traits::put_metadata(rejection, context);
                               return grpc::Status{Traits::status(rejection).error_code(), "no", "details"};
                           })});
    }};
    Client client{server};
    const Answer answer = client.call(me);
    CHECK(answer.code == StatusCode::UNAUTHENTICATED);
    CHECK(answer.message == "no");
    CHECK(answer.trailing.count("www-authenticate") == 1);
}

TEST_CASE("gRPC: a client with a retry policy waits as long as the answer says") {
    std::atomic<int> asked = 0;
    const TestServer server{[&asked](grpc::ServerBuilder&, TestService& service) {
        service.add(me.c_str(), SyncMethod{[&asked](grpc::ServerContext* context, const ByteBuffer*, ByteBuffer*) {
                        ++asked;
                        const auto rejection = Rejection::from(credence::Error{credence::Errc::keys_unavailable},
                                                               {.retry_after = std::chrono::seconds{0}});
                        return credence::grpc_refusal(context, rejection);
                    }});
    }};
    // The client's own pause would be minutes: it retries in time only if it follows the server's hint.
    grpc::ChannelArguments arguments;
    arguments.SetServiceConfigJSON(R"({"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":2,
        "initialBackoff":"600s","maxBackoff":"600s","backoffMultiplier":1,"retryableStatusCodes":["UNAVAILABLE"]}}]})");
    Client client{server, arguments};
    const Answer answer = client.call(me);
    CHECK(answer.code == StatusCode::UNAVAILABLE);
    CHECK(answer.trailing.find("retry-after")->second == "0");
    CHECK(asked == 2);
}
