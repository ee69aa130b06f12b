"""The file ``steppay-mock.toml``: endpoints as in the vendor's portal (fact 22), settings of sender and events."""

from steppay_mock.delivery.config.config import Config, EndpointEntry, find_config, load_config, read_config

__all__ = ["Config", "EndpointEntry", "find_config", "load_config", "read_config"]
