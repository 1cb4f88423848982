// SPDX-License-Identifier: MIT
// Registers a piece of work that one thread, and then two threads, do with the same objects.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "support/measure.hpp"

namespace support {

/// \param make  called once in a program, outside the loop. It returns the work, which all threads call at once with
///              the number of the turn.
template <class Make>
void add_threads(const std::string& name, Make make) {
    using Work = decltype(make());
    struct Shared {
        std::once_flag is_made = {};
        std::unique_ptr<const Work> work = {};
    };
    const auto shared = std::make_shared<Shared>();
    const auto run = [shared, make = std::move(make)](benchmark::State& state) {
        std::call_once(shared->is_made, [&] { shared->work = std::make_unique<const Work>(make()); });
        const Work& work = *shared->work;
        std::size_t turn = static_cast<std::size_t>(state.thread_index()) * 31;
        for (auto _ : state) {
            auto result = work(turn++);
            if (!result) state.SkipWithError("refused");
            benchmark::DoNotOptimize(result);
        }
        state.SetItemsProcessed(state.iterations());
    };
    for (const int threads : {1, 2}) benchmark::RegisterBenchmark(name.c_str(), run)->Threads(threads)->UseRealTime();
}

}  // namespace support
