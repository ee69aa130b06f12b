// Makes the calls that it reads, one JSON object a line, with Node's fetch, and writes each answer as a line.
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  const { method, url, headers, body } = JSON.parse(line);
  const answer = await fetch(url, { method, headers, body, redirect: "manual" });
  const told = { status: answer.status, location: answer.headers.get("location"), body: await answer.text() };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
