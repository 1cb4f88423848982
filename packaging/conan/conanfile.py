# SPDX-License-Identifier: MIT
# The Conan 2 recipe. Not run by the tests: Conan is not in Debian.
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout


class CredenceConan(ConanFile):
    name = "credence"
    license = "MIT"
    description = "Typed, proven JWT claims for C++20 HTTP services"
    topics = ("jwt", "authentication", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "../../include/credence/version.hpp"))
        self.version = re.search(r'CREDENCE_VERSION "([^"]+)"', header)[1]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "../..")
        copy(self, "include/*", src=root, dst=self.export_sources_folder)
        copy(self, "LICENSE", src=root, dst=self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def requirements(self):
        self.requires("openssl/[>=3.0 <4]", transitive_headers=True, transitive_libs=True)
        self.requires("nlohmann_json/[>=3.10 <4]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        copy(self, "*.hpp", src=os.path.join(self.source_folder, "include"),
             dst=os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.requires = ["openssl::crypto", "nlohmann_json::nlohmann_json"]
        self.cpp_info.set_property("cmake_file_name", "credence")
        self.cpp_info.set_property("cmake_target_name", "credence::credence")
        self.cpp_info.set_property("pkg_config_name", "credence")

    def package_id(self):
        self.info.clear()
