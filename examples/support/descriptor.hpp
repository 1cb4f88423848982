// SPDX-License-Identifier: MIT
// File descriptors that close themselves.
#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace support {

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() { close(); }

    void close() noexcept {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_;
};

/// Becomes readable when it is set. Any thread may set it.
class Event {
public:
    Event() {
        if (!descriptor_) throw std::system_error{errno, std::generic_category(), "eventfd"};
    }

    void set() const noexcept {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(number(), &one, sizeof one);
    }
    void reset() const noexcept {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(number(), &count, sizeof count);
    }
    [[nodiscard]] int number() const noexcept { return descriptor_.number(); }

private:
    Descriptor descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

}  // namespace support
