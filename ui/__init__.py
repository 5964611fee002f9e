"""The web page: what people type → the public names of `assistant` → what they see."""
