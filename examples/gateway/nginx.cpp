// SPDX-License-Identifier: MIT
// nginx as a child process, in a folder of its own.
#include "nginx.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "../support/options.hpp"
#include "nginx_conf.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gateway {
namespace {

class Socket {
public:
    Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (descriptor_ < 0) throw support::StartError{"cannot open a socket"};
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(descriptor_); }

    [[nodiscard]] bool bind(int port) const {
        const int yes = 1;
        ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        const sockaddr_in address = loopback(port);
        return ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
               ::listen(descriptor_, 1) == 0;
    }
    [[nodiscard]] bool connect(int port) const {
        const sockaddr_in address = loopback(port);
        return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    [[nodiscard]] int port() const {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

private:
    [[nodiscard]] static sockaddr_in loopback(int port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    int descriptor_;
};

/// The port itself, or a free one for 0. nginx would retry a taken port for seconds, and report it only in a log.
int find_port(int wanted) {
    const Socket probe;
    if (!probe.bind(wanted))
        throw support::StartError{"nginx cannot listen at 127.0.0.1:" + std::to_string(wanted) +
                                  "; is the port taken? Choose another with --nginx-port"};
    return probe.port();
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "credence-gateway-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw support::StartError{"cannot make a folder for nginx at " + name};
    ::chmod(name.c_str(), 0755);  // started by root, nginx serves as another user. Nothing in it is secret.
    return name;
}

/// Runs in the child, like all functions that follow: it may only call functions that are allowed between fork and
/// exec.
void redirect(const char* path, int flags, int descriptor) {
    const int file = ::open(path, flags | O_CLOEXEC, 0600);
    if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(127);
}

[[noreturn]] void become(const std::array<char*, 6>& command, const char* errors, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    static_cast<void>(std::signal(SIGPIPE, SIG_DFL));
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // nginx must end even if the gateway is killed
    if (::getppid() != parent) ::_exit(127);
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect("/dev/null", O_WRONLY, STDOUT_FILENO);
    redirect(errors, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    ::execv(command[0], command.data());
    ::_exit(127);
}

}  // namespace

std::string find_nginx() {
    // Debian installs nginx in a folder that is not in the PATH of an ordinary user.
    const char* path = std::getenv("PATH");
    std::istringstream folders{(path == nullptr ? "" : std::string{path}) + ":/usr/sbin:/usr/local/sbin:/sbin"};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string program = folder + "/nginx";
        if (!folder.empty() && ::access(program.c_str(), X_OK) == 0) return program;
    }
    return {};
}

Nginx::Nginx(const std::string& program, Ports ports) : folder_(make_folder()) {
    try {
        port_ = find_port(ports.nginx);
        write_configuration(ports.gateway);
        start(program);
        wait_until_it_accepts();
    } catch (...) {
        end();
        throw;
    }
}

Nginx::~Nginx() { end(); }

/// The configuration of the example with the ports of this start. The stand-in for a service listens at a socket in the
/// folder, and so takes no port.
void Nginx::write_configuration(int gateway_port) const {
    std::string text = nginx_conf;
    replace_all(text, "127.0.0.1:9000", "127.0.0.1:" + std::to_string(gateway_port));
    replace_all(text, "127.0.0.1:8080", "127.0.0.1:" + std::to_string(port_));
    replace_all(text, "127.0.0.1:8081", "unix:" + folder_ + "/service");
    std::ofstream file{folder_ + "/nginx.conf"};
    file << text << std::flush;
    if (!file) throw support::StartError{"cannot write " + folder_ + "/nginx.conf"};
}

void Nginx::start(const std::string& program) {
    const std::string errors = folder_ + "/errors";
    std::array<std::string, 5> words{program, "-p", folder_, "-c", folder_ + "/nginx.conf"};
    std::array<char*, 6> command{};
    std::transform(words.begin(), words.end(), command.begin(), [](std::string& word) { return word.data(); });
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) become(command, errors.c_str(), parent);
    if (process_ < 0) throw support::StartError{"cannot start nginx"};
}

void Nginx::wait_until_it_accepts() {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!Socket{}.connect(port_)) {
        if (::waitpid(process_, nullptr, WNOHANG) == process_) {
            process_ = 0;
            throw support::StartError{"nginx does not start: " + last_error()};
        }
        if (std::chrono::steady_clock::now() > deadline) throw support::StartError{"nginx does not answer"};
        std::this_thread::sleep_for(10ms);
    }
}

void Nginx::end() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Nginx::last_error() const {
    std::ifstream file{folder_ + "/errors"};
    std::string last = "it says nothing";
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) last = line;
    return last;
}

}  // namespace gateway
