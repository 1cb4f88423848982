# SPDX-License-Identifier: MIT
# The vcpkg port. RELEASING.md says where REPO and SHA512 come from. Not run by the tests: vcpkg downloads what it needs.
set(VCPKG_BUILD_TYPE release)  # a header-only library has no debug build

vcpkg_from_github(
  OUT_SOURCE_PATH SOURCE_PATH
  REPO credence/credence
  REF "v${VERSION}"
  SHA512 0  # of the release's archive
  HEAD_REF main)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DCREDENCE_BUILD_TESTS=OFF
    -DCREDENCE_BUILD_EXAMPLES=OFF
    -DCREDENCE_BUILD_TOOLS=OFF
    -DCREDENCE_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME credence CONFIG_PATH share/cmake/credence)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib" "${CURRENT_PACKAGES_DIR}/share/licenses")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
