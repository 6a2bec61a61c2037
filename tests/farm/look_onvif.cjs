// SPDX-License-Identifier: MIT
// One look at a device by the npm package "onvif", which shares nothing with us: node look_onvif.cjs MODULES ADDRESS
// PORT PASSWORD. Prints one JSON object; exit 1 and the error where the device cannot be had.
const [modules, hostname, port, password] = process.argv.slice(2);
const { Cam } = require(`${modules}/onvif`);

const call = (cam, name, options) =>
  new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    if (options) cam[name](options, done);
    else cam[name](done);
  });

const connect = () =>
  new Promise((resolve, reject) => {
    const cam = new Cam({ hostname, port: Number(port), username: "admin", password, timeout: 5000, autoconnect: false });
    cam.connect((error) => (error ? reject(error) : resolve(cam)));
  });

const look = async () => {
  const cam = await connect();
  const date = await call(cam, "getSystemDateAndTime");
  const identity = await call(cam, "getDeviceInformation");
  const stream = await call(cam, "getStreamUri", { protocol: "RTSP" });
  const [sources] = [].concat(cam.videoSources ?? []);
  return {
    maker: identity.manufacturer,
    model: identity.model,
    serial: identity.serialNumber,
    clock_off_s: Math.round((date.getTime() - Date.now()) / 1000),
    profiles: (cam.profiles ?? []).length,
    sources: sources ? [].concat(cam.videoSources).length : 0,
    stream: stream.uri ?? stream,
  };
};

look().then(
  (seen) => {
    console.log(JSON.stringify(seen));
    process.exit(0);
  },
  (error) => {
    console.log(JSON.stringify({ error: String(error.message ?? error) }));
    process.exit(1);
  },
);
