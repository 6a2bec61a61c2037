# SPDX-License-Identifier: MIT
# vmm_module(NAME LIBS lib…): the static library core_NAME of all .c files of the folder
# but main.c, which is an executable's.
function(vmm_module name)
  cmake_parse_arguments(M "" "" "LIBS;EXTRA" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  add_library(core_${name} STATIC ${sources} ${M_EXTRA})
  target_include_directories(core_${name} PUBLIC ${CMAKE_SOURCE_DIR}/core)
  target_link_libraries(core_${name} PUBLIC vmm_api ${M_LIBS})
endfunction()
