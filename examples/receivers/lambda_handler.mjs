// A StepPay receiver as a function of AWS Lambda in Node, behind an HTTP API, a REST API or a load balancer.
//
// Deploy it with steppay_webhook.mjs, and with a table of your database in the place of steppay_store.mjs: the memory of a
// function does not last. Compare and write in one statement, such as PutItem of DynamoDB with a ConditionExpression.

import { store } from "./steppay_store.mjs";
import { parse, verify } from "./steppay_webhook.mjs";

export { store };

export async function handler(event) {
  const body = rawBody(event); // what was signed: JSON.stringify(JSON.parse(...)) has another signature
  if (!verify(header(event, "steppay-signature"), body, process.env.STEPPAY_WEBHOOK_SECRET)) {
    return answer(401, "the signature does not match");
  }
  const envelope = parse(body);
  if (envelope === null) return answer(400, "the body is no webhook");
  store.save(envelope);
  return answer(200); // event types not known here too: anything else would show as a failed delivery
}

// The bytes that were sent: a REST API with binary media types gives base64.
function rawBody(event) {
  return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
}

// The header's value. Its case differs: REST APIs have what was sent, the others lower case.
function header(event, name) {
  const headers = event.headers ?? event.multiValueHeaders ?? {};
  const found = Object.entries(headers).find(([one]) => one.toLowerCase() === name);
  return found ? String(found[1]) : "";
}

// What every gateway understands: a number as status, and a body that is text.
function answer(statusCode, body = "") {
  return { statusCode, headers: { "content-type": "text/plain" }, body };
}
