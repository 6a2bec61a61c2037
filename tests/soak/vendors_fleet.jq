# The fleet of the script as `vmmctl fleet load` takes it, with the ports that the farm has (--slurpfile farm).
(INDEX(.prefix)) as $kinds
| [$farm[0].devices[] | (.id | sub("[0-9]+$"; "")) as $prefix | $kinds[$prefix] as $kind
   | {id, site: $kind.site, provider: $kind.provider, host: .address, port, credential: "soak"} + $kind.camera]
| {sites: (map(.site) | unique | map({id: ., name: .})), cameras: .}
