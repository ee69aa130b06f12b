"""What can be done with a store: one module a part of the business, each sending the events that StepPay would send."""
