# SPDX-License-Identifier: MIT
# Each public header compiles alone, as C11, C17 and C++17, with warnings as errors.
#   cmake -DINCLUDE=… -DCC=… -DCXX=… -DWORK=… -P test_headers.cmake
file(GLOB headers RELATIVE ${INCLUDE} ${INCLUDE}/vmm/*.h)
list(LENGTH headers count)
if(count LESS 8)
  message(FATAL_ERROR "only ${count} public headers in ${INCLUDE}/vmm")
endif()
file(MAKE_DIRECTORY ${WORK})
set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wundef -Werror -fsyntax-only -I${INCLUDE})

function(compile compiler standard suffix header)
  string(MAKE_C_IDENTIFIER ${header} stem)
  set(source ${WORK}/${stem}.${suffix})
  # Twice, so that the guard is tried too; a declaration, so that the unit is not empty.
  file(WRITE ${source} "#include <${header}>\n#include <${header}>\nextern int vmm_not_empty;\n")
  execute_process(COMMAND ${compiler} -std=${standard} ${warnings} ${source}
    RESULT_VARIABLE failed ERROR_VARIABLE output)
  if(failed)
    message(SEND_ERROR "${header} as ${standard}:\n${output}")
  endif()
endfunction()

foreach(header ${headers})
  compile(${CC} c11 c ${header})
  compile(${CC} c17 c ${header})
  compile(${CXX} c++17 cpp ${header})
endforeach()
