# SPDX-License-Identifier: MIT
# find_package(VmmPlugin 0.1 REQUIRED): what a plugin outside of vmm's own tree is built with.
#
#   vmm_plugin_build(NAME SOURCES file… LIBS lib… [FOLDER folder])   NAME.so and NAME.json, in ${VMM_PLUGIN_FOLDER}
#   vmm_plugin_test(NAME SOURCES file… LIBS lib…)                    a Criterion program for ctest
#   vmm_plugin_fuzz(NAME SOURCES file… LIBS lib… CORPUS folder)      a libFuzzer program; only with clang
#
# Libraries: vmm_kit (parsers, the table of requests, RTSP), vmm_mock (a host for tests).
include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
find_dependency(Threads)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
if(NOT VMM_PLUGIN_FOLDER)
  set(VMM_PLUGIN_FOLDER ${CMAKE_BINARY_DIR}/plugins)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/VmmPluginTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/VmmPluginBuild.cmake)

function(vmm_plugin_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  pkg_check_modules(CRITERION REQUIRED IMPORTED_TARGET criterion)
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} vmm_api PkgConfig::CRITERION)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

function(vmm_plugin_fuzz name)
  cmake_parse_arguments(F "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    return()
  endif()
  add_executable(${name} ${F_SOURCES})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(${name} PRIVATE ${F_LIBS} vmm_api)
  add_test(NAME ${name} COMMAND ${name} -runs=0 ${F_CORPUS})
endfunction()
