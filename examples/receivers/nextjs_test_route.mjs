// Rows of nextjs_route.mjs, for tests alone: copy it to app/test/steppay/route.js, and mend the path of the import.
//
// GET shows the rows, POST deletes them. Both are 404 unless STEPPAY_TEST_URLS is 1, which only tests may set.

import { store } from "./steppay_store.mjs";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export async function GET() {
  return isForTests() ? Response.json(store.state()) : new Response(null, { status: 404 });
}

export async function POST() {
  return isForTests() ? Response.json(store.reset() ?? {}) : new Response(null, { status: 404 });
}

function isForTests() {
  return process.env.STEPPAY_TEST_URLS === "1";
}
