// SPDX-License-Identifier: MIT
// An issuer's metadata document and JWK Set, fetched once. OpenID Connect Discovery 1.0 §4, RFC 8414 §3
#include "issuer.hpp"

#include <credence/bytes.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/remote/detail/metadata.hpp>
#include <credence/remote/detail/remote_core.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "algorithm_names.hpp"
#include "failure.hpp"
#include "key_file.hpp"
#include "transport/transport.hpp"

namespace credence::command {

namespace {

/// Advice about a failed fetch.
std::string_view advice_for_stage(FetchStage stage) {
    switch (stage) {
        case FetchStage::connect: return "check the host and the port, and whether this machine can reach them";
        case FetchStage::tls: return "if the certificate is of a private CA, name that CA with --ca FILE";
        case FetchStage::timeout:
        case FetchStage::transfer: return "try again, and ask what stands between here and the issuer";
        case FetchStage::status:
        case FetchStage::document: return "check the URL: an issuer's is the iss of its tokens, byte for byte";
        case FetchStage::issuer: return "if you trust the issuer that the document names, write its URL as it does";
        case FetchStage::key_set: return "check the URL, and what the issuer publishes there";
        default: return "";
    }
}

[[noreturn]] void fail_fetch(const FetchError& error) {
    std::string text = message(error);
    if (const std::string_view advice = advice_for_stage(error.stage); !advice.empty())
        text.append("; ").append(advice);
    if (error.stage == FetchStage::url) fail_usage(std::move(text));
    fail_unreadable(std::move(text), Errc::keys_unavailable);
}

/// The body at a URL.
Result<std::string, FetchError> fetch(const Url& url, std::size_t most_bytes, const std::string& ca) {
    const RemoteOptions limits;
    const FetchRequest request{.url = url,
                               .accept = "application/json",
                               .most_bytes = most_bytes,
                               .connect_timeout = limits.connect_timeout,
                               .deadline = std::chrono::steady_clock::now() + limits.total_timeout};
    auto answer = send_request(request, ca);
    std::optional<FetchError> error;
    if (!answer) {
        error = std::move(answer).error();
    } else if (answer->status != 200) {
        const bool is_redirect = answer->status >= 300 && answer->status < 400;
        error = FetchError{FetchStage::status, "status " + std::to_string(answer->status) +
                                                   (is_redirect ? ", and redirects are not followed" : "")};
    }
    if (!error) return std::move(answer->body);
    error->detail = url.text() + (error->detail.empty() ? "" : ": ") + error->detail;
    return *std::move(error);
}

/// The URL of an issuer's JWK Set.
Result<Url, FetchError> find_key_set(const detail::KeyOrigin& origin, const std::string& ca) {
    std::optional<FetchError> first;
    for (const Url& document : origin.documents) {
        const auto body = fetch(document, RemoteOptions{}.max_document_bytes, ca);
        if (body) {
            // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the origin of an issuer has one
            auto metadata = detail::read_metadata(*body, *origin.issuer);
            if (metadata) return std::move(metadata->key_set);
            FetchError error = std::move(metadata).error();
            error.detail.insert(0, document.text() + (error.detail.empty() ? "" : ": "));
            return error;
        }
        if (!first) first = body.error();
        if (body.error().stage != FetchStage::status) break;  // the other document is at the same host
    }
    return *std::move(first);
}

/// The JWK Set at a URL.
Result<FetchedSet, FetchError> fetch_set(const Url& url, const std::string& ca) {
    const auto body = fetch(url, RemoteOptions{}.max_set_bytes, ca);
    if (!body) return body.error();
    KeyText text = recognised(detail::SecretBytes{detail::as_bytes(*body)});
    if (text.form != KeyForm::jwks) return FetchError{FetchStage::key_set, url.text()};
    return FetchedSet{std::move(text), url.text()};
}

FetchedSet demand(Result<FetchedSet, FetchError> set) {
    if (!set) fail_fetch(set.error());
    return *std::move(set);
}

}  // namespace

bool is_url(std::string_view argument) { return argument.find("://") != std::string_view::npos; }

FetchedSet fetch_issuer_keys(const IssuerArguments& issuer) {
    const auto origin = detail::origin_of_issuer(issuer.url, {});
    if (!origin) fail_fetch(origin.error());
    const auto url = find_key_set(*origin, issuer.ca);
    if (!url) fail_fetch(url.error());
    return demand(fetch_set(*url, issuer.ca));
}

FetchedSet fetch_published_keys(const IssuerArguments& source) {
    const auto origin = detail::origin_of_issuer(source.url, {});
    const auto url = origin ? find_key_set(*origin, source.ca) : Result<Url, FetchError>{origin.error()};
    if (url) return demand(fetch_set(*url, source.ca));
    // An issuer without a document, or no issuer: the URL may be the one of the set.
    const FetchStage stage = url.error().stage;
    const auto itself = Url::parse(source.url);
    if (!itself || (stage != FetchStage::status && stage != FetchStage::document && stage != FetchStage::url)) {
        fail_fetch(url.error());
    }
    auto set = fetch_set(*itself, source.ca);
    if (!set && set.error().stage == FetchStage::status) fail_fetch(url.error());
    return demand(std::move(set));
}

std::vector<std::string> public_key_algorithms(const std::vector<std::string>& wanted) {
    std::vector<std::string> algorithms;
    for (const std::string& name : wanted.empty() ? algorithm_names() : wanted) {
        if (!name.starts_with("HS")) {
            algorithms.push_back(name);
        } else if (!wanted.empty()) {
            fail_usage("--issuer fetches public keys, and " + name + " needs a shared secret; use --key FILE");
        }
    }
    return algorithms;
}

}  // namespace credence::command
