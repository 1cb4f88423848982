# SPDX-License-Identifier: MIT
# The configuration of nginx becomes part of the program, so that it runs from any folder: nginx_conf.hpp holds its text.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/nginx.conf")
file(READ "${folder}/nginx.conf" nginx_conf)
configure_file("${folder}/nginx_conf.hpp.in" "${CMAKE_CURRENT_BINARY_DIR}/gateway_files/nginx_conf.hpp" @ONLY)
target_include_directories(gateway PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/gateway_files")
