// SPDX-License-Identifier: MIT
// FetchError: why something could not be fetched from an issuer, and at which stage.
#pragma once

#include <credence/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace credence {

/// The stages of a fetch, in their order. A `FetchError` names the one that failed.
enum class FetchStage : std::uint8_t {
    configuration,  ///< An option is out of its range.
    url,            ///< The URL is malformed, or not one that credence fetches from.
    connect,        ///< The host name has no address, or the connection was refused or lost.
    tls,            ///< The TLS handshake failed: unknown CA, wrong host, expired certificate.
    timeout,        ///< The deadline passed.
    transfer,       ///< The answer is not HTTP, or was cut off.
    too_large,      ///< The answer is longer than the limit.
    status,         ///< The status is not 200; redirects are not followed.
    document,       ///< The metadata document is not JSON, or lacks a required member. RFC 8414 §3.2
    issuer,         ///< The metadata document belongs to another issuer. RFC 8414 §3.3
    key_set,        ///< The answer is not a JWK Set. RFC 7517 §5
    no_usable_key,  ///< The JWK Set has no key that could verify a token.
    stopped,        ///< The fetch was ended because it is no longer needed.
};

/// The enumerator's name, `"no_usable_key"`: for machines, stable between versions.
[[nodiscard]] constexpr std::string_view to_string(FetchStage stage) noexcept {
    switch (stage) {  // no default: -Wswitch points here when a value is added
        case FetchStage::configuration: return "configuration";
        case FetchStage::url: return "url";
        case FetchStage::connect: return "connect";
        case FetchStage::tls: return "tls";
        case FetchStage::timeout: return "timeout";
        case FetchStage::transfer: return "transfer";
        case FetchStage::too_large: return "too_large";
        case FetchStage::status: return "status";
        case FetchStage::document: return "document";
        case FetchStage::issuer: return "issuer";
        case FetchStage::key_set: return "key_set";
        case FetchStage::no_usable_key: return "no_usable_key";
        case FetchStage::stopped: return "stopped";
    }
    return "unknown";
}

/// One sentence for logs: the error at this stage.
[[nodiscard]] constexpr std::string_view message(FetchStage stage) noexcept {
    switch (stage) {  // no default: -Wswitch points here when a value is added
        case FetchStage::configuration: return "an option is out of its range";
        case FetchStage::url: return "the URL is not one that keys are fetched from";
        case FetchStage::connect: return "the connection failed";
        case FetchStage::tls: return "the TLS handshake failed";
        case FetchStage::timeout: return "the answer did not arrive before the deadline";
        case FetchStage::transfer: return "the answer is not complete, valid HTTP";
        case FetchStage::too_large: return "the answer is longer than the limit";
        case FetchStage::status: return "the answer does not have status 200";
        case FetchStage::document: return "the issuer's metadata document is not usable";
        case FetchStage::issuer: return "the metadata document belongs to another issuer";
        case FetchStage::key_set: return "the answer is not a JWK Set";
        case FetchStage::no_usable_key: return "the JWK Set has no usable key";
        case FetchStage::stopped: return "the fetch was stopped";
    }
    return "unknown stage";
}

/// Why a fetch, or its set-up, failed.
struct FetchError {
    FetchStage stage;
    /// One line for the log: the URL, the expected and the found value. Control characters are escaped. It may quote
    /// the issuer's text, but never a token or a body.
    std::string detail = {};

    /// The error for a token or a set-up that needed the fetch: `keys_unavailable`, with the stage as its reason.
    operator Error() const { return {Errc::keys_unavailable, {}, credence::message(stage)}; }

    friend bool operator==(const FetchError&, const FetchError&) = default;
};

/// One line for logs: the stage's sentence, and the detail after a colon.
[[nodiscard]] inline std::string message(const FetchError& error) {
    std::string sentence{message(error.stage)};
    if (!error.detail.empty()) sentence.append(": ").append(error.detail);
    return sentence;
}

}  // namespace credence
