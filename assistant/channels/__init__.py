"""The ways in: each a thin shell around `Assistant`."""
