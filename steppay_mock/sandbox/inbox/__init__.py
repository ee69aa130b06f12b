"""The inbox of a sandbox: webhooks of anyone, above all real ones, are kept, judged and forwarded."""
