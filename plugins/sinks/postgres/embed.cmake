# SPDX-License-Identifier: MIT
# cmake -DFOLDER=… -DOUT=… -P embed.cmake: the files NNN-name.sql of the folder as a list of C strings, in order.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.sql)
list(SORT files)
set(number 0)
set(rows "")
foreach(file IN LISTS files)
  math(EXPR number "${number} + 1")
  math(EXPR padded "1000 + ${number}")
  string(SUBSTRING ${padded} 1 3 padded)
  if(NOT file MATCHES "^${padded}-[a-z0-9-]+\\.sql$")
    message(FATAL_ERROR "${file}: the migration number ${number} is named ${padded}-name.sql")
  endif()
  file(READ ${FOLDER}/${file} sql)
  string(REPLACE "\\" "\\\\" sql "${sql}")
  string(REPLACE "\"" "\\\"" sql "${sql}")
  string(REPLACE "\n" "\\n\"\n    \"" sql "${sql}")
  string(APPEND rows "    \"${sql}\",\n")
endforeach()
file(WRITE ${OUT} "/* SPDX-License-Identifier: MIT */
/* Made by embed.cmake of the files in migrations. */
#include \"pg_schema.h\"

const char *const pg_migrations[] = {
${rows}    NULL,
};
const unsigned pg_migration_count = ${number};
")
