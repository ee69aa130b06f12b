"""The options of the commands: what they are called, how their words are read, and the values that come of them."""
