// SPDX-License-Identifier: MIT
// IssuerIndex: which of many verifiers is for an issuer.
#pragma once

#include <credence/jwt/accept.hpp>
#include <credence/detail/encoding/text_index.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// The numbers of verifiers by the names of their issuers, whose own lists decide in the end.
class IssuerIndex {
public:
    /// Enters the verifier with this number. Those with lower ones were entered before.
    void add(const Accept& issuers, std::size_t number) {
        for (const std::string& name : issuers.names()) {
            if (name.empty() || find(name)) continue;
            index_.add(name, entries_.size());
            entries_.push_back({name, number});
        }
    }

    /// The first verifier that names the issuer.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view issuer) const {
        std::optional<std::size_t> number;
        index_.each(issuer, [&](std::size_t place) {
            if (entries_[place].name == issuer) number = entries_[place].number;
        });
        return number;
    }

private:
    struct Entry {
        std::string name;
        std::size_t number;
    };

    TextIndex index_;
    std::vector<Entry> entries_;
};

}  // namespace credence::detail
