"""A simulated StepPay store: who bought what, what was paid, what time it is, and which webhooks follow from that."""
