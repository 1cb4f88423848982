// SPDX-License-Identifier: MIT
// Reads and writes nlohmann::json with the strict reader and writer, for claims types that hold one. All functions are
// templates, so they cost no compile time where they are not used.
#pragma once

#include <credence/result.hpp>
#include <credence/detail/json/json_decimal.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/json_writer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

namespace credence::detail {

/// Stores a number as exactly as nlohmann::json can: a signed or unsigned 64-bit integer, or else the nearest double;
/// null if it is larger than any double. \return whether it was stored.
template <class Json>
[[nodiscard]] bool to_dom(const JsonNumber& number, Json& out) {
    if (const auto whole = to_integer<std::uint64_t>(number); whole && number.text.front() != '-') {
        out = *whole;
        return true;
    }
    if (const auto whole = to_integer<std::int64_t>(number)) {
        out = *whole;
        return true;
    }
    const auto value = to_floating<double>(number);
    out = value ? Json(*value) : Json(nullptr);
    return value.has_value();
}

/// Reads any value into a DOM. The reader bounds the depth, so the recursion here and nlohmann's own are bounded too.
template <class Json>
class DomSink {
public:
    /// Whether a DOM can hold every number that was read. 1e400 is strict JSON, but no double.
    [[nodiscard]] bool holds_all() const noexcept { return holds_all_; }

    [[nodiscard]] bool read(JsonReader& reader, Json& out) {
        switch (reader.peek()) {
            case '"': return read_string(reader, out);
            case '{':
                out = Json::object();
                return reader.object([&](std::string_view name) { return read_member(reader, out, name); });
            case '[':
                out = Json::array();
                return reader.array(
                    [&] { return read(reader, out.template get_ref<typename Json::array_t&>().emplace_back()); });
            case 't': out = true; return reader.literal("true");
            case 'f': out = false; return reader.literal("false");
            case 'n': out = nullptr; return reader.literal("null");
            default: return read_number(reader, out);
        }
    }

    /// Reads the value of a member, and checks for duplicates.
    [[nodiscard]] bool read_member(JsonReader& reader, Json& object, std::string_view name) {
        Json* const member = new_member(reader, object, name);
        return member != nullptr && read(reader, *member);
    }

    /// The value of a new member; null if the name is a duplicate, and duplicates are refused.
    [[nodiscard]] static Json* new_member(JsonReader& reader, Json& object, std::string_view name) {
        auto& members = object.template get_ref<typename Json::object_t&>();
        const auto [member, is_new] =
            members.emplace(std::piecewise_construct, std::forward_as_tuple(name), std::forward_as_tuple());
        if (is_new || reader.rules().allow_duplicate_members) return &member->second;
        static_cast<void>(reader.fail(Errc::duplicate_member));
        return nullptr;
    }

private:
    [[nodiscard]] static std::string& text_of(Json& value) {
        return value.template get_ref<typename Json::string_t&>();
    }

    [[nodiscard]] static bool read_string(JsonReader& reader, Json& out) {
        std::string_view plain;
        if (reader.take_plain_string(plain)) {
            out = plain;
            return true;
        }
        out = typename Json::string_t{};
        return reader.string(text_of(out));
    }

    [[nodiscard]] bool read_number(JsonReader& reader, Json& out) {
        if (!reader.number()) return false;
        if (!to_dom(reader.last_number(), out)) holds_all_ = false;
        return true;
    }

    bool holds_all_ = true;
};

/// Destroys the contents of a document by recursion, whose depth the reader has limited. nlohmann's own destructor
/// allocates a list instead, which ends the program when there is no memory.
template <class Json>
void dismantle(Json& document) noexcept {
    if (auto* const members = document.template get_ptr<typename Json::object_t*>()) {
        for (auto& [name, value] : *members) dismantle(value);
        members->clear();
    } else if (auto* const elements = document.template get_ptr<typename Json::array_t*>()) {
        for (auto& element : *elements) dismantle(element);
        elements->clear();
    }
}

/// A document that `dismantle` destroys at the end of its scope.
template <class Json>
struct PassingDocument {
    PassingDocument() = default;
    PassingDocument(const PassingDocument&) = delete;
    PassingDocument& operator=(const PassingDocument&) = delete;
    ~PassingDocument() { dismantle(document); }

    Json document;
};

/// Reads a whole text. `invalid_json`, `duplicate_member`; `invalid_claim_type` for a number that no DOM can hold.
template <class Json = nlohmann::json>
[[nodiscard]] Result<Json> read_json(std::string_view text, JsonRules rules = {}) {
    std::string padded{text};
    padded.append(json_padding, '\0');
    JsonReader reader{std::string_view{padded}.substr(0, text.size()), rules};
    Json document;
    DomSink<Json> sink;
    if (!sink.read(reader, document) || !reader.at_end()) return reader.fault();
    if (!sink.holds_all()) return Errc::invalid_claim_type;
    return document;
}

template <class Json>
[[nodiscard]] bool write_dom(JsonWriter& writer, const Json& value, int depth);

template <class Json>
[[nodiscard]] bool write_dom_object(JsonWriter& writer, const Json& object, int depth) {
    writer.open('{');
    for (const auto& [name, value] : object.template get_ref<const typename Json::object_t&>()) {
        if (!writer.name(name) || !write_dom(writer, value, depth + 1)) return false;
    }
    writer.close('}');
    return true;
}

template <class Json>
[[nodiscard]] bool write_dom_array(JsonWriter& writer, const Json& array, int depth) {
    writer.open('[');
    for (const auto& value : array.template get_ref<const typename Json::array_t&>()) {
        writer.element();
        if (!write_dom(writer, value, depth + 1)) return false;
    }
    writer.close(']');
    return true;
}

/// Writes only what the strict reader would read back. Returns false for invalid UTF-8, a number that JSON lacks,
/// binary values, and too many levels. nlohmann's own `dump` throws at the first and recurses without a limit at the
/// last.
template <class Json>
[[nodiscard]] bool write_dom(JsonWriter& writer, const Json& value, int depth) {
    if (value.is_structured() && depth > json_depth_limit) return false;
    switch (value.type()) {
        case Json::value_t::object: return write_dom_object(writer, value, depth);
        case Json::value_t::array: return write_dom_array(writer, value, depth);
        case Json::value_t::string: return writer.string(value.template get_ref<const typename Json::string_t&>());
        case Json::value_t::boolean: writer.boolean(value.template get<bool>()); return true;
        case Json::value_t::number_integer: writer.integer(value.template get<std::int64_t>()); return true;
        case Json::value_t::number_unsigned: writer.integer(value.template get<std::uint64_t>()); return true;
        case Json::value_t::number_float: return writer.number(value.template get<double>());
        case Json::value_t::null: writer.null(); return true;
        case Json::value_t::binary:
        case Json::value_t::discarded: return false;
    }
    return false;
}

/// The text of a whole document. `invalid_json` if it has no strict JSON text.
template <class Json = nlohmann::json>
[[nodiscard]] Result<std::string> write_json(const std::type_identity_t<Json>& document) {
    std::string text;
    JsonWriter writer{text};
    if (!write_dom<Json>(writer, document, 1)) return Errc::invalid_json;
    return text;
}

}  // namespace credence::detail
