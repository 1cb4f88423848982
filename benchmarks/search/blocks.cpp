// SPDX-License-Identifier: MIT
// What the compilers call at the begin of each block. Compiled without that option.
#include "search/blocks.hpp"

namespace {

std::uint64_t count = 0;

}  // namespace

extern "C" void __sanitizer_cov_trace_pc() { ++count; }  // NOLINT(bugprone-reserved-identifier): the compilers' name

std::uint64_t search::blocks_run() noexcept { return count; }
