"""Prove every order: which orders to deliver, and what a receiver's answers to them say."""
