// SPDX-License-Identifier: MIT
// One line of batch input: a JSON object, strictly parsed, with typed access to its members.
#pragma once

#include <credence/detail/json/json_reader.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"
#include "key_text.hpp"

namespace credence::command {

/// The greatest depth of a request. Deeper values than a token allows are refused by the library, and an id is echoed
/// at any depth. But each level is a recursion, of at most 1 KiB of the stack under AddressSanitizer.
inline constexpr detail::JsonRules request_rules{.depth_limit = 2048};

/// Why a line is not a request. Never leaves the batch.
struct BadRequest {
    std::string message;
};

/// A request. Each function that reads a member throws `BadRequest` when it has another type than it must have.
class Request {
public:
    /// Reads a line; if it is not a JSON object, the functions below throw.
    explicit Request(std::string_view line);

    /// The JSON text of `id`, on one line; `null` if there is none, or it could not be read.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }

    /// Throws if the line is not a strict JSON object.
    void demand_object() const;

    /// The value of a member as written; null if it is absent.
    [[nodiscard]] const std::string_view* find(std::string_view name) const noexcept { return object_.find(name); }

    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
    /// The bytes of a string in strict base64url.
    [[nodiscard]] std::string bytes(std::string_view name) const;
    /// The member `header`, an object; an empty one when it is absent.
    [[nodiscard]] JsonObject header() const;
    [[nodiscard]] bool flag(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> names(std::string_view name) const;
    [[nodiscard]] std::optional<std::vector<std::string>> optional_names(std::string_view name) const;
    /// A string, or a list of strings.
    [[nodiscard]] std::optional<std::vector<std::string>> name_or_names(std::string_view name) const;
    /// A number, rounded down, and clamped to 64 bits.
    [[nodiscard]] std::optional<std::int64_t> moment(std::string_view name) const;
    /// A number without a fraction that is at least 0; all beyond `most` become it.
    [[nodiscard]] std::optional<std::int64_t> count(std::string_view name, std::int64_t most) const;
    /// The member `key`.
    [[nodiscard]] KeyText key() const;

private:
    [[nodiscard]] const std::string_view& demand(std::string_view name) const;

    JsonObject object_;
    std::string id_;
};

}  // namespace credence::command
