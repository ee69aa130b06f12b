"""How libcurl gets through access control: certificates and a proxy. Headers go with the request."""

from __future__ import annotations

from errno import ECONNREFUSED
from ssl import get_default_verify_paths
from typing import TYPE_CHECKING

import pycurl

if TYPE_CHECKING:
    from steppay_mock.delivery.access import Access
    from steppay_mock.delivery.proxy import Proxy

_NO_CONNECT_HEADERS = 265
"""CURLOPT_SUPPRESS_CONNECT_HEADERS, which pycurl has no name for: an answer to CONNECT is not the receiver's."""


def let_in(handle: pycurl.Curl, access: Access) -> None:
    """Set the files of certificates and the proxy for all requests of the handle."""
    authorities = get_default_verify_paths()
    if access.ca_file:
        handle.setopt(pycurl.CAINFO, access.ca_file)
        handle.unsetopt(pycurl.CAPATH)
    else:
        if authorities.cafile:
            handle.setopt(pycurl.CAINFO, authorities.cafile)
        if authorities.capath:
            handle.setopt(pycurl.CAPATH, authorities.capath)
    if access.client_cert:
        handle.setopt(pycurl.SSLCERT, access.client_cert)
        handle.setopt(pycurl.SSLKEY, access.client_key or access.client_cert)
    proxy = access.proxy
    # Empty: no proxy, and none is exempt, whatever the environment says.
    handle.setopt(pycurl.PROXY, f"http://{proxy.authority}" if proxy else "")
    handle.setopt(pycurl.NOPROXY, "")
    if proxy and proxy.authorization:
        handle.setopt(pycurl.PROXYHEADER, [f"proxy-authorization: {proxy.authorization}"])
    if proxy:
        handle.setopt(_NO_CONNECT_HEADERS, 1)


def trouble_of_proxy(handle: pycurl.Curl, proxy: Proxy | None, code: int) -> str:
    """What the proxy did, where it did not lead to the receiver; empty if it did, or if there is none."""
    if proxy is None:
        return ""
    status = handle.getinfo(pycurl.HTTP_CONNECTCODE)
    if status and not 200 <= status <= 299:
        return proxy.refusal(status)
    if code == pycurl.E_COULDNT_RESOLVE_PROXY:
        return proxy.unreached("its name leads to no address")
    if code == pycurl.E_COULDNT_CONNECT:
        refused = handle.getinfo(pycurl.OS_ERRNO) == ECONNREFUSED
        return proxy.unreached("connection refused, nothing listens there" if refused else "no connection")
    return ""
