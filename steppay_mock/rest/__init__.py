"""A simulation of StepPay's REST API: it answers from a store, and can answer late, wrongly or not at all."""
