# SPDX-License-Identifier: MIT
# The code that the servers on Boost.Beast share, compiled once. The build.cmake of each server includes this file.
if(NOT TARGET beast_server)
  file(GLOB beast_files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
  credence_included_libraries(beast_libraries beast_missing ${beast_files})
  add_library(beast_server STATIC ${beast_files})
  target_link_libraries(beast_server PUBLIC credence::credence ${beast_libraries})
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # see credence_add_program
    target_compile_options(beast_server PRIVATE -Wno-subobject-linkage)
  endif()
endif()
