"""Addresses: the URL of a receiver, checked, with the access control that a request passes on its way there."""

from steppay_mock.delivery.address.address import DEFAULT_PATH, Address, check_path, parse_address

__all__ = ["DEFAULT_PATH", "Address", "check_path", "parse_address"]
