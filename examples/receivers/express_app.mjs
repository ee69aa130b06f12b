// A StepPay receiver in Express.
//
// Run it: STEPPAY_WEBHOOK_SECRET=... PORT=8000 node examples/receivers/express_app.mjs (after: npm install express)

import express from "express";
import { store } from "./steppay_store.mjs";
import { parse, verify } from "./steppay_webhook.mjs";

const PATH = "/webhooks/steppay";
const app = express();

// The raw bytes are what was signed: no express.json() before this route. Any content type, as StepPay's may change.
app.post(PATH, express.raw({ type: () => true, limit: "1mb" }), (request, response) => {
  // Without a body it is no Buffer.
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (!verify(request.headers["steppay-signature"], body, process.env.STEPPAY_WEBHOOK_SECRET)) {
    return response.status(401).send("the signature does not match");
  }
  const envelope = parse(body);
  if (envelope === null) return response.status(400).send("the body is no webhook");
  store.save(envelope);
  response.sendStatus(200); // event types not known here too: anything else would show as a failed delivery
});
app.all(PATH, (_request, response) => response.sendStatus(405));

// For tests alone, with an empty store of test data: the rows, and their deletion.
if (process.env.STEPPAY_TEST_URLS === "1") {
  app.get("/test/state", (_request, response) => response.json(store.state()));
  app.post("/test/reset", (_request, response) => response.json(store.reset() ?? {}));
}

// Express would show the stack of an error, such as that of a body that breaks off.
app.use((error, _request, response, _next) => response.sendStatus(error.status ?? 500));

const server = app.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}${PATH}`);
});
