// SPDX-License-Identifier: MIT
// Catch2 in the version of the machine, 2 or 3. Tests include only this file.
#pragma once

#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

namespace support {

/// A matcher for a substring. Catch2 renamed its own between the two versions.
inline auto contains_text(const std::string& text) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(text);
#else
    return Catch::Matchers::Contains(text);
#endif
}

}  // namespace support
