// Keeps rows in the memory of this process, so that the newest version wins in every order of delivery.
//
// Put your database in its place: memory ends with the process, and several processes do not share it. Then `save` is
// one transaction of two statements, each of which compares and writes at once, so that no delivery overtakes another:
//
//   INSERT INTO inbox (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING
//   INSERT INTO payments (id, status, ..., version) VALUES (...)
//     ON CONFLICT (id) DO UPDATE SET status = excluded.status, ... WHERE excluded.version > payments.version

import { change, fingerprint } from "./steppay_webhook.mjs";

class MemoryStore {
  constructor() {
    this.reset();
  }

  // Stores what the event says; false if the same content came before: hang on that what must happen once.
  // Nothing here is awaited between reading and writing, so deliveries that come at once follow one another.
  save(envelope) {
    const mark = fingerprint(envelope);
    if (this.inbox.has(mark)) return false;
    this.inbox.add(mark);
    const asked = change(envelope);
    if (asked) this.write(asked);
    if (envelope.event === "payment.completed") this.points.push(asked.id); // what must happen once
    return true;
  }

  write({ table, id, row }) {
    const known = this.tables[table].get(id);
    if (known && row.version <= known.version) return;
    this.tables[table].set(id, row);
  }

  // What a test compares.
  state() {
    const { payments, subscriptions } = this.tables;
    const rows = { payments: Object.fromEntries(payments), subscriptions: Object.fromEntries(subscriptions) };
    return { ...rows, points: [...this.points].sort() };
  }

  reset() {
    this.inbox = new Set();
    this.tables = { payments: new Map(), subscriptions: new Map() };
    this.points = [];
  }
}

// One for the process: Next.js may load a module once for each of its routes.
export const store = (globalThis.steppayStore ??= new MemoryStore());
