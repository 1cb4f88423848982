// SPDX-License-Identifier: MIT
// Lines for `credence verify --batch` and `credence sign --batch`: each is answered by one line of strict JSON, in order.
// sources: tools/batch.cpp tools/batch_sign.cpp tools/batch_verify.cpp tools/request.cpp tools/json_text.cpp
// sources: tools/key_text.cpp tools/line_reader.cpp tools/terminal.cpp tools/token_input.cpp
// sources: tools/input.cpp tools/time_text.cpp tools/verify_token.cpp tools/opt_outs.cpp
#include "../../tools/batch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace {

using support::demand;

/// A file in memory that replaces standard input or output while it lives.
class Redirected {
public:
    explicit Redirected(int descriptor)
        : descriptor_(descriptor), saved_(::dup(descriptor)), file_(::memfd_create("batch", MFD_CLOEXEC)) {
        demand(saved_ >= 0 && file_ >= 0, "there are descriptors");
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;
    ~Redirected() {
        ::dup2(saved_, descriptor_);
        ::close(saved_);
        ::close(file_);
    }

    void begin(std::string_view content) const {
        demand(::write(file_, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
               "the input is written to the file");
        ::lseek(file_, 0, SEEK_SET);
        ::dup2(file_, descriptor_);
    }

    [[nodiscard]] std::string content() const {
        std::string text;
        std::array<char, 4096> part{};
        ::lseek(file_, 0, SEEK_SET);
        for (ssize_t count = 0; (count = ::read(file_, part.data(), part.size())) > 0;) {
            text.append(part.data(), static_cast<std::size_t>(count));
        }
        return text;
    }

private:
    int descriptor_;
    int saved_;
    int file_;
};

std::string answers(std::string_view lines, credence::command::Answer (*answer)(const credence::command::Request&)) {
    const Redirected input{STDIN_FILENO}, output{STDOUT_FILENO};
    std::fflush(stdout);
    input.begin(lines);
    output.begin({});
    credence::command::run_batch(answer);
    return output.content();
}

std::size_t line_count(std::string_view text) {
    const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return ends + (text.empty() || text.back() == '\n' ? 0 : 1);
}

void check(std::string_view lines, credence::command::Answer (*answer)(const credence::command::Request&)) {
    std::string text = answers(lines, answer);
    demand(line_count(text) == line_count(lines), "each line has one answer");
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
        // Not as a DOM: an id is echoed unchanged, and may be a number that is larger than any double.
        const credence::command::JsonObject line{text.substr(0, end), {.depth_limit = 512}};
        demand(!line.fault() && line.find("id") != nullptr, "an answer is a strict object with an id");
        const std::string_view* const ok = line.find("ok");
        demand(ok != nullptr && (*ok == "true") != (line.find("error") != nullptr),
               "an answer is either ok or an error");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view lines = support::fuzz_input(data, size);
    check(lines, credence::command::answer_verify);
    check(lines, credence::command::answer_sign);
    support::demand_clean_error_queue();
    return 0;
}
