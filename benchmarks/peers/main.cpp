// SPDX-License-Identifier: MIT
// Runs the job with one peer in C or C++. CREDENCE_BENCHMARK_JOB names the folder that credence_benchmarks --write-job
// has written.
#include "peers/peers.hpp"

int main(int argc, char** argv) {
    peers::add_jobs();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}
