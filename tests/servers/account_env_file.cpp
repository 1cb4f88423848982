// SPDX-License-Identifier: MIT
// The file .env of the account service, while several first starts write and read it at once.
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "../../examples/account/env_file.hpp"
#include "../../examples/account/settings.hpp"
#include "support/catch.hpp"

#include <sys/stat.h>

namespace {

using account::create_env_file;
using account::Placing;
using account::SettingsError;

/// A folder that is removed at the end of the test.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "credence-env-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string env() const { return (path_ / ".env").string(); }
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(std::filesystem::directory_iterator{path_}, std::filesystem::directory_iterator{});
    }

private:
    std::filesystem::path path_;
};

std::string content(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

int not_permitted(const char*, const char*) {
    errno = EPERM;
    return -1;
}
int not_known(const char*, const char*) {
    errno = EINVAL;
    return -1;
}
int no_room(const char*, const char*) {
    errno = ENOSPC;
    return -1;
}

/// File systems with links; without links, such as FAT; and without renames that never replace, such as old network
/// mounts.
const std::vector<Placing> all_ways{{}, {.link = not_permitted}, {.link = not_permitted, .rename = not_known}};

}  // namespace

TEST_CASE("a new .env is complete, and only its owner can read it") {
    for (const Placing& placing : all_ways) {
        const Folder folder;
        const ::mode_t mask = ::umask(0);
        CHECK(create_env_file(folder.env(), "A=1\n", placing));
        ::umask(mask);
        CHECK(content(folder.env()) == "A=1\n");
        struct stat about{};
        REQUIRE(::stat(folder.env().c_str(), &about) == 0);
        CHECK((about.st_mode & 07777U) == 0600U);
        CHECK(folder.files() == 1);
    }
}

TEST_CASE("an existing .env stays as it is, whatever its content") {
    for (const Placing& placing : all_ways) {
        const Folder folder;
        std::ofstream{folder.env()} << "B=2";
        CHECK_FALSE(create_env_file(folder.env(), "A=1\n", placing));
        CHECK(content(folder.env()) == "B=2");
        CHECK(folder.files() == 1);
    }
    const Folder folder;
    REQUIRE(std::filesystem::create_directory(folder.env()));
    CHECK_FALSE(create_env_file(folder.env(), "A=1\n"));
    const Folder other;
    std::filesystem::create_symlink("nowhere", other.env());
    CHECK_FALSE(create_env_file(other.env(), "A=1\n"));
}

TEST_CASE("a new .env is never seen in part") {
    const Folder folder;
    const std::string text = "JWT_SECRET=" + std::string(64, 'x') + "\n";
    std::atomic<bool> is_done = false;
    std::atomic<int> rounds = 0;
    int halves = 0;
    std::thread reader{[&] {
        for (; !is_done; ++rounds) {
            if (!std::filesystem::exists(folder.env())) continue;
            std::ifstream file{folder.env()};
            const std::string read{std::istreambuf_iterator<char>{file}, {}};
            if (file.is_open() && read != text) ++halves;
        }
    }};
    for (int round = 0; round < 300; ++round) {
        for (const int before = rounds; rounds == before;) std::this_thread::yield();
        CHECK(create_env_file(folder.env(), text));
        std::filesystem::remove(folder.env());
    }
    is_done = true;
    reader.join();
    CHECK(halves == 0);
}

TEST_CASE("of several first starts at once, one writes .env, and all read the same") {
    for (const Placing& placing : all_ways) {
        for (int round = 0; round < 20; ++round) {
            const Folder folder;
            constexpr std::size_t starts = 8;
            std::array<std::string, starts> found;
            std::atomic<std::size_t> ready = 0;
            std::atomic<int> writers = 0;
            std::vector<std::thread> threads;
            for (std::size_t number = 0; number < starts; ++number) {
                threads.emplace_back([&, number] {
                    ++ready;
                    while (ready < starts) std::this_thread::yield();
                    if (create_env_file(folder.env(), "A=" + std::to_string(number) + "\n", placing)) ++writers;
                    found.at(number) = content(folder.env());
                });
            }
            for (std::thread& thread : threads) thread.join();
            CHECK(writers == 1);
            CHECK(folder.files() == 1);
            // Without links and such renames the file must be written in place, so it may be read too early.
            if (placing.rename == not_known) continue;
            for (const std::string& text : found) CHECK(text == found.front());
        }
    }
}

TEST_CASE("a .env that cannot be written is reported, and leaves nothing") {
    CHECK_THROWS_AS(create_env_file("/nowhere/at/all/.env", "A=1\n"), SettingsError);
    const Folder folder;
    CHECK_THROWS_AS(create_env_file(folder.env(), "A=1\n", {.link = no_room}), SettingsError);
    CHECK_THROWS_AS(create_env_file(folder.env(), "A=1\n", {.link = not_permitted, .rename = no_room}), SettingsError);
    CHECK(folder.files() == 0);
}
