// SPDX-License-Identifier: MIT
// Starts nginx with the configuration of this example, so that one command shows the whole: client, nginx, gateway, service.
#pragma once

#include <string>

#include <sys/types.h>

namespace gateway {

/// Where nginx is installed; empty if it is not.
[[nodiscard]] std::string find_nginx();

/// A running nginx, in front of a stand-in service that shows what it receives. Ends with this object, and also when this
/// process is killed.
class Nginx {
public:
    struct Ports {
        int nginx;    ///< 0 is any free port.
        int gateway;  ///< The port that nginx asks.
    };

    /// Returns once nginx accepts connections. \throws support::StartError if it cannot start.
    Nginx(const std::string& program, Ports ports);
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;
    ~Nginx();

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    void write_configuration(int gateway_port) const;
    void start(const std::string& program);
    void wait_until_it_accepts();
    void end();
    [[nodiscard]] std::string last_error() const;

    std::string folder_;
    int port_ = 0;
    pid_t process_ = 0;
};

}  // namespace gateway
