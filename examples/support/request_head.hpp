// SPDX-License-Identifier: MIT
// The head of a request, strictly by RFC 9112: if two readers disagree about the end of a request, the body that one
// reads is the next request of the other.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ascii.hpp"

namespace support {

inline constexpr std::size_t most_fields = 100;
inline constexpr std::size_t most_body_bytes = std::size_t{64} * 1024;

/// The reason to answer a request before any handler sees it. Status 0: there is none.
struct Refused {
    int status = 0;
    const char* reason = "";
};

/// A request that was read to its end, or refused.
struct WholeRequest {
    std::string method = {};
    std::string target = {};
    /// The names and values of the fields, except for those about the transfer of the request.
    std::vector<std::pair<std::string, std::string>> fields = {};
    /// One byte more than `most_body_bytes`, of any content, if the body is too long to be read.
    std::string body = {};
    bool is_last = false;  ///< Whether the connection ends after it.
    Refused refused = {};  ///< If it has a status, the other members are meaningless.
};

/// The head of one request, read line by line. Each function throws `Refused` for anything that is not a request.
class RequestHead {
public:
    WholeRequest request = {};
    std::optional<std::size_t> length = {};  ///< Content-Length
    bool is_chunked = false;
    bool expects_continue = false;

    /// method SP request-target SP HTTP-version, RFC 9112 §3
    void read_request_line(std::string_view line) {
        const std::size_t first = line.find(' '), last = line.rfind(' ');
        require(first < last, "the request line has not three parts");  // both are npos if there is no space
        request.method = line.substr(0, first);
        request.target = line.substr(first + 1, last - first - 1);
        const std::string_view version = line.substr(last + 1);
        require(is_token(request.method), "the method is not a token");
        require(version == "HTTP/1.1" || version == "HTTP/1.0", "the version is neither HTTP/1.1 nor HTTP/1.0");
        is_old_ = request.is_last = version == "HTTP/1.0";
        read_target();
    }

    /// field-name ":" OWS field-value OWS, RFC 9112 §5
    void read_field(std::string_view line) {
        const auto [name, value] = split_field(line);
        if (is_same_word(name, "content-length")) return read_length(value);
        if (is_same_word(name, "transfer-encoding")) return read_encoding(value);
        if (is_same_word(name, "host")) return read_host(value);
        if (is_same_word(name, "connection")) {
            if (lists(value, "close")) request.is_last = true;
        } else if (is_same_word(name, "expect")) {
            expects_continue = !is_old_ && is_same_word(value, "100-continue");
        } else if (!is_same_word(name, "range")) {  // these servers never answer with a part
            request.fields.emplace_back(name, value);
        }
    }

    /// A field after the body, which is ignored. RFC 9112 §7.1.2
    void skip_trailer(std::string_view line) { static_cast<void>(split_field(line)); }

    /// Call it after the last field of the head.
    void finish() {
        require(host_.has_value() || is_old_, "there is no Host");  // RFC 9112 §3.2
        require(!is_chunked || !length, "there are both Transfer-Encoding and Content-Length");
        require(!is_chunked || !is_old_, "HTTP/1.0 has no Transfer-Encoding");  // RFC 9112 §6.1
        if (!authority_.empty()) host_ = authority_;                            // RFC 9112 §3.2.2
        if (host_) request.fields.emplace_back("Host", *host_);
    }

private:
    static void require(bool is_right, const char* otherwise) {
        if (!is_right) throw Refused{400, otherwise};
    }

    struct Field {
        std::string_view name, value;
    };

    Field split_field(std::string_view line) {
        if (++fields_ > most_fields) throw Refused{431, "the request has too many fields"};
        const std::size_t colon = line.find(':');
        require(colon != std::string_view::npos, "a field has no colon");
        const Field field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
        require(is_token(field.name), "the name of a field is not a token");
        require(std::all_of(field.value.begin(), field.value.end(), is_field_content),
                "a field holds a control character");
        return field;
    }

    /// uri-host [ ":" port ], RFC 9110 §7.2, without the characters that no host on the Internet has
    [[nodiscard]] static bool is_authority(std::string_view text) {
        const bool is_ipv6 = text.starts_with('[');
        const std::size_t bracket = is_ipv6 ? 1 : 0;
        const std::size_t end = is_ipv6 ? text.find(']') : (std::min)(text.find(':'), text.size());
        if (end == std::string_view::npos) return false;
        const std::string_view name = text.substr(bracket, end - bracket), port = text.substr(end + bracket);
        const auto is_in_name = [is_ipv6](char byte) {
            if (is_digit(byte)) return true;
            const std::string_view others = is_ipv6 ? "abcdefABCDEF:." : "-._~";
            return (!is_ipv6 && is_letter(byte)) || others.find(byte) != std::string_view::npos;
        };
        return !name.empty() && std::all_of(name.begin(), name.end(), is_in_name) && (port.empty() || is_port(port));
    }

    [[nodiscard]] static bool is_port(std::string_view text) {
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
        return text.front() == ':' && (error == std::errc{} || text.size() == 1) && end == text.data() + text.size();
    }

    void read_target() {
        std::string& target = request.target;
        require(std::all_of(target.begin(), target.end(), is_visible),
                "the target holds a character that is not visible");
        require(target.find('#') == std::string::npos, "the target has a fragment");
        const std::string_view scheme = std::string_view{target}.substr(0, target.find("://"));
        if (scheme != target && (is_same_word(scheme, "http") || is_same_word(scheme, "https"))) {
            const std::size_t begin = scheme.size() + 3, end = target.find_first_of("/?", begin);
            authority_ = target.substr(begin, end - begin);
            require(is_authority(authority_), "the target has no valid host");
            target = end == std::string::npos ? "/" : target.substr(end);
            if (target.front() == '?') target.insert(0, 1, '/');
        }
        require(target.starts_with('/') || target == "*", "the target is not a path");
    }

    void read_host(std::string_view value) {
        require(!host_, "there are two Host fields");
        require(is_authority(value), "the Host is not a host");
        if (value.ends_with(':')) value.remove_suffix(1);  // an empty port is the default one, RFC 3986 §6.2.3
        host_ = value;
    }

    void read_length(std::string_view value) {
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        require(error != std::errc::invalid_argument && end == value.data() + value.size(),
                "the Content-Length is not a number");
        require(!length, "there are two Content-Length fields");
        length = error == std::errc::result_out_of_range ? SIZE_MAX : number;
    }

    /// chunked alone, RFC 9112 §6.1
    void read_encoding(std::string_view value) {
        require(!is_chunked && is_same_word(value, "chunked"), "the Transfer-Encoding is not chunked");
        is_chunked = true;
    }

    std::optional<std::string> host_ = {};
    std::string authority_ = {};  // of a target in absolute form
    std::size_t fields_ = 0;
    bool is_old_ = false;  // HTTP/1.0
};

}  // namespace support
