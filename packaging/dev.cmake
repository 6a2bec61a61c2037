# SPDX-License-Identifier: MIT
# vmm-dev: what a plugin is written with: headers, kit, mock host, simulated devices, template.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/plugin-api/include/vmm
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev FILES_MATCHING PATTERN "*.h")
foreach(part kit mock)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/plugin-api/${part}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/vmm-plugin COMPONENT dev FILES_MATCHING PATTERN "*.h"
    PATTERN corpus EXCLUDE)
endforeach()
install(TARGETS vmm_api vmm_kit vmm_mock EXPORT VmmPluginTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(EXPORT VmmPluginTargets DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/VmmPlugin COMPONENT dev)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/packaging/VmmPluginConfigVersion.cmake
  VERSION ${VMM_ABI} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_SOURCE_DIR}/plugin-api/cmake/VmmPluginConfig.cmake
  ${CMAKE_SOURCE_DIR}/plugin-api/cmake/VmmPluginBuild.cmake
  ${CMAKE_SOURCE_DIR}/plugin-api/cmake/plugin.map
  ${CMAKE_BINARY_DIR}/packaging/VmmPluginConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/VmmPlugin COMPONENT dev)
configure_file(${CMAKE_SOURCE_DIR}/plugin-api/cmake/vmm-plugin.pc.in
  ${CMAKE_BINARY_DIR}/packaging/vmm-plugin.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/packaging/vmm-plugin.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
install(TARGETS vmm-farm RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT dev)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/packaging/man/vmm-farm.1.gz
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/vmm-farm.1
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/vmm-farm.1 >${CMAKE_BINARY_DIR}/packaging/man/vmm-farm.1.gz)
add_custom_target(papers_dev DEPENDS ${CMAKE_BINARY_DIR}/packaging/man/vmm-farm.1.gz)
add_dependencies(papers papers_dev)
install(FILES ${CMAKE_BINARY_DIR}/packaging/man/vmm-farm.1.gz
  DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT dev)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/plugin-api/template
  DESTINATION ${CMAKE_INSTALL_DATADIR}/vmm COMPONENT dev)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/tests/farm/personalities
  DESTINATION ${CMAKE_INSTALL_DATADIR}/vmm COMPONENT dev)
vmm_papers(dev vmm-dev ${CMAKE_SOURCE_DIR}/PLUGINS.md ${CMAKE_SOURCE_DIR}/docs/add-a-vendor.md
  ${CMAKE_SOURCE_DIR}/tests/farm/README.md)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/plugin-api/examples DESTINATION ${VMM_DOC}/vmm-dev COMPONENT dev
  PATTERN CMakeLists.txt EXCLUDE)
# Answers of devices stand there in the charsets that devices use.
file(WRITE ${CMAKE_BINARY_DIR}/packaging/overrides
  "# Answers of devices, in the charsets that devices use.\nvmm-dev: national-encoding [usr/share/vmm/personalities/*]\n")
install(FILES ${CMAKE_BINARY_DIR}/packaging/overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
  RENAME vmm-dev COMPONENT dev)
vmm_package_papers(dev vmm-dev)
