# The script of `./vmm soak vendors`: what each kind of device is, and what has to be said of it. From the play.json of
# all providers (--slurpfile plays), and tests/soak/vendors.json (--slurpfile more): --argjson devices, minute (s).
def verdicts: if .fault then [.before // "OK none", .verdict, .before // "OK none"] else [.verdict] end;
def told: reduce .[] as $verdict ([]; if .[-1] == $verdict then . else . + [$verdict] end);
# A wrong password is tried once in half an hour; one that is refused for the number of sessions, three times.
def bad_logins: if any(.group.users[]?; .password == "other") or (.farm.logins_bad // 0) > 0 then (if .verdict == "DEGRADED busy" then 3 else 1 end) else 0 end;
def is_well: .verdict == "OK none" and .fault == null and .group.faults == null;
# What is told of a row; a verdict that ends in "?" may be told. Whether and how a device records is read in some looks only,
# one channel after the other: what is missing or off may be told after OK.
def script: verdicts | told | if . == ["DEGRADED missing_recording"] or . == ["DEGRADED recording_disabled"] then ["OK none?"] + . else . end;

# A device that is well goes through each tour.
def tours: .provider as $provider | [.rows[] | select(is_well)][0] as $row | $more[0].tours[]
  | select($row != null)
  | (.of[$provider] // .verdicts) as $verdicts
  | $row + {id, fault, verdict: $verdicts[-1], chain: (["OK none"] + $verdicts + ["OK none"])};

# A fault takes ten minutes of thirty, and twelve where the device is slow: it takes two looks that are slow, and their repeats,
# until that is told. A device that boots refuses logins for 90 s after its ten minutes.
def fault_text: if . == "reboot" then "reboot:\(10 * $minute),90"
  elif startswith("slow:") then "slow:\((ltrimstr("slow:") | tonumber) * $minute / 60 | floor)" else . end;
def scheduled: (.fault | fault_text) as $text | {fault: $text, at_s: (6 * $minute), spread_s: (3 * $minute)}
  + if .fault == "reboot" then {} elif (.fault | startswith("slow:")) then {for_s: (12 * $minute)} else {for_s: (10 * $minute)} end;

def kinds: .provider as $provider | .flag as $flag | (.camera // {}) as $camera
  | (.rows[] | select(.verdict))
  | {provider: $provider, flag: $flag, row: (.id // .personality), personality,
     group: (.group // {}), fault, camera: ($camera * (.camera // {})),
     chain: (.chain // script), bad_logins: bad_logins}
  | if .fault then .group.faults += [scheduled] else . end;

[($plays[] | .rows += [tours]), $more[0].plays[] | kinds] as $kinds
# Six of a kind at a site, for as many sites as it takes.
| ($devices / ($kinds | length) | ceil) as $each
| [$kinds | to_entries[] | .key as $k | .value as $kind | range(0; $each; 6) as $from
   | $kind + {site: "\($kind.provider)-\($from / 6 + 1)", count: ([6, $each - $from] | min),
              prefix: "\($kind.provider).\($kind.row).\($from / 6 + 1).",
              base_address: "127.\(64 + ($from / 6)).\($k / 16 | floor).\($k % 16 * 16 + 1)"}]
