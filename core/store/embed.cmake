# SPDX-License-Identifier: MIT
# cmake -DFOLDER=… -DOUT=… -P embed.cmake: the files <area>/NNN-name.sql of the folder as one C table,
# ordered by area and number.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*/*.sql)
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  if(NOT file MATCHES "^([a-z]+)/([0-9][0-9][0-9])-[a-z0-9-]+\\.sql$")
    message(FATAL_ERROR "${file}: a migration is named <area>/NNN-name.sql")
  endif()
  set(area ${CMAKE_MATCH_1})
  math(EXPR number "1${CMAKE_MATCH_2} - 1000")
  file(READ ${FOLDER}/${file} sql)
  string(REPLACE "\\" "\\\\" sql "${sql}")
  string(REPLACE "\"" "\\\"" sql "${sql}")
  string(REPLACE "\n" "\\n\"\n     \"" sql "${sql}")
  string(APPEND rows "    {\"${area}\", ${number}, \"${file}\",\n     \"${sql}\"},\n")
endforeach()
file(WRITE ${OUT} "/* SPDX-License-Identifier: MIT */
/* Made by embed.cmake of the files in core/store/migrations. */
#include \"store/migrate.h\"

const struct store_migration store_migrations[] = {
${rows}    {NULL, 0, NULL, NULL},
};
")
