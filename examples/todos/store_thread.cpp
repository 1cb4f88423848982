// SPDX-License-Identifier: MIT
// The thread that stores are asked on.
#include "store_thread.hpp"

#include "event_loop.hpp"

namespace todos {

StoreThread::StoreThread()
    : work_(context_->get_executor()), thread_([this] { run_until_stopped(*context_, [] {}); }) {}

void StoreThread::stop() {
    if (!context_) return;
    context_->stop();
    thread_.join();
    work_.reset();
    context_.reset();
}

}  // namespace todos
