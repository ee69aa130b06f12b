"""What does ``steppay-mock.toml`` say? Endpoints as in the vendor's portal (fact 22), and how a sender sends."""

from steppay_mock.delivery.config.config import Config, EndpointEntry, find_config, load_config, read_config

__all__ = ["Config", "EndpointEntry", "find_config", "load_config", "read_config"]
