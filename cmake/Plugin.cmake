# SPDX-License-Identifier: MIT
# vmm_plugin(NAME SOURCES file… LIBS lib…): one .so with nothing visible but its entry function, put
# with its config fragment into ${CMAKE_BINARY_DIR}/plugins, the folder vmmd looks into.
function(vmm_plugin name)
  cmake_parse_arguments(P "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} MODULE ${P_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  target_link_libraries(${name} PRIVATE vmm_api ${P_LIBS})
  target_link_options(${name} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json)
    add_custom_command(TARGET ${name} POST_BUILD COMMAND ${CMAKE_COMMAND} -E copy_if_different
      ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json ${CMAKE_BINARY_DIR}/plugins/${name}.json)
  endif()
endfunction()
