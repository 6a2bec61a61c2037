# SPDX-License-Identifier: MIT
# vmm_unit_test(NAME LIBS lib… SOURCES file…): a Criterion program, run by ctest in the tier "quick".
# vmm_fuzz_target(NAME LIBS lib… SOURCES file… CORPUS dir): a libFuzzer program with clang; with gcc the
# same entry point replays its corpus, so that the seeds are tests with either compiler. A test of 5 s begins
# with the same seed each time and ends after so many runs: what it finds can be had again.
function(vmm_unit_test name)
  cmake_parse_arguments(T "" "" "LIBS;SOURCES" ${ARGN})
  if(NOT VMM_TESTS)
    return()
  endif()
  add_executable(${name} ${T_SOURCES})
  target_compile_options(${name} PRIVATE -Wno-missing-prototypes -Wno-conversion -Wno-sign-compare)
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CRITERION)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} -j2 --short-filename)
  # Criterion tells of an assertion that fails in a .fini, and calls the run a success all the same.
  set_tests_properties(${name} PROPERTIES LABELS quick TIMEOUT 120
    FAIL_REGULAR_EXPRESSION "Assertion Failed;during its setup or teardown")
endfunction()

function(vmm_fuzz_target name)
  cmake_parse_arguments(F "" "CORPUS" "LIBS;SOURCES" ${ARGN})
  if(NOT VMM_TESTS)
    return()
  endif()
  add_executable(${name} ${F_SOURCES})
  target_compile_options(${name} PRIVATE -Wno-missing-prototypes)
  target_link_libraries(${name} PRIVATE ${F_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  if(CMAKE_C_COMPILER_ID MATCHES "Clang" AND VMM_SANITIZE MATCHES "address")
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set(run ${name} -runs=0 ${F_CORPUS})
    add_test(NAME ${name}_5s COMMAND ${name} -seed=1 -runs=100000 -max_total_time=5 -artifact_prefix=${CMAKE_BINARY_DIR}/fuzz/
      ${CMAKE_BINARY_DIR}/fuzz/${name}.new ${F_CORPUS})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz/${name}.new)
    set_tests_properties(${name}_5s PROPERTIES LABELS fuzz TIMEOUT 60)
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.c)
    set(run ${name} ${F_CORPUS})
  endif()
  add_test(NAME ${name} COMMAND ${run})
  set_tests_properties(${name} PROPERTIES LABELS quick TIMEOUT 60)
endfunction()
