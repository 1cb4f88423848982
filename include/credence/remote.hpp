// SPDX-License-Identifier: MIT
// Issuers over the network: keys that follow an issuer's URL, and the introspection of opaque tokens.
#pragma once

#include <credence/remote/client_authentication.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/introspection_verifier.hpp>
#include <credence/remote/issuer_registry.hpp>
#include <credence/remote/polled_remote_keys.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_keys.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/signed_introspection.hpp>
#include <credence/remote/transport_options.hpp>
#include <credence/remote/url.hpp>
