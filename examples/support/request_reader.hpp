// SPDX-License-Identifier: MIT
// Reads the requests of a connection, each whole and by the letter of RFC 9112, before anybody looks at it: where two
// readers may disagree about where a request ends, one client's body becomes another's request.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ascii.hpp"
#include "client_socket.hpp"

namespace support {

inline constexpr std::size_t most_head_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t most_line_bytes = std::size_t{8} * 1024;
inline constexpr std::size_t most_body_bytes = std::size_t{64} * 1024;

/// A request that was read to its end.
struct WholeRequest {
    std::string method = {};
    std::string target = {};
    /// The names and values that an application needs: without those that say how the request is sent.
    std::vector<std::pair<std::string, std::string>> fields = {};
    /// More than `most_body_bytes`, of whatever content, when it was too long to be read.
    std::string body = {};
    /// Whether it follows the RFC. Nothing but this is said of one that does not.
    bool is_clear = false;
    /// Whether the connection ends after it.
    bool is_last = true;
};

class RequestReader {
public:
    explicit RequestReader(ClientSocket& client) : client_(client) {}

    /// The next request; nothing when the client has gone or is too slow.
    [[nodiscard]] std::optional<WholeRequest> next() {
        if (rest().empty()) {
            client_.set_time_limit(most_idle);
            if (!client_.receive(received_)) return std::nullopt;
        }
        client_.set_time_limit(most_time);
        framing_ = {};
        WholeRequest request;
        try {
            read_head(request);
            read_body(request);
            request.is_clear = true;
        } catch (const Gone&) {
            return std::nullopt;
        } catch (const Unclear&) {
            request = {};
        }
        return request;
    }

private:
    /// Ends the reading of a request.
    struct Gone {};
    struct Unclear {};

    /// What the fields say about how the request is sent.
    struct Framing {
        std::optional<std::size_t> length = {};
        std::size_t hosts = 0;
        bool is_chunked = false;
        bool is_old = false;  // HTTP/1.0
        bool expects_continue = false;
    };

    static constexpr std::chrono::seconds most_idle{5};
    static constexpr std::chrono::seconds most_time{20};

    static void demand(bool is_clear) {
        if (!is_clear) throw Unclear{};
    }

    [[nodiscard]] std::string_view rest() const noexcept { return std::string_view{received_}.substr(taken_); }

    void receive_more() {
        received_.erase(0, taken_);
        taken_ = 0;
        if (!client_.receive(received_)) throw Gone{};
    }

    [[nodiscard]] std::string take_bytes(std::size_t size) {
        while (rest().size() < size) receive_more();
        std::string bytes{rest().substr(0, size)};
        taken_ += size;
        return bytes;
    }

    /// Takes a line, which ends with CR and LF, and has neither before that.
    [[nodiscard]] std::string take_line(std::size_t most_bytes) {
        std::size_t end = rest().find('\n');
        while (end == std::string_view::npos) {
            const std::size_t looked_at = rest().size();
            demand(looked_at <= most_bytes);
            receive_more();
            end = rest().find('\n', looked_at);
        }
        demand(end <= most_bytes);
        std::string line = take_bytes(end + 1);
        demand(line.ends_with("\r\n") && line.find('\r') == line.size() - 2);
        line.resize(line.size() - 2);
        return line;
    }

    void read_head(WholeRequest& request) {
        std::string line = take_line(most_line_bytes);
        if (line.empty()) line = take_line(most_line_bytes);  // RFC 9112 §2.2: an empty line before it is nothing
        read_request_line(line, request);
        request.is_last = framing_.is_old;
        for (std::size_t size = line.size();; size += line.size()) {
            line = take_line(most_line_bytes);
            if (line.empty()) break;
            demand(size + line.size() <= most_head_bytes);
            read_field(line, request);
        }
        demand(framing_.hosts == 1 || (framing_.hosts == 0 && framing_.is_old));
        demand(!framing_.is_chunked || (!framing_.length && !framing_.is_old));
    }

    /// method SP request-target SP HTTP-version, RFC 9112 §3
    void read_request_line(std::string_view line, WholeRequest& request) {
        const std::size_t first = line.find(' ');
        demand(first != std::string_view::npos);
        const std::size_t second = line.find(' ', first + 1);
        demand(second != std::string_view::npos);
        request.method = line.substr(0, first);
        request.target = line.substr(first + 1, second - first - 1);
        const std::string_view version = line.substr(second + 1);
        demand(is_token(request.method) && std::all_of(request.target.begin(), request.target.end(), is_visible));
        if (request.target.starts_with("http://") || request.target.starts_with("https://")) {  // RFC 9112 §3.2.2
            const std::size_t path = request.target.find('/', request.target.find("//") + 2);
            request.target = path == std::string::npos ? "/" : request.target.substr(path);
        }
        demand(request.target.starts_with('/') || request.target == "*");
        demand(version == "HTTP/1.1" || version == "HTTP/1.0");
        framing_.is_old = version == "HTTP/1.0";
    }

    /// field-name ":" OWS field-value OWS, RFC 9112 §5
    void read_field(std::string_view line, WholeRequest& request) {
        const std::size_t colon = line.find(':');
        demand(colon != std::string_view::npos);
        const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
        demand(is_token(name) && std::all_of(value.begin(), value.end(), is_field_content));
        if (is_same_word(name, "content-length")) return read_length(value);
        if (is_same_word(name, "transfer-encoding")) return read_encoding(value);
        if (is_same_word(name, "connection")) {
            if (lists(value, "close")) request.is_last = true;
        } else if (is_same_word(name, "expect")) {
            framing_.expects_continue = !framing_.is_old && is_same_word(value, "100-continue");
        } else if (!is_same_word(name, "range")) {  // no answer of these servers comes in parts
            framing_.hosts += is_same_word(name, "host") ? 1U : 0U;
            request.fields.emplace_back(name, value);
        }
    }

    void read_length(std::string_view value) {
        std::size_t length = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
        if (error == std::errc::result_out_of_range) length = SIZE_MAX;
        demand(!framing_.length && error != std::errc::invalid_argument && end == value.data() + value.size());
        framing_.length = length;
    }

    void read_encoding(std::string_view value) {
        demand(!framing_.is_chunked && is_same_word(value, "chunked"));
        framing_.is_chunked = true;
    }

    void read_body(WholeRequest& request) {
        const std::size_t length = framing_.length.value_or(0);
        if (length > most_body_bytes) return refuse_body(request);
        if (framing_.expects_continue && (framing_.is_chunked || rest().size() < length) &&
            !client_.send("HTTP/1.1 100 Continue\r\n\r\n"))
            throw Gone{};
        if (framing_.is_chunked) return read_chunks(request);
        request.body = take_bytes(length);
    }

    static void refuse_body(WholeRequest& request) {
        request.body.assign(most_body_bytes + 1, '\0');
        request.is_last = true;
    }

    /// RFC 9112 §7.1. Extensions of chunks and trailers mean nothing here.
    void read_chunks(WholeRequest& request) {
        for (std::size_t lines = 0;; ++lines) {
            demand(lines <= most_body_bytes);
            const std::string line = take_line(most_line_bytes);
            std::size_t size = 0;
            const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
            const std::string_view extension = trimmed({end, line.data() + line.size()});
            demand(error == std::errc{} && (extension.empty() || extension.front() == ';'));
            if (size == 0) break;
            if (size > most_body_bytes - request.body.size()) return refuse_body(request);
            request.body += take_bytes(size);
            demand(take_bytes(2) == "\r\n");
        }
        for (std::size_t size = 0;;) {
            const std::string trailer = take_line(most_line_bytes);
            if (trailer.empty()) return;
            demand((size += trailer.size()) <= most_head_bytes);
        }
    }

    ClientSocket& client_;
    std::string received_ = {};
    std::size_t taken_ = 0;  // of it
    Framing framing_ = {};
};

}  // namespace support
