// What the types of docs/generators.md must refuse: each line that ends in a code of TypeScript has that error.

import type { LocalDateTime, PaymentStatus, StepPayWebhook } from "./steppay.js";

export function mistakes(webhook: StepPayWebhook): unknown[] {
  const found: unknown[] = [];
  if (webhook.event === "payment.completed") {
    found.push(webhook.data.paymentId, webhook.data.payer?.email);
    found.push(webhook.data.subscriptionId); // TS2339
    found.push(webhook.data.payer.email); // TS18049
    const orderId: number = webhook.data.orderId; // TS2322
    const paidAt: LocalDateTime = webhook.data.paidAt; // TS2322
    found.push(webhook.data.status === "PAID"); // TS2367
    found.push(orderId, paidAt);
  }
  if (webhook.event === "order.created") {
    const orderId: number = webhook.data.id;
    found.push(orderId, webhook.data.items);
    found.push(webhook.data.paymentId); // TS2339
  }
  found.push(webhook.data.paymentId); // TS2339
  found.push(webhook.event === "payment.complete"); // TS2367
  const status: PaymentStatus = "PAYED"; // TS2322
  const partial: StepPayWebhook = { event: "payment.completed", timestamp: 1, version: "v1" }; // TS2322
  return [...found, status, partial];
}
