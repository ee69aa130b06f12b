"""The payment page, on which the buyer pays an order, and the calls that lead to it (fact 41)."""
