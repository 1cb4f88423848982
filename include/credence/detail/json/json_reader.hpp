// SPDX-License-Identifier: MIT
// A strict single-pass reader of JSON: grammar, UTF-8, depth and duplicate names. It keeps no value; its sinks do.
// RFC 8259
#pragma once

#include <credence/error.hpp>
#include <credence/detail/json/json_brackets.hpp>
#include <credence/detail/json/json_names.hpp>
#include <credence/detail/json/json_number.hpp>
#include <credence/detail/json/json_string.hpp>
#include <credence/detail/json/name_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <limits>
#include <string>
#include <string_view>

namespace credence::detail {

/// The outermost object is level 1.
inline constexpr int json_depth_limit = 32;

/// Rules that can be relaxed.
struct JsonRules {
    bool allow_duplicate_members = false;  ///< the last one wins
    int depth_limit = json_depth_limit;    ///< for documents that are not tokens
    /// The most values that are skipped, nested ones included; one too many is `malformed_token`.
    std::size_t skipped_limit = (std::numeric_limits<std::size_t>::max)();
    /// The most escapes in all strings, names included; one too many is `malformed_token`. In a string that is skipped,
    /// several in a row count as one.
    std::size_t escape_limit = (std::numeric_limits<std::size_t>::max)();
};

/// The fault of a text that is not valid JSON.
enum class JsonFault : std::uint8_t { grammar, depth, utf8, byte_order_mark };

/// Properties of a plain member, besides its value.
struct PlainMember {
    const char* begin = nullptr;  ///< of the value, as written
    const char* end = nullptr;
    bool has_next = false;  ///< whether a comma followed; it was read

    [[nodiscard, gnu::always_inline]] std::string_view text() const noexcept {
        return {begin, static_cast<std::size_t>(end - begin)};
    }
    /// The text of a string, within its quotes.
    [[nodiscard]] std::string_view inside() const noexcept {
        return {begin + 1, static_cast<std::size_t>(end - begin) - 2};
    }
};

/// A cursor over one JSON text.
///
/// Each function reads one thing at the cursor and returns false if the text is invalid; `fault()` then gives the code,
/// and nothing more may be read. The views that it returns live as long as the text and the reader.
class JsonReader {
public:
    /// \param text  followed by `json_padding` readable zero bytes.
    explicit JsonReader(std::string_view text, JsonRules rules = {}) noexcept
        : at_(text.data()), end_(text.data() + text.size()), rules_(rules), escapes_left_(rules.escape_limit) {}

    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    [[nodiscard]] Errc fault() const noexcept { return fault_; }
    /// The detail of an `invalid_json`.
    [[nodiscard]] JsonFault kind_of_fault() const noexcept {
        if (depth_ > rules_.depth_limit) return JsonFault::depth;
        if (at_ >= end_) return JsonFault::grammar;  // a truncated text may have been read past its end
        const std::string_view rest{at_, static_cast<std::size_t>(end_ - at_)};
        if (rest.starts_with("\xef\xbb\xbf")) return JsonFault::byte_order_mark;
        return is_utf8(rest) ? JsonFault::grammar : JsonFault::utf8;
    }
    /// Whether the reading ended because there were too many values.
    [[nodiscard]] bool skipped_too_many() const noexcept { return skipped_ > rules_.skipped_limit; }
    /// Whether the reading ended because there were too many escapes.
    [[nodiscard]] bool has_too_many_escapes() const noexcept { return escapes_left_ > rules_.escape_limit; }
    [[nodiscard]] JsonRules rules() const noexcept { return rules_; }
    [[nodiscard]] const char* position() const noexcept { return at_; }

    /// The text from here on, at most so many characters.
    [[nodiscard]] std::string_view ahead(std::size_t most) const noexcept {
        if (at_ >= end_) return {};  // a truncated text may have been read past its end
        return {at_, (std::min)(most, static_cast<std::size_t>(end_ - at_))};
    }

    /// Reads a character if it is the next one after white space.
    [[nodiscard, gnu::always_inline]] bool take(char wanted) noexcept {
        skip_space();
        if (*at_ != wanted) return false;
        ++at_;
        return true;
    }

    /// The first character of the next value; a zero byte at the end of the text.
    [[nodiscard]] char peek() noexcept {
        skip_space();
        return *at_;
    }

    /// Whether only white space is left.
    [[nodiscard]] bool at_end() noexcept {
        skip_space();
        return at_ == end_ || fail();
    }

    /// Reads an object; calls `on_member()` for each member, which reads its name and its value. It must also find
    /// duplicates, with `note_name` or in its own way.
    template <class OnMember>
    [[nodiscard]] bool members(OnMember&& on_member) {
        if (!open('{')) return false;
        const std::size_t outer_names = names_begin_;
        names_begin_ = names_.size();
        if (!take('}')) {
            do {
                if (!on_member()) return fail();
            } while (take(','));
            if (!expect('}')) return false;
        }
        const bool unique = names_.close(names_begin_);
        names_begin_ = outer_names;
        --depth_;
        return unique || fail(Errc::duplicate_member);
    }

    /// The same, but `on_member(name)` reads only the value.
    template <class OnMember>
    [[nodiscard]] bool object(OnMember&& on_member) {
        return members([&] {
            std::string_view name;
            return member_name(name) && on_member(name);
        });
    }

    /// Reads the name of a member, and the colon after it. Most are plain, without white space around them.
    [[nodiscard]] bool member_name(std::string_view& out) { return plain_member_name(out) || unusual_member_name(out); }

    /// Reads the name of a member, and the colon after it, if it is the expected one, without white space or escapes.
    /// \return false if it is not; then nothing was read.
    template <class Name>
    [[nodiscard]] bool take_name() noexcept {
        const std::size_t size = ExpectedName<Name>::match(at_, end_);
        at_ += size;
        return size != 0;
    }

    /// Reads a string at `begin` of which only the text is wanted, and the character after it, if both have their usual
    /// form: no white space and no escapes. \return false if they have not; then nothing was read.
    [[nodiscard, gnu::always_inline]] bool take_plain_text(const char* begin, PlainMember& member) noexcept {
        if (*begin != '"') return false;
        const char* end = end_of_plain_run(begin + 1);
        if (*end != '"' || !ends_member(end[1])) return false;
        end_plain_member(begin, end + 1, member);
        return true;
    }

    /// The same for a positive integer short enough that any date, and any 64-bit integer, can hold it.
    [[nodiscard, gnu::always_inline]] bool take_plain_integer(const char* begin, std::int64_t& out,
                                                              PlainMember& member) noexcept {
        constexpr std::ptrdiff_t most_digits = 11;
        if (*begin == '0') return false;
        std::uint64_t value = 0;
        const char* end = take_digits(begin, value);
        if (end == begin || end - begin > most_digits || !ends_member(*end)) return false;
        out = static_cast<std::int64_t>(value);
        end_plain_member(begin, end, member);
        return true;
    }

    /// Reads an array; calls `on_element()` for each element, which reads it.
    template <class OnElement>
    [[nodiscard]] bool array(OnElement&& on_element) {
        if (!open('[')) return false;
        if (!take(']')) {
            do {
                if (!on_element()) return fail();
            } while (take(','));
            if (!expect(']')) return false;
        }
        --depth_;
        return true;
    }

    /// Records the name of a member of the innermost open object; a second member of the name is `duplicate_member`.
    [[nodiscard]] bool note_name(std::string_view name) {
        return rules_.allow_duplicate_members || names_.add(name, names_begin_) || fail(Errc::duplicate_member);
    }

    /// Reads a string into `out`.
    [[nodiscard]] bool string(std::string& out) { return expect('"') && string_behind_quote(out); }

    /// Reads the rest of a string after its opening quote.
    [[nodiscard]] bool string_behind_quote(std::string& out) {
        const char* end = end_of_plain_run(at_);
        out.assign(at_, end);
        at_ = end;
        if (*end != '"') return rest_of_string(end, out);
        ++at_;
        return true;
    }

    /// Reads a string if it begins at the cursor, is ASCII and has no escapes; the view is into the text. \return false
    /// if not; then nothing was read.
    [[nodiscard]] bool take_plain_string(std::string_view& out) noexcept {
        if (*at_ != '"') return false;
        const char* end = end_of_plain_run(at_ + 1);
        if (*end != '"') return false;
        out = {at_ + 1, static_cast<std::size_t>(end - at_ - 1)};
        at_ = end + 1;
        return true;
    }

    /// Reads a string; the view is into the text if there are no escapes.
    [[nodiscard]] bool string_view(std::string_view& out) {
        if (!expect('"')) return false;
        const char* end = end_of_literal_run(at_);
        if (end == nullptr) return fail();
        out = {at_, static_cast<std::size_t>(end - at_)};
        at_ = end;
        if (*end != '"') return rest_of_view(end, out);
        ++at_;
        return true;
    }

    /// Reads a number, which `last_number` then returns.
    [[nodiscard]] bool number() noexcept {
        skip_space();
        last_number_ = take_number(at_);
        at_ += last_number_.text.size();
        return !last_number_.text.empty() || fail();
    }
    [[nodiscard]] const JsonNumber& last_number() const noexcept { return last_number_; }

    /// Reads exactly `word`: `true`, `false` or `null`.
    [[nodiscard]] bool literal(std::string_view word) noexcept {
        skip_space();
        for (const char letter : word) {
            if (*at_ != letter) return fail();
            ++at_;
        }
        return true;
    }

    /// Reads any value and keeps nothing of it, except for `last_number` if it is a number.
    [[nodiscard]] bool skip() {
        return skipped_++ == rules_.skipped_limit ? fail(Errc::malformed_token) : skip_uncounted();
    }

    /// The same for a value that is not counted itself; nested values are.
    [[nodiscard]] bool skip_uncounted() {
        switch (peek()) {
            case '"': return skip_string();
            case '{': return skip_object();
            case '[': return array([this] { return skip(); });
            case 't': return literal("true");
            case 'f': return literal("false");
            case 'n': return literal("null");
            default: return number();
        }
    }

    /// Moves to the closing bracket of the list that is being read, past elements that are not checked: for a list that
    /// is refused anyway.
    void leave_list() noexcept {
        const char* const end = end_of_open_brackets(at_, end_);
        at_ = end[-1] == ']' ? end - 1 : end_;
    }

    /// Ends the reading. Keeps an earlier fault; otherwise sets this one.
    bool fail(Errc fault = Errc::invalid_json) noexcept {
        if (!failed_) fault_ = fault;
        failed_ = true;
        return false;
    }

private:
    [[nodiscard]] static bool ends_member(char next) noexcept { return next == ',' || next == '}'; }

    [[gnu::always_inline]] void end_plain_member(const char* begin, const char* end, PlainMember& member) noexcept {
        member = {begin, end, *end == ','};
        at_ = member.has_next ? end + 1 : end;
    }

    /// Reads a name that is plain, and a colon right after it. \return false if there is none; then nothing was read.
    [[nodiscard]] bool plain_member_name(std::string_view& out) noexcept {
        if (*at_ != '"') [[unlikely]]
            return false;
        const char* begin = at_ + 1;
        const char* end = end_of_plain_run(begin);
        if (end[0] != '"' || end[1] != ':') [[unlikely]]
            return false;
        out = {begin, static_cast<std::size_t>(end - begin)};
        at_ = end + 2;
        return true;
    }

    [[nodiscard, gnu::noinline]] bool unusual_member_name(std::string_view& out) {
        return string_view(out) && expect(':');
    }

    /// If duplicates are allowed, names need not be kept.
    [[nodiscard]] bool skip_object() {
        if (rules_.allow_duplicate_members) return members([this] { return skip_string() && expect(':') && skip(); });
        return object([this](std::string_view name) { return note_name(name) && skip(); });
    }

    /// Reads a string and keeps no copy of it, not even in freed memory: it may be a secret.
    [[nodiscard]] bool skip_string() {
        if (!expect('"')) return false;
        const char* end = end_of_literal_run(at_);
        while (end != nullptr && *end == '\\') {
            if (!count_escape()) return leave_string(nullptr);
            end = skip_escapes(end);
            if (end != nullptr) end = end_of_literal_run(end);
        }
        return leave_string(end);
    }

    [[nodiscard]] bool count_escape() noexcept {
        if (escapes_left_ == 0) {
            escapes_left_ = (std::numeric_limits<std::size_t>::max)();  // tells that there was one more
            return false;
        }
        --escapes_left_;
        return true;
    }

    /// Moves behind a string's closing quote at `end`; null if the string is malformed.
    [[nodiscard]] bool leave_string(const char* end) noexcept {
        if (end == nullptr) return fail(has_too_many_escapes() ? Errc::malformed_token : Errc::invalid_json);
        if (*end != '"') return fail();
        at_ = end + 1;
        return true;
    }

    /// Continues at the first character of a string that is not plain.
    [[nodiscard, gnu::noinline]] bool rest_of_string(const char* rest, std::string& out) {
        return leave_string(append_string(rest, out, escapes_left_));
    }

    /// The same from an escape on, if the string is kept here, readable in words like the text itself.
    [[nodiscard, gnu::noinline]] bool rest_of_view(const char* escape, std::string_view& out) {
        std::string& unescaped = unescaped_.emplace_front(out);
        if (!rest_of_string(escape, unescaped)) return false;
        const std::size_t size = unescaped.size();
        unescaped.append(json_padding, '\0');
        out = std::string_view{unescaped}.substr(0, size);
        return true;
    }

    void skip_space() noexcept {
        if (*at_ <= ' ') at_ = end_of_space(at_);
    }

    [[nodiscard, gnu::always_inline]] bool expect(char wanted) noexcept { return take(wanted) || fail(); }

    [[nodiscard, gnu::always_inline]] bool open(char bracket) noexcept {
        if (!expect(bracket)) return false;
        return ++depth_ <= rules_.depth_limit || fail();
    }

    const char* at_;
    const char* end_;
    JsonRules rules_;
    Errc fault_ = Errc::invalid_json;
    bool failed_ = false;
    int depth_ = 0;
    std::size_t skipped_ = 0;
    std::size_t escapes_left_;  // see `append_escapes`
    JsonNumber last_number_;
    std::size_t names_begin_ = 0;
    JsonNames names_;
    std::forward_list<std::string> unescaped_;
};

}  // namespace credence::detail
