# SPDX-License-Identifier: MIT
# Warnings are errors with both compilers; the platform is POSIX.1-2008 with GNU extensions.
add_compile_definitions(_GNU_SOURCE)
add_compile_options(
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wvla -Wformat=2 -Wpointer-arith -Wundef -fno-common
  -fno-omit-frame-pointer)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" OR CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong)
  add_compile_definitions($<$<NOT:$<BOOL:${VMM_SANITIZE}>>:_FORTIFY_SOURCE=2>)
endif()
add_link_options(-Wl,-z,defs -Wl,-z,relro -Wl,-z,now)
if(VMM_SANITIZE)
  add_compile_options(-fsanitize=${VMM_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${VMM_SANITIZE})
  if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    # clang leaves the sanitizer's symbols to the executable, so a plugin has open ones.
    add_link_options(-Wl,-z,undefs)
    if(VMM_SANITIZE MATCHES "address")
      # Coverage everywhere, so that the fuzzers see into the libraries they call.
      add_compile_options(-fsanitize=fuzzer-no-link)
      add_link_options(-fsanitize=fuzzer-no-link)
    endif()
  endif()
endif()
find_program(VMM_CCACHE ccache)
if(VMM_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${VMM_CCACHE})
endif()
