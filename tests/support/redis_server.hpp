// SPDX-License-Identifier: MIT
// A Redis server for one test, on a Unix socket in a folder of its own. It ends with the test.
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// The path of the server's program, which servers/test_stores_redis.py sets; empty if there is none.
[[nodiscard]] inline std::string redis_program() {
    const char* program = std::getenv("CREDENCE_TEST_REDIS");
    return program == nullptr ? "" : program;
}

/// A Redis that writes each change to its disk before it answers. It can be killed, frozen and started again.
class RedisServer {
public:
    explicit RedisServer(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {
        std::string pattern = (std::filesystem::temp_directory_path() / "credence-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        REQUIRE_FALSE(folder_.empty());
        start();
    }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;
    ~RedisServer() {
        if (process_ > 0) stop();
        std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::string socket() const { return (folder_ / "socket").string(); }
    [[nodiscard]] std::string url() const { return "unix:" + socket(); }

    /// Returns when it takes connections.
    void start() {
        std::vector<std::string> words{redis_program(),
                                       "--port",
                                       "0",
                                       "--unixsocket",
                                       socket(),
                                       "--dir",
                                       folder_.string(),
                                       "--appendonly",
                                       "yes",
                                       "--appendfsync",
                                       "always",
                                       "--save",
                                       ""};
        words.insert(words.end(), settings_.begin(), settings_.end());
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        int lines[2]{};
        REQUIRE(::pipe2(lines, O_CLOEXEC) == 0);
        process_ = ::fork();
        if (process_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it never outlives the test
            ::dup2(lines[1], STDOUT_FILENO);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        REQUIRE(process_ > 0);
        ::close(lines[1]);
        std::string said;
        char byte = 0;
        while (said.find("eady to accept connections") == std::string::npos && ::read(lines[0], &byte, 1) == 1)
            said.push_back(byte);
        if (log_ >= 0) ::close(log_);
        log_ = lines[0];  // open while the server runs: it has more lines
        INFO(said);
        REQUIRE(said.find("eady to accept connections") != std::string::npos);
    }
    /// Kills the server without a chance to write anything.
    void stop() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
    void freeze() const {
        REQUIRE(::kill(process_, SIGSTOP) == 0);
        REQUIRE(::waitpid(process_, nullptr, WUNTRACED) == process_);
    }
    void thaw() const { REQUIRE(::kill(process_, SIGCONT) == 0); }

    /// Runs a command over a connection of its own, not the store's. \return its result, a number or a text.
    std::string run(const std::vector<std::string>& words) const {
        const std::unique_ptr<redisContext, decltype(&redisFree)> context{redisConnectUnix(socket().c_str()),
                                                                          &redisFree};
        REQUIRE((context && context->err == 0));
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const std::string& word : words) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        void* const reply = redisCommandArgv(context.get(), static_cast<int>(texts.size()), texts.data(), sizes.data());
        const std::unique_ptr<redisReply, decltype(&freeReplyObject)> owned{static_cast<redisReply*>(reply),
                                                                            &freeReplyObject};
        REQUIRE(owned);
        if (owned->type == REDIS_REPLY_INTEGER) return std::to_string(owned->integer);
        return owned->str == nullptr ? "" : std::string{owned->str, static_cast<std::size_t>(owned->len)};
    }

private:
    std::vector<std::string> settings_;
    std::filesystem::path folder_ = {};
    pid_t process_ = -1;
    int log_ = -1;
};

}  // namespace support
