# SPDX-License-Identifier: MIT
# The server on Boost.Beast, which other examples have, too.
include("${CMAKE_CURRENT_LIST_DIR}/../support/beast/library.cmake")
target_link_libraries(todos PRIVATE beast_server)
