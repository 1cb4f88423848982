// SPDX-License-Identifier: MIT
// The strict reader and nlohmann's parser accept the same texts with the same values, except for the rules of the
// oracle. A value that was read is written and read again unchanged.
#include <credence/detail/json/json_dom.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "support/fuzzing.hpp"
#include "support/json_oracle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = support::fuzz_input(data, size);
    support::demand(support::json_readers_agree(text), "both readers agree");
    const auto document = credence::detail::read_json(text);
    if (!document) return 0;
    const auto written = credence::detail::write_json(*document);
    support::demand(written.has_value(), "a value that was read can be written");
    const auto again = credence::detail::read_json(*written);
    support::demand(again && support::is_same_json(*again, *document), "a written value is read unchanged");
    return 0;
}
