// SPDX-License-Identifier: MIT
// Reads the body of an HTTP/1.1 answer as it arrives, by its length, in chunks, or up to the end of the connection. RFC
// 9112 §6
#pragma once

#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// How a body ends.
struct BodyFraming {
    bool is_chunked = false;
    std::optional<std::uint64_t> length = {};  ///< neither: it ends with the connection

    /// Reads the framing from the fields of an answer. \return nullopt if they contradict each other, or name an
    /// unknown coding: then the end of the body cannot be determined.
    ///
    /// \param transfer_encoding, content_length  nullopt if the field is absent; several are joined by commas.
    [[nodiscard]] static std::optional<BodyFraming> of(int status, std::optional<std::string_view> transfer_encoding,
                                                       std::optional<std::string_view> content_length) {
        if (status == 204 || status == 304) return BodyFraming{.length = 0};
        if (transfer_encoding) {
            if (content_length || !equal_without_case(trimmed(*transfer_encoding), "chunked")) return std::nullopt;
            return BodyFraming{.is_chunked = true};
        }
        if (!content_length) return BodyFraming{};
        std::uint64_t length = 0;
        for (const char digit : trimmed(*content_length)) {
            if (!is_digit(digit) || length > UINT64_MAX / 10 - 1) return std::nullopt;
            length = length * 10 + static_cast<std::uint64_t>(digit - '0');
        }
        if (trimmed(*content_length).empty()) return std::nullopt;
        return BodyFraming{.length = length};
    }
};

/// Takes the bytes of a body as they arrive. The bytes between and after chunks are limited too.
class BodyReader {
public:
    enum class State : std::uint8_t { more, complete, malformed, too_large };

    /// \param most  the longest body, in bytes.
    BodyReader(BodyFraming framing, std::size_t most) : framing_(framing), most_(most) {
        if (!framing_.length) return;
        left_ = *framing_.length;
        if (left_ > most_) state_ = State::too_large;
        if (left_ == 0) state_ = State::complete;
    }

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] std::string take_body() { return std::move(body_); }

    /// Takes the next bytes. Bytes after a complete body are ignored.
    State take(std::string_view bytes) {
        while (state_ == State::more && !bytes.empty()) {
            const bool is_data = !framing_.is_chunked || (place_ == Place::data && left_ > 0);
            bytes.remove_prefix(is_data ? take_data(bytes) : take_line(bytes));
        }
        return state_;
    }

    /// The connection has ended.
    State take_end() {
        if (state_ == State::more) {
            const bool is_its_end = !framing_.is_chunked && !framing_.length;
            state_ = is_its_end ? State::complete : State::malformed;
        }
        return state_;
    }

private:
    enum class Place : std::uint8_t { size, data, trailer };
    static constexpr std::size_t most_line_bytes = 16 * 1024;  ///< of all lines together

    [[nodiscard]] std::size_t take_data(std::string_view bytes) {
        const bool is_bounded = framing_.is_chunked || framing_.length;
        const auto size = static_cast<std::size_t>(is_bounded ? (std::min)(left_, std::uint64_t{bytes.size()})
                                                              : std::uint64_t{bytes.size()});
        if (size > most_ - body_.size()) {
            state_ = State::too_large;
            return 0;
        }
        body_.append(bytes.substr(0, size));
        if (is_bounded) left_ -= size;
        if (framing_.length && left_ == 0) state_ = State::complete;
        return size;
    }

    /// Takes bytes up to the end of a line: the size of a chunk, the empty line after its data, or a trailer.
    [[nodiscard]] std::size_t take_line(std::string_view bytes) {
        const std::size_t end = bytes.find('\n');
        const std::size_t size = end == std::string_view::npos ? bytes.size() : end + 1;
        line_bytes_ += size;
        if (line_bytes_ > most_line_bytes + most_ / 64) {  // enough for the lines of chunks of 512 bytes and more
            state_ = State::too_large;
            return 0;
        }
        line_.append(bytes.substr(0, size));
        if (end == std::string_view::npos) return size;
        if (!line_.ends_with("\r\n")) {
            state_ = State::malformed;
        } else {
            line_.resize(line_.size() - 2);
            end_line();
            line_.clear();
        }
        return size;
    }

    void end_line() {
        switch (place_) {
            case Place::size: return begin_chunk();
            case Place::data:
                place_ = Place::size;
                if (!line_.empty()) state_ = State::malformed;
                return;
            case Place::trailer:
                if (line_.empty()) state_ = State::complete;
                return;
        }
    }

    /// `1a;extension`, whose extension is ignored.
    void begin_chunk() {
        const std::string_view digits = trimmed(std::string_view{line_}.substr(0, line_.find(';')));
        const auto size = digits.size() > 8 ? std::nullopt : whole_number(digits, 16, 0xffffffff);
        if (!size) {
            state_ = State::malformed;
        } else if (*size > most_ - body_.size()) {
            state_ = State::too_large;
        } else {
            left_ = *size;
            place_ = *size == 0 ? Place::trailer : Place::data;
        }
    }

    BodyFraming framing_;
    std::size_t most_;
    State state_ = State::more;
    Place place_ = Place::size;
    std::uint64_t left_ = 0;
    std::string body_ = {};
    std::string line_ = {};
    std::size_t line_bytes_ = 0;
};

}  // namespace credence::detail
