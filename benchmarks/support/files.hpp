// SPDX-License-Identifier: MIT
// The folder that holds the keys and tokens of the job, and its files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/// The folder in which the programs of one run find their keys. If it is empty, each program makes its own.
inline std::filesystem::path job_folder() {
    const char* const folder = std::getenv("CREDENCE_BENCHMARK_JOB");
    return folder != nullptr ? folder : "";
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path.string()};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    if (!(std::ofstream{path, std::ios::binary} << text)) throw std::runtime_error{"cannot write " + path.string()};
}

}  // namespace support
