# SPDX-License-Identifier: MIT
# Installs the headers, the CMake package (find_package(credence)) and the pkg-config file. The files do not
# depend on the machine, and can be moved after installation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(credence_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/credence")

if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.23)
  install(TARGETS credence EXPORT credence-targets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
else()
  install(TARGETS credence EXPORT credence-targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/credence" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.hpp")
endif()
install(EXPORT credence-targets NAMESPACE credence:: DESTINATION "${credence_package_dir}")

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/credence-config.cmake.in" "${PROJECT_BINARY_DIR}/credence-config.cmake"
  INSTALL_DESTINATION "${credence_package_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/credence-config-version.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/credence-config.cmake" "${PROJECT_BINARY_DIR}/credence-config-version.cmake"
  DESTINATION "${credence_package_dir}")

# The pkg-config file finds the prefix from its own folder. Folders that are given as absolute paths cannot be moved.
string(REPLACE " " "\\ " credence_pc_prefix "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}")
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_DATADIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(credence_pc_prefix "\${pcfiledir}/${up}")
endif()
string(REPLACE " " "\\ " credence_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(credence_pc_includedir "\${prefix}/${credence_pc_includedir}")
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/credence.pc.in" "${PROJECT_BINARY_DIR}/credence.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/credence.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/credence")
