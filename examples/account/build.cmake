# SPDX-License-Identifier: MIT
# The page becomes part of the program, so that the program runs from any folder: page_files.hpp holds the text of its files.
foreach(file IN ITEMS index.html style.css app.js access.js forms.js api.js icon.svg)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/page/${file}")
  string(MAKE_C_IDENTIFIER "${file}" variable)
  file(READ "${folder}/page/${file}" ${variable})
endforeach()
configure_file("${folder}/page_files.hpp.in" "${CMAKE_CURRENT_BINARY_DIR}/account_page/page_files.hpp" @ONLY)
target_include_directories(account PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/account_page")
