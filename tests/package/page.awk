# SPDX-License-Identifier: MIT
# The commands of docs/add-a-vendor.md: those before the heading "Put it to work", or with -v work=1 those behind it.
/^## / { at_work = ($0 == "## Put it to work") }
/^```$/ { shown = 0 }
shown && at_work == work
/^```sh$/ { shown = 1 }
