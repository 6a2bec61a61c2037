# The farm's scenario of the script.
{
  seed: $seed,
  ports: ({http: 1, rtsp: 1, dvrip: 1} | map_values({port: 0, listeners: "each"})),
  users: [{name: "admin", password: "secret", level: "admin"}],
  groups: map({prefix, digits: 1, first: 1, count, site, base_address, personality} + .group)
}
