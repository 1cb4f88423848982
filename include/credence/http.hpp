// SPDX-License-Identifier: MIT
// HTTP: from the credentials of a request to proven claims, or to the rejection to send.
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/http/cookie.hpp>
#include <credence/http/cross_origin.hpp>
#include <credence/http/dpop.hpp>
#include <credence/http/dpop_nonces.hpp>
#include <credence/http/first_of.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/http/mtls.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/replay_store.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/http/resource_metadata.hpp>
#include <credence/http/scope.hpp>
