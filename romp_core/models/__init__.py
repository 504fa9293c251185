"""Networks that find people: each one an `Estimator` behind a `ModelCard` in the registry."""
