// SPDX-License-Identifier: MIT
// The header in a proof: one that the whole program shares, or a copy.
#pragma once

#include <credence/jwt/header.hpp>
#include <credence/jwt/verified_header.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/encoding/text_index.hpp>

#include <algorithm>
#include <cstddef>
#include <forward_list>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// A header that was read, the segment that it was read from, and the static header that is equal to both, if there is
/// one.
struct HeaderView {
    const Header& read;
    std::string_view segment = {};
    const VerifiedHeader* shared = nullptr;
};

/// The headers that are written in the two usual ways, for each algorithm.
class UsualHeaders {
public:
    UsualHeaders() {
        for (const std::string_view alg : KnownAlgorithms::names) {
            const std::string name{alg};
            add(alg, R"({"alg":")" + name + R"(","typ":"JWT"})");
            add(alg, R"({"typ":"JWT","alg":")" + name + R"("})");
        }
    }

    /// Those of the program. Never destroyed: a proof in a static object may live longer than any other static object.
    [[nodiscard]] static const UsualHeaders& all() {
        static const auto& usual = *new UsualHeaders;
        return usual;
    }

    [[nodiscard]] const std::vector<VerifiedHeader>& list() const noexcept { return headers_; }

    /// Null if the header is none of them.
    [[nodiscard]] const VerifiedHeader* find(std::string_view segment) const {
        const VerifiedHeader* found = nullptr;
        by_segment_.each(segment, [&](std::size_t place) {
            if (headers_[place].is_read_from(segment)) found = &headers_[place];
        });
        return found;
    }

    /// Those of one algorithm.
    [[nodiscard]] std::span<const VerifiedHeader> of(std::string_view alg) const noexcept {
        const auto is_of = [alg](const VerifiedHeader& header) { return header.alg == alg; };
        const auto first = std::find_if(headers_.begin(), headers_.end(), is_of);
        return {first, std::find_if_not(first, headers_.end(), is_of)};
    }

private:
    void add(std::string_view alg, std::string_view text) {
        const std::string segment = encode_base64url(text);
        by_segment_.add(segment, headers_.size());
        headers_.emplace_back(Header{std::string{alg}, {}, "JWT"}, segment);
    }

    std::vector<VerifiedHeader> headers_;
    TextIndex by_segment_;
};

/// The static header of a segment in one of the usual spellings: `alg`, and `"typ":"JWT"` before or after it. Null for
/// any other. The text of such a header has only one meaning, so it need not be read.
[[nodiscard]] inline const VerifiedHeader* usual_header(std::string_view segment) {
    return UsualHeaders::all().find(segment);
}

/// The same for a source of keys. The headers of a key's own algorithm are compared first, which needs no hash.
template <class Source>
[[nodiscard]] const VerifiedHeader* usual_header_for(std::string_view segment) {
    if constexpr (requires { requires Algorithm<typename Source::algorithm>; }) {
        static const auto own = UsualHeaders::all().of(Source::algorithm::name);
        for (const VerifiedHeader& header : own) {
            if (header.is_read_from(segment)) return &header;
        }
    }
    return usual_header(segment);
}

/// Further static headers: those that verifiers cache. Bounded, so that no issuer can fill the memory.
class StaticHeaders {
public:
    static constexpr std::size_t most = 128;

    /// The static header of a segment; a new one if there is room, else null.
    [[nodiscard]] const VerifiedHeader* find_or_add(std::string_view segment, const Header& header) {
        const std::lock_guard lock{mutex_};
        for (const VerifiedHeader& candidate : headers_) {
            if (candidate.is_read_from(segment)) return &candidate;
        }
        if (count_ == most) return nullptr;
        ++count_;
        return &headers_.emplace_front(header, segment);
    }

private:
    std::mutex mutex_;
    std::size_t count_ = 0;
    std::forward_list<VerifiedHeader> headers_;
};

/// The header of a segment that a verifier caches; it lasts as long as the program. Null if there are too many.
[[nodiscard]] inline const VerifiedHeader* static_header(std::string_view segment, const Header& header) {
    static auto& others = *new StaticHeaders;  // never destroyed, as above
    const VerifiedHeader* usual = usual_header(segment);
    return usual != nullptr ? usual : others.find_or_add(segment, header);
}

/// A header that stays valid as long as this object and its copies. Copying a static one costs nothing.
class SharedHeader {
public:
    explicit SharedHeader(const HeaderView& view) : shared_(view.shared) {
        if (shared_ == nullptr) own_.emplace(view.read, view.segment);
    }

    [[nodiscard]] const VerifiedHeader& get() const noexcept { return own_ ? *own_ : *shared_; }

private:
    std::optional<VerifiedHeader> own_ = {};  // unless there is a static one
    const VerifiedHeader* shared_;
};

}  // namespace credence::detail
