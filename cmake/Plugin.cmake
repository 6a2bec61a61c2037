# SPDX-License-Identifier: MIT
# vmm_plugin(NAME SOURCES file… LIBS lib…): one .so with nothing visible but its entry function, put
# with its config fragment into ${CMAKE_BINARY_DIR}/plugins, the folder vmmd looks into, or into FOLDER.
function(vmm_plugin name)
  cmake_parse_arguments(P "" "FOLDER" "SOURCES;LIBS" ${ARGN})
  if(NOT P_FOLDER)
    set(P_FOLDER ${CMAKE_BINARY_DIR}/plugins)
  endif()
  add_library(${name} MODULE ${P_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${P_FOLDER}
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  target_link_libraries(${name} PRIVATE vmm_api ${P_LIBS})
  # as-needed: the kit knows more libraries than one plugin uses.
  target_link_options(${name} PRIVATE -Wl,--as-needed
    -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json)
    add_custom_command(TARGET ${name} POST_BUILD COMMAND ${CMAKE_COMMAND} -E copy_if_different
      ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json ${P_FOLDER}/${name}.json)
  endif()
endfunction()
