// Serves route handlers of Next.js with nothing but Node, as Next.js does: methods that a route does not export are 405.
//
//   node next_server.mjs     prints its port, and ends with its standard input

import { createServer } from "node:http";
import * as webhook from "./nextjs_route.mjs";
import * as test from "./nextjs_test_route.mjs";

const ROUTES = { "/webhooks/steppay": webhook, "/test/steppay": test };

async function answer(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const body = Buffer.concat(parts);
  const request = { method: incoming.method, headers: incoming.headers, ...(body.length ? { body } : {}) };
  const handler = ROUTES[incoming.url]?.[incoming.method];
  return handler ? handler(new Request("http://localhost/", request)) : new Response(null, { status: 405 });
}

const server = createServer(async (incoming, outgoing) => {
  try {
    const response = await answer(incoming);
    outgoing.writeHead(response.status, { "x-powered-by": "Next.js" }).end(Buffer.from(await response.arrayBuffer()));
  } catch {
    outgoing.writeHead(500).end(); // such as a body that broke off
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
