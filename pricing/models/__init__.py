"""Models: generalised linear models of claims, from a readable spec to coefficients, errors and predictions."""
