"""The contract among inference, clean-up, baking, import and export: takes, observations, settings."""
