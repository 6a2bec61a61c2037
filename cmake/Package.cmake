# SPDX-License-Identifier: MIT
# What is installed where, and the Debian packages: vmm-core, vmm-dev, and one a plugin. ./vmm package makes them.
# The layout is Debian's; ${CMAKE_INSTALL_PREFIX} is /usr there.
include(GNUInstallDirs)
set(VMM_DOC ${CMAKE_INSTALL_DATADIR}/doc)
set(VMM_ABI 0.1) # of plugin-api/include/vmm/plugin.h; a plugin's package needs vmm-abi-${VMM_ABI}
string(TIMESTAMP VMM_YEAR "%Y" UTC)

# vmm_package_papers(COMPONENT PACKAGE): what each package has to say of itself. A folder with a file `copyright` has more
# terms than ours: it stands behind the common one.
function(vmm_package_papers component package)
  set(copyright ${CMAKE_SOURCE_DIR}/packaging/copyright)
  set(more ${CMAKE_CURRENT_SOURCE_DIR}/copyright)
  if(EXISTS ${more} AND NOT more STREQUAL copyright)
    set(whole ${CMAKE_BINARY_DIR}/packaging/${component}/copyright)
    file(READ ${copyright} common)
    file(READ ${more} further)
    file(WRITE ${whole} "${common}\n${further}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${copyright} ${more})
    set(copyright ${whole})
  endif()
  install(FILES ${copyright} DESTINATION ${VMM_DOC}/${package} COMPONENT ${component})
  install(FILES ${CMAKE_BINARY_DIR}/packaging/changelog.gz DESTINATION ${VMM_DOC}/${package} COMPONENT ${component})
endfunction()

# vmm_papers(COMPONENT FOLDER FILE…): papers to read, their links as they are once installed in FOLDER below VMM_DOC.
function(vmm_papers component folder)
  set(links ${CMAKE_SOURCE_DIR}/packaging/links.sed)
  foreach(source ${ARGN})
    get_filename_component(name ${source} NAME)
    set(paper ${CMAKE_BINARY_DIR}/packaging/papers/${folder}/${name})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/packaging/papers/${folder})
    add_custom_command(OUTPUT ${paper} DEPENDS ${source} ${links} COMMAND sed -E -f ${links} ${source} >${paper})
    list(APPEND papers ${paper})
  endforeach()
  add_custom_target(papers_${folder} ALL DEPENDS ${papers})
  install(FILES ${papers} DESTINATION ${VMM_DOC}/${folder} COMPONENT ${component})
endfunction()

# vmm_package_plugin(TARGET COMPONENT): vmm-COMPONENT with the .so, its fragment, its README, and a file in
# conf.d with its flag, off, that belongs to the operator.
function(vmm_package_plugin target component)
  set_property(GLOBAL APPEND PROPERTY VMM_PACKAGED ${component})
  set(package vmm-${component})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR})
  file(READ ${folder}/${target}.json fragment)
  string(JSON flag GET "${fragment}" flag)
  string(JSON summary GET "${fragment}" summary)
  set_property(GLOBAL PROPERTY VMM_SUMMARY_${component} "${summary}")
  set(conf ${CMAKE_CURRENT_BINARY_DIR}/conf.d/${target}.json)
  set(control ${CMAKE_BINARY_DIR}/packaging/${component})
  file(WRITE ${conf} "{\n  \"flags\": {\n    \"${flag}\": false\n  }\n}\n")
  file(WRITE ${control}/conffiles "${CMAKE_INSTALL_FULL_SYSCONFDIR}/vmm/conf.d/${target}.json\n")
  install(TARGETS ${target} LIBRARY DESTINATION lib/vmm/plugins COMPONENT ${component})
  install(FILES ${folder}/${target}.json DESTINATION lib/vmm/plugins COMPONENT ${component})
  install(FILES ${conf} DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/vmm/conf.d COMPONENT ${component})
  vmm_papers(${component} ${package} ${folder}/README.md)
  vmm_package_papers(${component} ${package})
endfunction()

# vmm_package_finish(): after all folders, what is packaged and how.
function(vmm_package_finish)
  include(${CMAKE_SOURCE_DIR}/packaging/core.cmake)
  include(${CMAKE_SOURCE_DIR}/packaging/dev.cmake)
  include(${CMAKE_SOURCE_DIR}/packaging/deb.cmake)
  include(CPack)
endfunction()
