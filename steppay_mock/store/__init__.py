"""A simulated StepPay store: customers, orders, payments, subscriptions, a clock, and the webhooks of all changes."""
