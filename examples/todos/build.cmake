# SPDX-License-Identifier: MIT
# Links the server on Boost.Beast that several examples share.
include("${CMAKE_CURRENT_LIST_DIR}/../support/beast/library.cmake")
target_link_libraries(todos PRIVATE beast_server)
