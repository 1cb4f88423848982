// SPDX-License-Identifier: MIT
// The benchmarks of credence, as one program on Google Benchmark. It takes Google Benchmark's options, and two of its
// own, as the first argument: --count (allocations and instructions of each job) and --write-job FOLDER (keys and
// tokens for the peers).
//
//     cmake --preset release -DCREDENCE_BUILD_BENCHMARKS=ON
//     cmake --build --preset release --target credence_benchmarks
//     build/release/bin/credence_benchmarks --benchmark_filter=HS256/small
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "jobs.hpp"
#include "support/allocations.hpp"
#include "support/claims.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"

#include <benchmark/benchmark.h>
#include <openssl/crypto.h>

namespace {

template <credence::Algorithm Alg>
void write_tokens(const std::filesystem::path& folder) {
    support::write_file(folder / (std::string{Alg::name} + ".small.jwt"), support::token<Alg>(support::Small::payload));
    support::write_file(folder / (std::string{Alg::name} + ".large.jwt"), support::token<Alg>(support::Large::payload));
}

template <credence::Algorithm Alg>
void write_keys(const std::filesystem::path& folder) {
    const auto& keys = support::keys<Alg>();
    support::write_file(folder / (std::string{Alg::name} + ".pem"),
                        credence::export_private_pem_in_the_clear(keys).value());
    support::write_file(folder / (std::string{Alg::name} + ".public.pem"), credence::to_pem(keys).value());
    support::write_file(folder / (std::string{Alg::name} + ".public.jwk"), credence::to_jwk(keys).value());
}

void write_job(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    support::write_file(folder / "HS256.secret", support::secret);
    write_keys<credence::RS256>(folder);
    write_keys<credence::ES256>(folder);
    write_keys<credence::EdDSA>(folder);
    write_tokens<credence::HS256>(folder);
    write_tokens<credence::RS256>(folder);
    write_tokens<credence::ES256>(folder);
    write_tokens<credence::EdDSA>(folder);
}

int run(int argc, char** argv) {
    jobs::add_hs256();
    jobs::add_public_keys();
    jobs::add_encryption();
    jobs::add_servers();
    jobs::add_remote();
    jobs::add_hostile();
    jobs::add_growth();
    benchmark::AddCustomContext("openssl", OpenSSL_version(OPENSSL_VERSION));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (first == "--write-job" && argc == 3) return write_job(argv[2]), 0;
    if (first != "--count") return run(argc, argv);
    support::is_counting = true;
    if (!support::count_openssl_allocations()) throw std::runtime_error{"OpenSSL has allocated before main"};
    argv[1] = argv[0];
    return run(argc - 1, argv + 1);
} catch (const std::exception& fault) {
    std::cerr << "credence_benchmarks: " << fault.what() << '\n';
    return 1;
}
