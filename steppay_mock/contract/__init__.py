"""What a valid webhook is: catalogue, schemas, validation, explanation."""
