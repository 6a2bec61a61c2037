# SPDX-License-Identifier: MIT
# The plugins of this tree: plugin-api/cmake builds them, here they also become packages.
set(VMM_PLUGIN_FOLDER ${CMAKE_BINARY_DIR}/plugins)
include(${CMAKE_SOURCE_DIR}/plugin-api/cmake/VmmPluginBuild.cmake)

# vmm_plugin(NAME SOURCES file… LIBS lib…): one .so and its config fragment in ${CMAKE_BINARY_DIR}/plugins, the folder
# vmmd looks into, or in FOLDER; a package vmm-plugin-NAME or vmm-sink-NAME or vmm-service-NAME unless FOLDER is given.
function(vmm_plugin name)
  cmake_parse_arguments(P "" "FOLDER" "" ${ARGN})
  vmm_plugin_build(${name} ${ARGN})
  if(P_FOLDER)
    return()
  endif()
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH kind)
  cmake_path(GET kind FILENAME kind)
  string(REGEX REPLACE "s$" "" kind ${kind})
  string(REPLACE "vendor" "plugin" kind ${kind})
  vmm_package_plugin(${name} ${kind}-${name})
endfunction()
