"""The options of the commands: their names, how their texts are read, and the values that they give."""
