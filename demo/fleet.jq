# The demo fleet as `vmmctl fleet load` takes it, from what the farm and the RTSP server say of themselves.
def options: {
  "generic-cgi": {"requests": [{"name": "status", "path": "/cgi-bin/status.cgi", "extract": [
    {"from": "keyvalue", "key": "model", "fact": "model"},
    {"from": "keyvalue", "key": "firmware", "fact": "firmware"},
    {"from": "keyvalue", "key": "video.signal", "fact": "signal", "map": "1=ok;0=fault:video_loss"},
    {"from": "keyvalue", "key": "disk.state", "fact": "disk_state", "map": "ok=ok;error=fault:disk_fault"}]}]},
  "vivotek-camera": {"level": "admin"}, "vivotek-camera-old": {"level": "admin"}, "vivotek-encoder": {"level": "admin"}
};
def provider: if startswith("vivotek") then "vivotek" else "generic" end;
# These offer Basic alone: in clear, so the operator has to say so.
def auth: if startswith("generic") or endswith("-old") then "basic" else "digest" end;
def camera(site; host; port): {site: site, host: host, port: port, credential: "demo"};
{
  sites: [
    {id: "taipei", name: "Taipei", timezone: "Asia/Taipei"},
    {id: "taichung", name: "Taichung", timezone: "Asia/Taipei"},
    {id: "kaohsiung", name: "Kaohsiung", timezone: "Asia/Taipei"}
  ],
  cameras: (
    [$farm[0].devices[] | . as $d | camera(.site; .address; .port)
      + {id: .id, name: .id, provider: (.personality | provider), auth: (.personality | auth), options: options[$d.personality]}]
    + [$cameras[0] as $c | $c.paths[] | camera("taipei"; "127.0.0.1"; $c.port)
      + {id: "tpe-rtsp-\(ltrimstr("/"))", name: "RTSP \(.)", provider: "rtsp",
         port_group: ltrimstr("/"), options: {path: .}}])
}
