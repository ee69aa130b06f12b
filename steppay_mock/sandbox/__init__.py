"""The sandbox: a StepPay on this machine, with store, REST API, control API and webhooks, in one process."""
