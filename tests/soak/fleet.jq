# The soak's fleet as `vmmctl fleet load` takes it, from what the farm says of itself.
def options: {
  "generic": {"requests": [{"name": "status", "path": "/cgi-bin/status.cgi", "extract": [
    {"from": "keyvalue", "key": "model", "fact": "model"},
    {"from": "keyvalue", "key": "video.signal", "fact": "signal", "map": "1=ok;0=fault:video_loss"}]}]},
  "vivotek": {"level": "admin"},
  "rtsp": {"path": "/live.sdp"}
};
def provider: if startswith("vivotek") then "vivotek" elif startswith("rtsp") then "rtsp" else "generic" end;
{
  sites: [("taipei", "taichung", "kaohsiung") | {id: ., name: ., timezone: "Asia/Taipei"}],
  cameras: [$farm[0].devices[] | (.personality | provider) as $provider
    | {id, site, host: .address, port, provider: $provider, credential: "soak", options: options[$provider],
       auth: (if $provider == "generic" then "basic" else "digest" end)}]
}
