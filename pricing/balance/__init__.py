"""Balance: premiums of a portfolio that keep to their caps and still sum to what they must."""
