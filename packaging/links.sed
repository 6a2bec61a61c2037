# SPDX-License-Identifier: MIT
# From where a paper stands in the tree to where it is installed: links and paths that a reader of a package can follow.
# What no package has keeps its words and loses its link.
s#(!?)\[([^]]*)\]\((\.\./tests/package|\.\./core/[^)]*|soak/[^)]*|docs/soak/[^)]*|tests/plays/[^)]*|plugins/vendors)\)#\2#g
s#\]\((\.\./|\.\./\.\./\.\./)?PLUGINS\.md#](../vmm-dev/PLUGINS.md#g
s#\]\((\.\./\.\./\.\./)?docs/#](../vmm/#g
s#\]\(operating\.md#](../vmm/operating.md#g
s#\]\(\.\./plugins/sinks/([a-z]+)/README\.md#](../vmm-sink-\1/README.md#g
s#\]\(plugin-api/include/vmm/#](/usr/include/vmm/#g
s#\]\(plugin-api/kit/#](/usr/include/vmm-plugin/kit/#g
s#\]\(tests/farm/README\.md#](README.md#g
s#plugin-api/examples/#/usr/share/doc/vmm-dev/examples/#g
s#-I plugin-api/include ##g
s#build/bin/vmm-farm#vmm-farm#g
s#etc/gateway\.json\.example#/usr/share/doc/vmm/gateway.json.example#g
s#docs/queries/#/usr/share/doc/vmm/queries/#g
