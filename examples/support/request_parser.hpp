// SPDX-License-Identifier: MIT
// Reads requests from the bytes of a connection, in pieces of any size. It never waits, and its memory is bounded.
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

#include "request_head.hpp"

namespace support {

/// The head of a request, its chunk extensions and its trailers have no more bytes than this together.
inline constexpr std::size_t most_head_bytes = std::size_t{8} * 1024;

class RequestParser {
public:
    void append(std::string_view bytes) { received_.append(bytes); }

    /// Reads the available bytes. \return whether a request is complete, or refused: then `take` it.
    [[nodiscard]] bool advance() {
        try {
            while (stage_ != Stage::whole && step()) {
            }
        } catch (const Refused& refused) {
            refuse(refused);
        }
        received_.erase(0, taken_);
        taken_ = 0;
        return stage_ == Stage::whole;
    }

    /// Gives the request and begins the next one.
    [[nodiscard]] WholeRequest take() {
        WholeRequest request = std::move(head_.request);
        head_ = {};
        spare_ = most_head_bytes;
        stage_ = Stage::request_line;
        return request;
    }

    /// Makes everything read so far a refused request, and ignores the rest.
    void refuse(Refused refused) {
        head_ = {};
        head_.request.is_last = true;
        head_.request.refused = refused;
        stage_ = Stage::whole;
    }

    /// Whether a byte of the next request has arrived.
    [[nodiscard]] bool has_begun() const noexcept { return spare_ != most_head_bytes || !received_.empty(); }
    [[nodiscard]] bool has_head() const noexcept { return stage_ > Stage::fields; }
    /// The part of the request that was read. With `has_head` that is everything except for the body.
    [[nodiscard]] const WholeRequest& request() const noexcept { return head_.request; }
    /// How many bytes it holds.
    [[nodiscard]] std::size_t size() const noexcept { return received_.size() + head_.request.body.size(); }

    /// Whether the client waits for "100 Continue". True only once.
    [[nodiscard]] bool expects_continue() noexcept {
        return has_head() && received_.empty() && std::exchange(head_.expects_continue, false);
    }

private:
    enum class Stage : std::uint8_t { request_line, fields, body, chunk_size, chunk, chunk_end, trailers, whole };

    static void require(bool is_right, const char* otherwise) {
        if (!is_right) throw Refused{400, otherwise};
    }

    [[nodiscard]] std::string_view rest() const noexcept { return std::string_view{received_}.substr(taken_); }

    /// \return false if more bytes are needed.
    bool step() {
        switch (stage_) {
            case Stage::request_line:
            case Stage::fields: return read_head_line();
            case Stage::body:
            case Stage::chunk: return take_body();
            case Stage::chunk_size: return read_chunk_size();
            case Stage::chunk_end: return read_chunk_end();
            case Stage::trailers: return read_trailer();
            case Stage::whole: break;
        }
        return false;
    }

    /// A line without its end, which is CR and LF; neither may occur elsewhere in it. Nullopt if it is not complete.
    [[nodiscard]] std::optional<std::string_view> take_line(std::size_t most_bytes) {
        const std::string_view bytes = rest();
        const std::size_t end = bytes.find('\n');
        if ((std::min)(end, bytes.size()) > most_bytes) refuse_head();
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view line = bytes.substr(0, end);
        require(line.ends_with('\r') && line.find('\r') == end - 1, "a line does not end with CR and LF");
        taken_ += end + 1;
        return line.substr(0, end - 1);
    }

    [[noreturn]] static void refuse_head() { throw Refused{431, "a request has at most 8 KiB besides its body"}; }

    /// Counts bytes against the limit.
    void spend(std::size_t bytes) {
        if (bytes > spare_) refuse_head();
        spare_ -= bytes;
    }

    bool read_head_line() {
        const auto line = take_line(spare_);
        if (!line) return false;
        spend(line->size() + 2);
        if (stage_ == Stage::fields) {
            if (line->empty()) {
                finish_head();
            } else {
                head_.read_field(*line);
            }
        } else if (!line->empty() || std::exchange(has_empty_line_, true)) {  // RFC 9112 §2.2: one before it is nothing
            head_.read_request_line(*line);
            has_empty_line_ = false;
            stage_ = Stage::fields;
        }
        return true;
    }

    void finish_head() {
        head_.finish();
        left_ = head_.length.value_or(0);
        if (left_ > most_body_bytes) return refuse_body();
        stage_ = Stage::body;
        if (head_.is_chunked) stage_ = Stage::chunk_size;
        if (!head_.is_chunked && left_ == 0) stage_ = Stage::whole;
    }

    /// Reports a body that is too long. The rest is not read, so the connection ends.
    void refuse_body() {
        head_.request.body.assign(most_body_bytes + 1, '\0');
        head_.request.is_last = true;
        stage_ = Stage::whole;
    }

    /// chunk-size [ chunk-ext ] CRLF, RFC 9112 §7.1. The extension means nothing here.
    bool read_chunk_size() {
        constexpr std::size_t most_digits = 16;
        const auto line = take_line(spare_ + most_digits);
        if (!line) return false;
        const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), left_, 16);
        const auto digits = static_cast<std::size_t>(end - line->data());
        const std::string_view extension = trimmed(line->substr(digits));
        require(error != std::errc::invalid_argument && digits <= most_digits, "the size of a chunk is not a number");
        require(line->size() == digits || extension.starts_with(';'), "the size of a chunk is not a number");
        require(std::all_of(extension.begin(), extension.end(), is_field_content), "a chunk has a control character");
        spend(line->size() - digits);
        if (left_ > most_body_bytes - head_.request.body.size()) {
            refuse_body();
        } else {
            stage_ = left_ == 0 ? Stage::trailers : Stage::chunk;
        }
        return true;
    }

    bool read_chunk_end() {
        const auto line = take_line(spare_);
        if (!line) return false;
        require(line->empty(), "a chunk is longer than its size");
        stage_ = Stage::chunk_size;
        return true;
    }

    bool read_trailer() {
        const auto line = take_line(spare_);
        if (!line) return false;
        spend(line->size() + 2);
        if (line->empty()) {
            stage_ = Stage::whole;
        } else {
            head_.skip_trailer(*line);
        }
        return true;
    }

    bool take_body() {
        const std::string_view part = rest().substr(0, left_);
        head_.request.body.append(part);
        taken_ += part.size();
        left_ -= part.size();
        if (left_ != 0) return false;
        stage_ = stage_ == Stage::chunk ? Stage::chunk_end : Stage::whole;
        return true;
    }

    std::string received_ = {};
    std::size_t taken_ = 0;  // of it
    RequestHead head_ = {};
    Stage stage_ = Stage::request_line;
    std::size_t spare_ = most_head_bytes;
    std::size_t left_ = 0;  // of the body, or of a chunk
    bool has_empty_line_ = false;
};

}  // namespace support
