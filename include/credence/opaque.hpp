// SPDX-License-Identifier: MIT
// Opaque credentials: sessions, API keys, refresh tokens that rotate, and logins.
#pragma once

#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/logins.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/opaque/sessions.hpp>
