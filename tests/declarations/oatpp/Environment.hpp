// SPDX-License-Identifier: MIT
// For the pages on oatpp: see web/protocol/http/outgoing/ResponseFactory.hpp.
#pragma once

namespace oatpp {

struct Environment {
    static void init() {}
    static void destroy() {}
};

}  // namespace oatpp
