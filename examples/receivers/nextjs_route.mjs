// A StepPay receiver in Next.js (App Router): copy it to app/webhooks/steppay/route.js, with steppay_store.mjs and
// steppay_webhook.mjs beside it. Next.js answers 405 to methods that a route does not export.

import { store } from "./steppay_store.mjs";
import { parse, verify } from "./steppay_webhook.mjs";

export const runtime = "nodejs"; // node:crypto is not in the edge runtime
export const dynamic = "force-dynamic";

export async function POST(request) {
  // The raw bytes are what was signed, not request.json().
  const body = Buffer.from(await request.arrayBuffer());
  if (!verify(request.headers.get("steppay-signature"), body, process.env.STEPPAY_WEBHOOK_SECRET)) {
    return new Response("the signature does not match", { status: 401 });
  }
  const envelope = parse(body);
  if (envelope === null) return new Response("the body is no webhook", { status: 400 });
  store.save(envelope);
  return new Response(null, { status: 200 }); // event types not known here too: else it shows as a failed delivery
}
