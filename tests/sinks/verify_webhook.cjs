// SPDX-License-Identifier: MIT
// A receiver that takes what the reference library of Standard Webhooks verifies: 204, else 400 with the reason.
//   node verify_webhook.cjs NODE_MODULES SECRET…      prints its port; ends when its standard input does
const http = require("http");
const { Webhook } = require(`${process.argv[2]}/standardwebhooks`);
const verifiers = process.argv.slice(3).map((secret) => new Webhook(secret));

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString("utf8");
    try {
      // Whoever knows any one of the secrets has to be able to verify.
      for (const verifier of verifiers) verifier.verify(body, request.headers);
      JSON.parse(body);
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(400).end(`${error.message}\n`);
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
