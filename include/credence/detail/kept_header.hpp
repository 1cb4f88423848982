// SPDX-License-Identifier: MIT
// The header in a proof: a copy, or, where a token has the usual one, a header that the whole program shares.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/header.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// A header that was read, and the lasting one that is equal to it, if there is one.
struct HeaderView {
    const Header& read;
    const Header* lasting = nullptr;
};

/// The header that is equal to this one and lasts as long as the program: there is one for each algorithm, with
/// `"typ":"JWT"` and no key id. Null for any other.
[[nodiscard]] inline const Header* lasting_header(const Header& header) {
    // Never destroyed: a proof in a static object may outlive whatever is.
    static const auto& usual = *new std::vector<Header>{[] {
        std::vector<Header> headers;
        headers.reserve(KnownAlgorithms::names.size());
        for (const std::string_view name : KnownAlgorithms::names) headers.push_back({std::string{name}, {}, "JWT"});
        return headers;
    }()};
    const auto found = std::find(usual.begin(), usual.end(), header);
    return found == usual.end() ? nullptr : &*found;
}

/// A header that stays valid as long as this, and as its copies. Copying a lasting one costs nothing.
class KeptHeader {
public:
    explicit KeptHeader(HeaderView view) : lasting_(view.lasting) {
        if (lasting_ == nullptr) own_.emplace(view.read);
    }

    [[nodiscard]] const Header& get() const noexcept { return own_ ? *own_ : *lasting_; }

private:
    std::optional<Header> own_ = {};  // unless there is a lasting one
    const Header* lasting_;
};

}  // namespace credence::detail
