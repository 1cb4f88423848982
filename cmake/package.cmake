# SPDX-License-Identifier: MIT
# The Debian package: `cpack -G DEB` in a build folder makes libcredence-dev_<version>_all.deb. It has the library alone, whatever
# the folder has built.
set(CPACK_PACKAGE_NAME credence)
set(CPACK_PACKAGE_VENDOR "the credence authors")
set(CPACK_PACKAGE_CONTACT "the credence authors <credence@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL OFF)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};credence;Unspecified;/")
set(CPACK_DEBIAN_PACKAGE_NAME libcredence-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libssl-dev (>= 3.0), nlohmann-json3-dev (>= 3.10)")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
include(CPack)
