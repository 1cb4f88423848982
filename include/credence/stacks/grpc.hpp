// SPDX-License-Identifier: MIT
// gRPC: `const auto list = credence::protect(verifier, [](const credence::Verified<Claims>& who, grpc::ServerContext*,
// const Query* query, Page* page) { … return grpc::Status::OK; });` A method returns `list(context, query, page)`.
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/stacks/detail/der_certificate.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <grpc/grpc_security_constants.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

namespace credence {

/// The refusal of a call to a callback service. Converts to the reactor that the method returns, unary or streaming;
/// that reactor finishes the call and deletes itself. Convert it once.
class GrpcRefusal {
public:
    explicit GrpcRefusal(grpc::Status status) noexcept : status_(std::move(status)) {}

    operator grpc::ServerUnaryReactor*() && { return finished<grpc::ServerUnaryReactor>(); }
    template <class Request>
    operator grpc::ServerReadReactor<Request>*() && {
        return finished<grpc::ServerReadReactor<Request>>();
    }
    template <class Response>
    operator grpc::ServerWriteReactor<Response>*() && {
        return finished<grpc::ServerWriteReactor<Response>>();
    }
    template <class Request, class Response>
    operator grpc::ServerBidiReactor<Request, Response>*() && {
        return finished<grpc::ServerBidiReactor<Request, Response>>();
    }

private:
    template <class Reactor>
    class Finished final : public Reactor {
    public:
        explicit Finished(const grpc::Status& status) { this->Finish(status); }
        void OnDone() override { delete this; }
    };

    template <class Reactor>
    [[nodiscard]] Reactor* finished() const {
        return new Finished<Reactor>{status_};
    }

    grpc::Status status_;
};

namespace detail {

/// A value that gRPC accepts in metadata. It ends the process for any byte that is not printable ASCII.
[[nodiscard]] inline std::string grpc_value(std::string_view text) {
    std::string value{text};
    std::replace_if(value.begin(), value.end(), [](char byte) { return byte < ' ' || byte > '~'; }, '?');
    return value;
}

/// The address in `ipv4:127.0.0.1:50051` or `ipv6:%5B::1%5D:50051`; empty for a peer of another kind.
[[nodiscard]] inline std::string grpc_address(std::string_view peer) {
    if (!peer.starts_with("ipv4:") && !peer.starts_with("ipv6:")) return {};
    std::string address{peer.substr(5, peer.rfind(':') - 5)};
    for (const auto& [encoded, plain] : {std::pair{"%5B", ""}, std::pair{"%5D", ""}, std::pair{"%25", "%"}}) {
        const std::size_t at = address.find(encoded);
        if (at != std::string::npos) address.replace(at, 3, plain);
    }
    std::erase_if(address, [](char byte) { return byte == '[' || byte == ']'; });
    return address;
}

}  // namespace detail

/// Reads the metadata of a call, and answers with a status and trailing metadata. For services of every kind: `Context`
/// is `grpc::ServerContext`, `grpc::CallbackServerContext` or one of their generic forms.
///
/// | rejection | status              | trailing metadata                           |
/// | --------- | ------------------- | ------------------------------------------- |
/// | 400, 401  | `UNAUTHENTICATED`   | `www-authenticate`, each challenge an entry |
/// | 403       | `PERMISSION_DENIED` | `www-authenticate`                          |
/// | 503       | `UNAVAILABLE`       | `retry-after`, `grpc-retry-pushback-ms`     |
///
/// Two `authorization` entries are seen as two. `Host` is the authority of the call, `:authority` in HTTP/2. A byte
/// that gRPC does not allow in metadata, such as one of a non-ASCII realm, is sent as `?`.
///
/// Only a generic service learns from gRPC which method is called. In other services a DPoP proof, which names the
/// method, cannot be checked: the compiler refuses such a guard.
template <class Context>
    requires std::derived_from<Context, grpc::ServerContextBase>
struct HttpTraits<Context*> {
    static HeaderValue field(const Context* context, std::string_view name) {
        std::string key{name};
        std::transform(key.begin(), key.end(), key.begin(), detail::to_lower);
        const auto entries = context->client_metadata().equal_range(grpc::string_ref{key});
        if (key == "cookie") return cookies(entries);
        if (key == "host") return authority(context, entries);
        return HeaderValue::only(entries, [](const auto& entry) { return text_of(entry.second); });
    }

    /// gRPC calls are POST requests.
    static std::string_view method(const Context*) { return "POST"; }

    /// `/package.Service/Method`
    static std::string_view url(const Context* context)
        requires requires { context->method(); }
    {
        return context->method();
    }

    /// The client's certificate, if the server's credentials request one.
    static std::string client_certificate(const Context* context) {
        const auto authentication = context->auth_context();
        if (authentication == nullptr) return {};
        const auto found = authentication->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
        return found.empty() ? std::string{} : detail::der_certificate(text_of(found.front()));
    }

    static std::string peer_address(const Context* context) { return detail::grpc_address(context->peer()); }

    /// The status of a refusal, for an `on_reject` hook. Its message is one fixed sentence.
    static grpc::Status status(const Rejection& rejection) {
        const auto code = [&] {
            switch (rejection.status) {
                case 403: return grpc::StatusCode::PERMISSION_DENIED;
                case 503: return grpc::StatusCode::UNAVAILABLE;
                default: return grpc::StatusCode::UNAUTHENTICATED;
            }
        }();
        return {code, std::string{rejection.description}};
    }

    /// Adds the challenges to the trailing metadata, for an `on_reject` hook: the hook alone answers.
    static void put_metadata(const Rejection& rejection, Context* context) {
        if (!rejection.challenge.empty())
            context->AddTrailingMetadata("www-authenticate", detail::grpc_value(rejection.challenge));
        for (const std::string& other : rejection.other_challenges)
            context->AddTrailingMetadata("www-authenticate", detail::grpc_value(other));
        if (!rejection.dpop_nonce.empty())
            context->AddTrailingMetadata("dpop-nonce", detail::grpc_value(rejection.dpop_nonce));
        if (!rejection.retry_after) return;
        const std::chrono::milliseconds pause = *rejection.retry_after;
        context->AddTrailingMetadata("retry-after", std::to_string(rejection.retry_after->count()));
        context->AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(pause.count()));
    }

    static grpc::Status reject(const Rejection& rejection, Context* context)
        requires std::derived_from<Context, grpc::ServerContext>
    {
        put_metadata(rejection, context);
        return status(rejection);
    }
    static GrpcRefusal reject(const Rejection& rejection, Context* context)
        requires std::derived_from<Context, grpc::CallbackServerContext>
    {
        put_metadata(rejection, context);
        return GrpcRefusal{status(rejection)};
    }

private:
    static std::string_view text_of(const grpc::string_ref& text) { return {text.data(), text.size()}; }

    /// gRPC takes the authority out of the metadata. A `host` entry beside it is a second one. RFC 9113 §8.3.1
    template <class Entries>
    static HeaderValue authority(const Context* context, const Entries& entries) {
        if (entries.first != entries.second) return HeaderValue::repeated();
        if constexpr (requires { context->ExperimentalGetAuthority(); }) {  // not in the oldest versions
            const bool has_call = !context->peer().empty();                 // unlike a context that a test makes
            if (has_call) return text_of(context->ExperimentalGetAuthority());
        }
        return {};
    }

    /// A client of HTTP/2 may send each cookie in a field of its own; together they are one field. RFC 9113 §8.2.3
    template <class Entries>
    static HeaderValue cookies(const Entries& entries) {
        std::string field;
        for (auto entry = entries.first; entry != entries.second; ++entry) {
            if (!field.empty()) field.append("; ");
            field.append(text_of(entry->second));
        }
        return field;
    }
};

/// Refuses a call within a method: adds the challenges to the trailing metadata, and returns the method's result.
///
/// ```cpp
/// const auto who = credence::require_bearer(context, verifier);
/// if (!who) return credence::grpc_refusal(context, who.error());
/// ```
template <class Context>
[[nodiscard]] auto grpc_refusal(Context* context, const Rejection& rejection) {
    return HttpTraits<Context*>::reject(rejection, context);
}

}  // namespace credence
