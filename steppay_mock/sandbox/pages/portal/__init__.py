"""The portal of a sandbox: its deliveries, its store and its endpoints, as pages."""
