// SPDX-License-Identifier: MIT
// IssuerIndex: finds the verifier of an issuer among many.
#pragma once

#include <credence/jwt/accept.hpp>
#include <credence/detail/encoding/text_index.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// Maps the names of issuers to the numbers of their verifiers. The verifier's own list has the last word.
class IssuerIndex {
public:
    /// Adds the verifier with this number. Verifiers are added in ascending order.
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
            const std::string& name = entries_[place].name;
            if (std::equal(name.begin(), name.end(), issuer.begin(), issuer.end())) number = entries_[place].number;
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
