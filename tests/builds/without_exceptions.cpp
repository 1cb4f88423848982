// SPDX-License-Identifier: MIT
// What a program can use that is compiled without exceptions: the types of a handler, the guard, and what it answers. What
// verifies needs them, for it catches what a user's own mapping throws.
#include <credence/bearer.hpp>
#include <credence/cookie.hpp>
#include <credence/rejection.hpp>
#include <credence/scope.hpp>
#include <credence/verified.hpp>

#include <string>

struct Account {
    std::string role;
};

/// Stands for a verifier that another part of the program makes.
struct ElsewhereVerifier {
    using claims_type = Account;
    credence::Result<credence::Verified<Account>> verify(std::string_view token) const;
};

bool is_admin(const credence::Verified<Account>& who);
bool is_admin(const credence::Verified<Account>& who) { return who->role == "admin"; }

int status_of(const char* field, const ElsewhereVerifier& verifier);
int status_of(const char* field, const ElsewhereVerifier& verifier) {
    const auto who = credence::require_bearer(field, verifier);
    return who ? (is_admin(*who) ? 200 : 403) : who.error().status;
}
