# SPDX-License-Identifier: MIT
# The Debian side: one package a component, what each needs, what it does when it comes and goes.
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME vmm)
set(CPACK_PACKAGE_VENDOR "the vmm authors")
set(CPACK_PACKAGE_CONTACT "the vmm authors <maintainers@vmm.invalid>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# package(COMPONENT SUMMARY TEXT): its name and words.
macro(package component summary text)
  string(TOUPPER ${component} id)
  set(CPACK_DEBIAN_${id}_PACKAGE_NAME vmm-${component})
  set(CPACK_DEBIAN_${id}_DESCRIPTION "${summary}\n${text}")
  set(CPACK_COMPONENT_${id}_DESCRIPTION "${summary}\n${text}")
endmacro()

package(core "health of mixed-vendor camera fleets"
  "vmm looks at IP cameras and video recorders in their own language,
gently, knows which are down, black or degraded and why, and tells the
right people once. This is the daemon, its hosts for plugins and the
operator's command line. Plugins come in packages of their own.")
set(CPACK_DEBIAN_CORE_PACKAGE_PROVIDES "vmm-abi-${VMM_ABI}")
set(CPACK_DEBIAN_CORE_PACKAGE_DEPENDS "adduser, tzdata")
# What `vmmctl probe ADDRESS` and a camera without a provider are found out by.
set(CPACK_DEBIAN_CORE_PACKAGE_RECOMMENDS "vmm-plugin-identify")
set(CPACK_DEBIAN_CORE_PACKAGE_SUGGESTS "vmm-plugin-onvif, vmm-plugin-rtsp, vmm-plugin-generic, vmm-sink-jsonl")
set(scripts ${CMAKE_SOURCE_DIR}/packaging/core)
set(CPACK_DEBIAN_CORE_PACKAGE_CONTROL_EXTRA ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm
  ${scripts}/triggers ${CMAKE_BINARY_DIR}/packaging/core/conffiles)
set(CPACK_DEBIAN_CORE_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)

package(dev "headers, kit and simulated devices for plugins of vmm"
  "What a plugin is written with: the headers of the ABI, a kit of parsers,
a mock host for tests, a template, and vmm-farm, which plays devices with
their faults.")
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "vmm-core (= ${PROJECT_VERSION}), cmake, pkg-config, libexpat1-dev, libjansson-dev, libssl-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "libcriterion-dev, clang")

get_property(plugins GLOBAL PROPERTY VMM_PACKAGED)
foreach(component ${plugins})
  get_property(summary GLOBAL PROPERTY VMM_SUMMARY_${component})
  string(REGEX REPLACE "^[a-z]+-" "" name ${component})
  package(${component} "plugin ${name} of vmm, the watch over camera fleets"
    "${summary}.
It is off until its flag is on, in /etc/vmm/conf.d/${name}.json. A running
vmmd reloads by itself when the package comes or goes.")
  string(TOUPPER ${component} id)
  set(CPACK_DEBIAN_${id}_PACKAGE_DEPENDS "vmm-abi-${VMM_ABI}")
  set(CPACK_DEBIAN_${id}_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/packaging/${component}/conffiles)
  set(CPACK_DEBIAN_${id}_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
endforeach()
set(CPACK_COMPONENTS_ALL core dev ${plugins})
