// SPDX-License-Identifier: MIT
// One request on Boost.Asio, without a thread of its own: connect, TLS, write, read, within a deadline.
#pragma once

#include <credence/exceptions.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/transport_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/remote/detail/host.hpp>
#include <credence/remote/detail/printable.hpp>
#include <credence/transports/detail/body_reader.hpp>
#include <credence/transports/detail/certificate_fault.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace credence::detail {

// NOLINTBEGIN(bugprone-unchecked-optional-access): each step uses what the step before it has made.

/// A request under way. It keeps itself alive until it has called its handler, once.
class BeastFetch : public std::enable_shared_from_this<BeastFetch> {
    using Tcp = boost::asio::ip::tcp;
    using ErrorCode = boost::system::error_code;
    using TlsContext = boost::asio::ssl::context;
    using TlsStream = boost::asio::ssl::stream<Tcp::socket&>;
    using HeaderParser = boost::beast::http::response_parser<boost::beast::http::empty_body>;

public:
    using Done = std::function<void(FetchResult)>;

    /// \param addresses  the host's addresses; empty: they are looked up.
    /// \param done       called on a strand of `executor`.
    BeastFetch(const boost::asio::any_io_executor& executor, TransportOptions options, FetchRequest request,
               std::vector<std::string> addresses, Done done)
        : options_(std::move(options)),
          request_(std::move(request)),
          addresses_(std::move(addresses)),
          done_(std::move(done)),
          strand_(boost::asio::make_strand(executor)),
          timer_(strand_),
          resolver_(strand_),
          socket_(strand_) {}

    void start() {
        boost::asio::post(strand_, [self = shared_from_this()] { self->begin(); });
    }

    /// Ends it early, from any thread.
    void stop() {
        boost::asio::post(strand_, [self = shared_from_this()] { self->finish(FetchError{FetchStage::stopped}); });
    }

private:
    static constexpr std::size_t most_header_bytes = 64 * 1024;
    static constexpr int most_interim_answers = 8;

    /// Wraps the handler of an asynchronous step: the fetch fails at `stage`, or continues with `next`.
    template <class Next>
    [[nodiscard]] auto step(FetchStage stage, Next next) {
        return [self = shared_from_this(), stage, next](ErrorCode error, const auto&...) {
            if (!self->done_) return;
            if (error) {
                self->finish(self->error_of(stage, error));
            } else {
                next(*self);
            }
        };
    }

    void begin() {
        const ErrorQueueGuard guard;
        const auto connected_by = std::chrono::steady_clock::now() + request_.connect_timeout;
        set_deadline((std::min)(connected_by, request_.deadline));
        if (request_.url.is_https() && !set_up_tls()) {
            finish(FetchError{FetchStage::tls, "the CA file or the client certificate cannot be used"});
            return;
        }
        const std::string& host = is_through_proxy() ? options_.proxy_host : request_.url.host();
        const std::string port = std::to_string(is_through_proxy() ? options_.proxy_port : request_.url.port());
        if (is_through_proxy()) addresses_.clear();
        if (!is_through_proxy() && host == "localhost") addresses_ = {"127.0.0.1", "::1"};
        if (addresses_.empty()) {
            resolver_.async_resolve(
                host, port, [self = shared_from_this()](ErrorCode error, const Tcp::resolver::results_type& found) {
                    self->take_addresses(error, found);
                });
            return;
        }
        for (const std::string& address : addresses_) {
            ErrorCode error;
            const auto ip = boost::asio::ip::make_address(address, error);
            if (!error) endpoints_.emplace_back(ip, is_through_proxy() ? options_.proxy_port : request_.url.port());
        }
        connect();
    }

    void take_addresses(ErrorCode error, const Tcp::resolver::results_type& found) {
        if (!done_) return;
        if (error) {
            finish(error_of(FetchStage::connect, error));
            return;
        }
        for (const auto& entry : found) endpoints_.push_back(entry.endpoint());
        connect();
    }

    [[nodiscard]] bool is_through_proxy() const { return !options_.proxy_host.empty() && !request_.url.is_loopback(); }

    void connect() {
        boost::asio::async_connect(socket_, endpoints_, step(FetchStage::connect, [](BeastFetch& self) {
                                       self.is_through_proxy() ? self.ask_proxy() : self.secure();
                                   }));
    }

    void ask_proxy() {
        const std::string host =
            request_.url.host().find(':') == std::string::npos ? request_.url.host() : "[" + request_.url.host() + "]";
        const std::string target = host + ":" + std::to_string(request_.url.port());
        text_ = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
        boost::asio::async_write(socket_, boost::asio::buffer(text_), step(FetchStage::connect, [](BeastFetch& self) {
                                     self.make_parser();
                                     boost::beast::http::async_read_header(
                                         self.socket_, self.buffer_, *self.parser_,
                                         self.step(FetchStage::connect, [](BeastFetch& same) { same.end_proxy(); }));
                                 }));
    }

    void end_proxy() {
        if (parser_->get().result_int() != 200 || buffer_.size() != 0) {
            finish(FetchError{FetchStage::connect,
                              "the proxy answered with status " + std::to_string(parser_->get().result_int())});
        } else {
            secure();
        }
    }

    void secure() {
        if (!request_.url.is_https()) {
            send();
            return;
        }
        tls_->async_handshake(boost::asio::ssl::stream_base::client,
                              step(FetchStage::tls, [](BeastFetch& self) { self.send(); }));
    }

    [[nodiscard]] bool set_up_tls() {
        ErrorCode error;
        context_.emplace(TlsContext::tls_client);
        if (SSL_CTX_set_min_proto_version(context_->native_handle(), TLS1_2_VERSION) != 1) return false;
        if (options_.ca_file.empty()) {
            static_cast<void>(context_->set_default_verify_paths(error));
        } else {
            static_cast<void>(context_->load_verify_file(options_.ca_file, error));
        }
        if (error) return false;
        if (!options_.client_certificate_file.empty()) {
            static_cast<void>(context_->use_certificate_chain_file(options_.client_certificate_file, error));
            if (error) return false;
            static_cast<void>(context_->use_private_key_file(options_.client_key_file, TlsContext::pem, error));
            if (error) return false;
        }
        tls_.emplace(socket_, *context_);
        const std::string& host = request_.url.host();
        static_cast<void>(tls_->set_verify_mode(boost::asio::ssl::verify_peer, error));
        if (error) return false;
        const auto verify = [this, is_of_host = boost::asio::ssl::host_name_verification{host}](
                                bool is_trusted, boost::asio::ssl::verify_context& verification) {
            const bool is_accepted = is_of_host(is_trusted, verification);
            const auto explain = [&] { tls_fault_ = why_refused(verification.native_handle(), request_.url.host()); };
            if (!is_accepted) catch_all(explain, [] {});  // OpenSSL calls this: nothing may be thrown through it
            return is_accepted;
        };
        static_cast<void>(tls_->set_verify_callback(verify, error));
        if (error || parse_ipv4(host) || parse_ipv6(host)) return !error;
        return SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str()) == 1;
    }

    void send() {
        set_deadline(request_.deadline);
        text_ = request_text();
        on_stream([this](auto& stream) {
            boost::asio::async_write(stream, boost::asio::buffer(text_),
                                     step(FetchStage::transfer, [](BeastFetch& self) { self.read_header(); }));
        });
    }

    [[nodiscard]] std::string request_text() const {
        std::string text = request_.form.empty() ? "GET " : "POST ";
        text.append(request_.url.target()).append(" HTTP/1.1\r\n");
        const auto add = [&text](std::string_view name, std::string_view value) {
            if (!value.empty()) text.append(name).append(": ").append(value).append("\r\n");
        };
        add("Host", request_.url.authority());
        add("User-Agent", options_.user_agent);
        add("Accept", request_.accept);
        add("If-None-Match", request_.if_none_match);
        add("If-Modified-Since", request_.if_modified_since);
        add("Authorization", request_.authorization);
        for (const auto& [name, value] : options_.fields) add(name, value);
        if (!request_.form.empty()) {
            add("Content-Type", "application/x-www-form-urlencoded");
            add("Content-Length", std::to_string(request_.form.size()));
        }
        return text.append("Connection: close\r\n\r\n").append(request_.form);
    }

    void make_parser() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(most_header_bytes));
        parser_->skip(true);  // the body is read by a reader that limits it as a whole
    }

    void read_header() {
        make_parser();
        on_stream([this](auto& stream) {
            boost::beast::http::async_read_header(
                stream, buffer_, *parser_, step(FetchStage::transfer, [](BeastFetch& self) { self.take_header(); }));
        });
    }

    void take_header() {
        const auto& answer = parser_->get();
        const int status = static_cast<int>(answer.result_int());
        if (status < 200) {
            take_interim_answer();
            return;
        }
        response_.status = status;
        std::optional<std::string> coding, length;
        for (const auto& field : answer) {
            const std::string_view value{field.value().data(), field.value().size()};
            response_.add_field({field.name_string().data(), field.name_string().size()}, value);
            const auto join = [&value](std::optional<std::string>& text) {
                text = text ? text->append(", ").append(value) : std::string{value};
            };
            if (field.name() == boost::beast::http::field::transfer_encoding) join(coding);
            if (field.name() == boost::beast::http::field::content_length) join(length);
        }
        const auto framing = BodyFraming::of(status, coding, length);
        if (!framing) {
            finish(FetchError{FetchStage::transfer, "the body has no clear end"});
            return;
        }
        body_.emplace(*framing, request_.most_bytes);
        const auto rest = buffer_.data();
        body_->take({static_cast<const char*>(rest.data()), rest.size()});
        read_body();
    }

    void take_interim_answer() {
        if (++interim_answers_ > most_interim_answers) {
            finish(FetchError{FetchStage::too_large});
        } else {
            read_header();
        }
    }

    void read_body() {
        if (body_->state() != BodyReader::State::more) {
            finish(result_of_body());
            return;
        }
        on_stream([this](auto& stream) {
            stream.async_read_some(
                boost::asio::buffer(bytes_),
                [self = shared_from_this()](ErrorCode error, std::size_t size) { self->take_body(error, size); });
        });
    }

    void take_body(ErrorCode error, std::size_t size) {
        if (!done_) return;
        body_->take({bytes_.data(), size});
        if (error && error != boost::asio::error::eof) {
            finish(error_of(FetchStage::transfer, error));
            return;
        }
        if (error) body_->take_end();
        read_body();
    }

    /// The answer, once its body is complete, or why there is none.
    [[nodiscard]] FetchResult result_of_body() {
        if (body_->state() == BodyReader::State::too_large) return FetchError{FetchStage::too_large};
        if (body_->state() == BodyReader::State::malformed) {
            return FetchError{FetchStage::transfer, "the body is malformed, or cut"};
        }
        response_.body = body_->take_body();
        return std::move(response_);
    }

    template <class Use>
    void on_stream(Use use) {
        tls_ ? use(*tls_) : use(socket_);
    }

    void set_deadline(SteadyTime deadline) {
        timer_.expires_at(deadline);
        timer_.async_wait([self = shared_from_this()](ErrorCode error) {
            if (!error) self->finish(FetchError{FetchStage::timeout});
        });
    }

    [[nodiscard]] FetchError error_of(FetchStage stage, ErrorCode error) {
        ERR_clear_error();  // as Asio does before each step: older errors are stale
        if (error == boost::beast::http::error::header_limit || error == boost::beast::http::error::buffer_overflow) {
            return {FetchStage::too_large};
        }
        if (stage == FetchStage::tls) {
            if (!tls_fault_.empty()) return {stage, tls_fault_};
        }
        return {stage, quoted_for_log(error.message())};
    }

    void finish(FetchResult result) {
        if (!done_) return;
        ErrorCode ignored;
        timer_.cancel();
        resolver_.cancel();
        static_cast<void>(socket_.close(ignored));
        std::exchange(done_, nullptr)(std::move(result));
    }

    TransportOptions options_;
    FetchRequest request_;
    std::vector<std::string> addresses_;
    Done done_;
    boost::asio::strand<boost::asio::any_io_executor> strand_;
    boost::asio::steady_timer timer_;
    Tcp::resolver resolver_;
    Tcp::socket socket_;
    std::optional<TlsContext> context_;
    std::optional<TlsStream> tls_;
    std::vector<Tcp::endpoint> endpoints_;
    std::string text_;
    std::string tls_fault_;  // why the certificate was refused
    boost::beast::flat_buffer buffer_{most_header_bytes + 16 * 1024};
    std::optional<HeaderParser> parser_;
    std::optional<BodyReader> body_;
    std::array<char, 16 * 1024> bytes_;
    FetchResponse response_;
    int interim_answers_ = 0;
};

// NOLINTEND(bugprone-unchecked-optional-access)

}  // namespace credence::detail
