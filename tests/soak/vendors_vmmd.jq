# vmmd's configuration for the script: each provider at its own sites alone, so that no device is handed over to another.
# The settings are the defaults, in proportion to 30 minutes.
def ms: (. * $minutes / 30 | floor | tostring) + "ms";
{
  node_id: "soak", run_dir: $run, plugin_dir: $plugins,
  watch: ({interval: 240000, jitter: 60000, suspect_interval: 60000, suspect_time: 1800000, trial_interval: 60000, trial_time: 600000,
           deadline: 30000, connect_timeout: 5000, latency_limit: 5000, sustain_time: 120000, confirm_step: 5000,
           confirm_deadline: 8000, spread: 60000} | map_values(ms)),
  flags: ({FEATURE_VMS_HEALTH_MONITOR: true, FEATURE_VMM_SINK_JSONL: true}
    + (group_by(.flag) | map({key: .[0].flag, value: (map(.site) | unique)}) | from_entries)),
  plugins: {jsonl: {config: {path: "\($run)/events.jsonl"}}}
}
