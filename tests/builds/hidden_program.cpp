// SPDX-License-Identifier: MIT
// Loads the two libraries that are its arguments, each with its own copy of credence, and compares their errors.
#include <credence/error.hpp>
#include <credence/result.hpp>

#include <system_error>

#include <dlfcn.h>

using credence::Errc;

namespace {

struct Library {
    void (*report)(std::error_code&);
    bool (*is_expired)(const std::error_code&);
    void (*raise_error)();

    explicit Library(const char* file) {
        void* handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) return;
        report = reinterpret_cast<decltype(report)>(dlsym(handle, "report"));
        is_expired = reinterpret_cast<decltype(is_expired)>(dlsym(handle, "is_expired"));
        raise_error = reinterpret_cast<decltype(raise_error)>(dlsym(handle, "raise_error"));
    }
};

bool catches_from(const Library& library) {
    try {
        library.raise_error();
    } catch (const credence::Exception& exception) {
        return exception.code() == Errc::token_expired;
    } catch (...) {
        return false;
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 10;
    const Library one{argv[1]};
    const Library other{argv[2]};
    std::error_code from_one;
    std::error_code from_other;
    one.report(from_one);
    other.report(from_other);
    const std::error_code own = Errc::token_expired;
    const std::error_code foreign{static_cast<int>(Errc::token_expired), std::generic_category()};
    if (from_one != Errc::token_expired || from_other != Errc::token_expired) return 1;
    if (from_one == Errc::token_revoked || Errc::token_revoked == from_one) return 2;
    if (!one.is_expired(from_other) || !other.is_expired(own) || !one.is_expired(from_one)) return 3;
    if (foreign == Errc::token_expired || one.is_expired(foreign)) return 4;
    return catches_from(one) && catches_from(other) ? 0 : 5;
}
