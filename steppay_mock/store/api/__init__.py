"""What does StepPay's REST API say of a store, and how can it say it late, wrongly or not at all?"""
