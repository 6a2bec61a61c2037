# SPDX-License-Identifier: MIT
# vmm-core: the daemon, its hosts, the operator's command line, a sample configuration, the service.
install(TARGETS vmmd vmm-host vmmctl check_vmm RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT core)
install(FILES ${CMAKE_SOURCE_DIR}/etc/vmmd.json
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/vmm COMPONENT core)
install(FILES ${CMAKE_SOURCE_DIR}/etc/vmmd.schema.json ${CMAKE_SOURCE_DIR}/etc/gateway.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/vmm COMPONENT core)
install(FILES ${CMAKE_SOURCE_DIR}/etc/systemd/vmmd.service DESTINATION lib/systemd/system COMPONENT core)
vmm_papers(core vmm-core ${CMAKE_SOURCE_DIR}/README.md)
file(GLOB manuals ${CMAKE_SOURCE_DIR}/docs/*.md)
vmm_papers(core vmm ${manuals})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/queries ${CMAKE_SOURCE_DIR}/docs/img DESTINATION ${VMM_DOC}/vmm COMPONENT core)
install(FILES ${CMAKE_SOURCE_DIR}/etc/gateway.json.example DESTINATION ${VMM_DOC}/vmm COMPONENT core)
install(DIRECTORY DESTINATION lib/vmm/plugins COMPONENT core)
install(DIRECTORY DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/vmm/conf.d COMPONENT core)

set(control ${CMAKE_BINARY_DIR}/packaging/core)
file(WRITE ${control}/conffiles "${CMAKE_INSTALL_FULL_SYSCONFDIR}/vmm/vmmd.json\n")

# The manual pages: vmmctl writes its own.
set(man ${CMAKE_BINARY_DIR}/packaging/man)
file(MAKE_DIRECTORY ${man})
add_custom_command(OUTPUT ${man}/vmmctl.1.gz
  COMMAND $<TARGET_FILE:vmmctl> help --man >${man}/vmmctl.1
  COMMAND gzip -9nf ${man}/vmmctl.1 DEPENDS vmmctl)
foreach(page check_vmm.1 vmmd.8 vmm-host.8)
  add_custom_command(OUTPUT ${man}/${page}.gz DEPENDS ${CMAKE_SOURCE_DIR}/packaging/${page}
    COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/${page} >${man}/${page}.gz)
endforeach()
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/packaging/changelog.gz
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/changelog
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/changelog >${CMAKE_BINARY_DIR}/packaging/changelog.gz)
add_custom_target(papers DEPENDS ${man}/vmmctl.1.gz ${man}/check_vmm.1.gz ${man}/vmmd.8.gz ${man}/vmm-host.8.gz
  ${CMAKE_BINARY_DIR}/packaging/changelog.gz)
install(FILES ${man}/vmmctl.1.gz ${man}/check_vmm.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT core)
install(FILES ${man}/vmmd.8.gz ${man}/vmm-host.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8 COMPONENT core)
vmm_package_papers(core vmm-core)
