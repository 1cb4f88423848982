// SPDX-License-Identifier: MIT
// The function that instrumented code calls at the start of each block. This file is compiled without that option.
#include "search/blocks.hpp"

namespace {

std::uint64_t count = 0;

}  // namespace

extern "C" void __sanitizer_cov_trace_pc() { ++count; }  // NOLINT(bugprone-reserved-identifier): the compilers' name

std::uint64_t search::blocks_run() noexcept { return count; }
