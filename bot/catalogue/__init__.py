"""The catalogue: offers, their life from draft to expiry, and the search through them."""
