"""The contract: event types, schemas, validation of payloads, and what a violation says."""
