# SPDX-License-Identifier: MIT
# vmm_plugin_build(NAME SOURCES file… LIBS lib… [FOLDER folder]): one .so with nothing visible but its entry
# function, put with its config fragment NAME.json into FOLDER, or ${VMM_PLUGIN_FOLDER}.
set(VMM_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)
function(vmm_plugin_build name)
  cmake_parse_arguments(P "" "FOLDER" "SOURCES;LIBS" ${ARGN})
  if(NOT P_FOLDER)
    set(P_FOLDER ${VMM_PLUGIN_FOLDER})
  endif()
  add_library(${name} MODULE ${P_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${P_FOLDER} LINK_DEPENDS ${VMM_PLUGIN_MAP})
  target_link_libraries(${name} PRIVATE vmm_api ${P_LIBS})
  # as-needed: the kit knows more libraries than one plugin uses.
  target_link_options(${name} PRIVATE -Wl,--as-needed -Wl,--version-script=${VMM_PLUGIN_MAP})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json)
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json)
    add_custom_command(TARGET ${name} POST_BUILD COMMAND ${CMAKE_COMMAND} -E copy_if_different
      ${CMAKE_CURRENT_SOURCE_DIR}/${name}.json ${P_FOLDER}/${name}.json)
  endif()
endfunction()
