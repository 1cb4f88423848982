// SPDX-License-Identifier: MIT
// CurlTransport: fetches with libcurl 7.85 or newer. Link `libcurl`.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/transport_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/remote/detail/printable.hpp>
#include <credence/transports/detail/certificate_fault.hpp>
#include <credence/transports/detail/sigpipe_guard.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

namespace credence {

/// A transport on libcurl. A connection serves one request.
class CurlTransport {
public:
    explicit CurlTransport(TransportOptions options = {}) : options_(std::move(options)) {}

    /// Sends the request. See `FetchTransport`.
    [[nodiscard]] FetchResult operator()(const FetchRequest& request) const;

private:
    TransportOptions options_;
};

namespace detail {

/// Wraps a function of libcurl that frees something.
template <auto Free>
struct CurlFree {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        static_cast<void>(Free(handle));
    }
};
using CurlList = std::unique_ptr<curl_slist, CurlFree<&curl_slist_free_all>>;

/// One request, and the part of its answer that has arrived.
class CurlFetch {
public:
    CurlFetch(const TransportOptions& options, const FetchRequest& request) : options_(options), request_(request) {}
    CurlFetch(const CurlFetch&) = delete;
    CurlFetch& operator=(const CurlFetch&) = delete;
    ~CurlFetch() {
        if (is_added_) curl_multi_remove_handle(multi_.get(), easy_.get());
    }

    [[nodiscard]] FetchResult run() {
        if (!multi_ || !easy_ || !set_up()) return FetchError{FetchStage::transfer, "libcurl refuses the request"};
        if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) {
            return FetchError{FetchStage::transfer, "libcurl refuses the request"};
        }
        is_added_ = true;
        // The only function of libcurl that another thread may call.
        const std::stop_callback on_stop{request_.stop, [this] { curl_multi_wakeup(multi_.get()); }};
        int running = 1;
        while (running > 0) {
            if (request_.stop.stop_requested()) return FetchError{FetchStage::stopped};
            if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return FetchError{FetchStage::transfer};
            if (running > 0 && curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr) != CURLM_OK) {
                return FetchError{FetchStage::transfer};
            }
        }
        return result();
    }

private:
    /// The limit of all header lines of an answer, with those of interim answers and trailers, in bytes.
    static constexpr std::size_t most_header_bytes = 64 * 1024;

    template <class Value>
    [[nodiscard]] bool set(CURLoption option, Value value) {
        return curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
    }
    [[nodiscard]] bool set(CURLoption option, const std::string& value) { return set(option, value.c_str()); }

    [[nodiscard]] bool set_up() {
        const Url& url = request_.url;
        // Without signals, which belong to the program, and without waiting for a name server after the deadline.
        return set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_QUICK_EXIT, 1L) &&
               set(CURLOPT_URL, url.origin() + url.target()) && set(CURLOPT_PATH_AS_IS, 1L) &&
               set(CURLOPT_PROTOCOLS_STR, url.is_https() ? "https" : "http") && set(CURLOPT_FOLLOWLOCATION, 0L) &&
               set(CURLOPT_ERRORBUFFER, error_text_.data()) && set_times() && set_tls() && set_route() &&
               set_fields() && set_sinks();
    }

    [[nodiscard]] bool set_times() {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(request_.deadline - std::chrono::steady_clock::now());
        const auto total = (std::max)(left, std::chrono::milliseconds{1});  // 0 would mean no limit
        const auto connect = std::clamp(request_.connect_timeout, std::chrono::milliseconds{1}, total);
        return set(CURLOPT_TIMEOUT_MS, static_cast<long>(total.count())) &&
               set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
    }

    [[nodiscard]] bool set_tls() {
        if (!options_.ca_file.empty()) {
            const char* const none = nullptr;
            if (!set(CURLOPT_CAINFO, options_.ca_file) || !set(CURLOPT_CAPATH, none)) return false;
        }
        if (!options_.client_certificate_file.empty() && (!set(CURLOPT_SSLCERT, options_.client_certificate_file) ||
                                                          !set(CURLOPT_SSLKEY, options_.client_key_file))) {
            return false;
        }
        return set(CURLOPT_SSL_VERIFYPEER, 1L) && set(CURLOPT_SSL_VERIFYHOST, 2L) && set(CURLOPT_CERTINFO, 1L) &&
               set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    }

    /// Where to connect: through the proxy or not, and with localhost as this machine.
    [[nodiscard]] bool set_route() {
        const Url& url = request_.url;
        const bool is_through_proxy = !options_.proxy_host.empty() && !url.is_loopback();
        // An empty proxy is no proxy, even if the environment names one.
        if (!set(CURLOPT_PROXY, is_through_proxy ? "http://" + options_.proxy_host : std::string{})) return false;
        if (!set(CURLOPT_NOPROXY, "")) return false;  // else no_proxy would lead around the proxy that is set
        if (is_through_proxy)
            return set(CURLOPT_PROXYPORT, static_cast<long>(options_.proxy_port)) && set(CURLOPT_HTTPPROXYTUNNEL, 1L);
        if (url.host() != "localhost") return true;
        append(addresses_, "localhost:" + std::to_string(url.port()) + ":127.0.0.1,[::1]");
        return addresses_ && set(CURLOPT_RESOLVE, addresses_.get());
    }

    [[nodiscard]] bool set_fields() {
        if (!request_.accept.empty()) append(fields_, "Accept: " + request_.accept);
        if (!request_.if_none_match.empty()) append(fields_, "If-None-Match: " + request_.if_none_match);
        if (!request_.if_modified_since.empty()) append(fields_, "If-Modified-Since: " + request_.if_modified_since);
        if (!request_.authorization.empty()) append(fields_, "Authorization: " + request_.authorization);
        for (const auto& [name, value] : options_.fields) append(fields_, std::string{name}.append(": ").append(value));
        if (!request_.form.empty()) {
            append(fields_, "Content-Type: application/x-www-form-urlencoded");
            append(fields_, "Expect:");  // libcurl would wait for the server's 100 Continue
            if (!set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.form.size())) ||
                !set(CURLOPT_POSTFIELDS, request_.form)) {
                return false;
            }
        }
        return set(CURLOPT_HTTPHEADER, fields_.get()) && set(CURLOPT_PROXYHEADER, static_cast<curl_slist*>(nullptr)) &&
               set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)) &&
               set(CURLOPT_USERAGENT, options_.user_agent);
    }

    [[nodiscard]] bool set_sinks() {
        // An announced length is checked at once; the sink counts the bytes in any case.
        return set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request_.most_bytes)) &&
               set(CURLOPT_WRITEFUNCTION, &CurlFetch::take_body) && set(CURLOPT_WRITEDATA, this) &&
               set(CURLOPT_HEADERFUNCTION, &CurlFetch::take_header) && set(CURLOPT_HEADERDATA, this) &&
               set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    }

    static void append(CurlList& list, const std::string& text) {
        // The head of a list stays the same when something is appended to it.
        curl_slist* const head = curl_slist_append(list.get(), text.c_str());
        if (list == nullptr) list.reset(head);
    }

    static std::size_t take_body(const char* data, std::size_t, std::size_t size, void* self) {
        auto& fetch = *static_cast<CurlFetch*>(self);
        if (size > fetch.request_.most_bytes - fetch.response_.body.size()) {
            fetch.is_too_large_ = true;
            return 0;
        }
        fetch.response_.body.append(data, size);
        return size;
    }

    static std::size_t take_header(const char* data, std::size_t, std::size_t size, void* self) {
        auto& fetch = *static_cast<CurlFetch*>(self);
        fetch.header_bytes_ += size;
        if (fetch.header_bytes_ > most_header_bytes) {
            fetch.is_too_large_ = true;
            return 0;
        }
        fetch.take_line({data, size});
        return size;
    }

    void take_line(std::string_view line) {
        if (line.starts_with("HTTP/")) {  // the answer begins, perhaps again after an interim one
            response_ = {};
            return;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return;
        while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
        response_.add_field(line.substr(0, colon), trimmed(line.substr((std::min)(colon + 1, line.size()))));
    }

    [[nodiscard]] FetchResult result() {
        int left = 0;
        const CURLMsg* const message{curl_multi_info_read(multi_.get(), &left)};
        if (message == nullptr || message->msg != CURLMSG_DONE) return FetchError{FetchStage::transfer};
        const CURLcode code = message->data.result;
        if (code == CURLE_OK) {
            long status = 0;
            curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
            response_.status = static_cast<int>(status);
            return std::move(response_);
        }
        const std::string_view told =
            error_text_[0] != '\0' ? std::string_view{error_text_.data()} : curl_easy_strerror(code);
        if (is_too_large_) return FetchError{FetchStage::too_large};
        const Certificate refused = code == CURLE_PEER_FAILED_VERIFICATION ? server_certificate() : nullptr;
        return FetchError{stage_of(code),
                          refused ? of_another_host(refused.get(), request_.url.host()) : quoted_for_log(told)};
    }

    /// The certificate of the server, which libcurl tells only after OpenSSL has found its chain sound: what may be
    /// wrong then is its host. Empty, too, where libcurl's TLS library does not tell it.
    [[nodiscard]] Certificate server_certificate() const {
        const curl_certinfo* found = nullptr;
        if (curl_easy_getinfo(easy_.get(), CURLINFO_CERTINFO, &found) != CURLE_OK || found == nullptr) return {};
        if (found->num_of_certs < 1) return {};
        constexpr std::string_view name = "Cert:";
        for (const curl_slist* line{found->certinfo[0]}; line != nullptr; line = line->next) {
            const std::string_view text{line->data};
            if (!text.starts_with(name)) continue;
            const std::string_view pem = text.substr(name.size());
            const Memory memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
            return Certificate{memory ? PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr) : nullptr};
        }
        return {};
    }

    [[nodiscard]] static FetchStage stage_of(CURLcode code) {
        switch (code) {
            case CURLE_FILESIZE_EXCEEDED: return FetchStage::too_large;
            case CURLE_OPERATION_TIMEDOUT: return FetchStage::timeout;
            case CURLE_COULDNT_RESOLVE_HOST:
            case CURLE_COULDNT_RESOLVE_PROXY:
            case CURLE_COULDNT_CONNECT: return FetchStage::connect;
            case CURLE_SSL_CONNECT_ERROR:
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_CERTPROBLEM:
            case CURLE_SSL_CACERT_BADFILE:
            case CURLE_SSL_CIPHER:
            case CURLE_SSL_ISSUER_ERROR: return FetchStage::tls;
            default: return FetchStage::transfer;
        }
    }

    const TransportOptions& options_;
    const FetchRequest& request_;
    FetchResponse response_ = {};
    std::size_t header_bytes_ = 0;
    bool is_too_large_ = false;
    bool is_added_ = false;
    std::array<char, CURL_ERROR_SIZE> error_text_{};
    CurlList fields_;
    CurlList addresses_;
    std::unique_ptr<CURLM, CurlFree<&curl_multi_cleanup>> multi_{curl_multi_init()};
    std::unique_ptr<CURL, CurlFree<&curl_easy_cleanup>> easy_{curl_easy_init()};
};

}  // namespace detail

inline FetchResult CurlTransport::operator()(const FetchRequest& request) const {
    static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, by the first thread
    if (begun != CURLE_OK) return FetchError{FetchStage::transfer, "libcurl cannot be initialised"};
    const detail::ErrorQueueGuard queue;
    const detail::SigpipeGuard no_sigpipe;
    return detail::CurlFetch{options_, request}.run();
}

}  // namespace credence
