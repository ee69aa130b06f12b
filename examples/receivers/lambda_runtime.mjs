// Emulates Lambda for a handler in Node, with nothing but Node. AWS's images and `sam local start-lambda` do the same.
//
//   node examples/receivers/lambda_runtime.mjs [file of the handler] [port]
//
// POST /2015-03-31/functions/function/invocations invokes the handler. For tests, GET /test/state shows the rows, and
// POST /test/reset deletes them.

import { createServer } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const INVOCATION = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;
const [file = "examples/receivers/lambda_handler.mjs", port = "9000"] = process.argv.slice(2);
const { handler, store } = await import(pathToFileURL(resolve(file)));

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString("utf8");
  const send = (value, headers = {}) => response.writeHead(200, headers).end(JSON.stringify(value ?? null));
  if (request.method === "POST" && INVOCATION.test(request.url)) {
    try {
      send(await handler(JSON.parse(body), { awsRequestId: request.headers["x-request-id"] ?? "1" }));
    } catch (error) {
      const told = { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\n") };
      send(told, { "x-amz-function-error": "Unhandled" });
    }
  } else if (request.method === "GET" && request.url === "/test/state") {
    send(store?.state());
  } else if (request.method === "POST" && request.url === "/test/reset") {
    store?.reset();
    send({});
  } else {
    response.writeHead(404).end("no such path");
  }
});

server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
