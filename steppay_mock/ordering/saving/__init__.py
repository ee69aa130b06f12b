"""How does a receiver go back to a state that it had? One way for each place where receivers keep theirs."""
