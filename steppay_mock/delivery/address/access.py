"""The means to pass the access control in front of a receiver: headers, a password, certificates, a proxy.

They are checked here and are part of an address, so every transport and engine has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from steppay_mock.delivery.address.access_headers import access_headers, secrets_of
from steppay_mock.delivery.address.proxy import Proxy, basic, read_proxy
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    import ssl

_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's codes for a chain of certificates without a trusted authority."""
_ENCRYPTED = "the key is encrypted: write it without a password, openssl pkey -in KEY -out PLAIN_KEY"


class AccessOptions(TypedDict, total=False):
    """What gets through the access control in front of a receiver; every option may be left out.

    ``headers``: sent with each webhook beside StepPay's own, such as ``{"X-Door": "..."}``, and never shown.
    ``auth``: user and password for HTTP's basic authentication; ``user:password@`` in a URL says the same.
    ``ca_file``: a file of PEM certificates by which the receiver's is checked, in the place of the system's.
    ``client_cert``, ``client_key``: PEM files with which this side shows who it is; the key may stand in the first one.
    ``proxy``: the URL of an HTTP proxy. None: none; variables such as HTTPS_PROXY do not count.
    """

    headers: Mapping[str, str] | None
    auth: tuple[str, str] | None
    ca_file: str | Path | None
    client_cert: str | Path | None
    client_key: str | Path | None
    proxy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The options, checked. Its ``repr`` shows no value that may be secret."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    proxy: Proxy | None = None
    written_proxy: str = field(default="", repr=False)

    @property
    def sent(self) -> dict[str, str]:
        """The headers for the receiver, with names in lower case."""
        return {**({"authorization": basic(*self.auth)} if self.auth else {}), **dict(self.headers)}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that no output may show."""
        found = list(secrets_of(value for _, value in self.headers))
        for user, password in (*([self.auth] if self.auth else []), *self._proxy_user):
            # Without a password the user is the secret, such as an API key in https://KEY@host.
            found += [password or user, f"{user}:{password}", basic(user, password).split()[1]]
        return tuple(dict.fromkeys(one for one in found if one))

    @property
    def options(self) -> AccessOptions:
        """The options, as :func:`read_access` takes them, without those that were left out."""
        said: dict[str, Any] = {
            "headers": dict(self.headers),
            "auth": self.auth,
            "ca_file": self.ca_file,
            "client_cert": self.client_cert,
            "client_key": self.client_key,
            "proxy": self.written_proxy,
        }
        return {name: value for name, value in said.items() if value}  # type: ignore[return-value]

    @property
    def elsewhere(self) -> Access:
        """The access for another scheme, host or port than the receiver's: without all that identifies the sender."""
        return replace(self, headers=(), auth=None, client_cert="", client_key="")

    @property
    def unnamed(self) -> Access:
        """The access without a password and without the header Authorization."""
        return replace(self, auth=None, headers=tuple(one for one in self.headers if one[0] != "authorization"))

    def context(self) -> ssl.SSLContext:
        """A new context for TLS. Raises SteppayMockError for files that cannot be used."""
        import ssl

        if not self.ca_file:
            made = ssl.create_default_context()
        else:
            # libcurl trusts every certificate in the file, also an intermediate one; Python only with this flag.
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self._load(made)
        return made

    def check(self) -> None:
        """Raise a SteppayMockError that names the file, if one of the files cannot be used."""
        if self.ca_file or self.client_cert:
            import ssl

            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def refuse_app(self) -> None:
        """Raise a SteppayMockError that names the option, if an app in process cannot use one of them."""
        for name in ("ca_file", "client_cert", "proxy"):
            if getattr(self, name):
                raise SteppayMockError(
                    f"{name}= is about the way to a URL, and an app in process is called without one. Leave it out, or "
                    "serve the app and give its URL."
                )

    @property
    def _proxy_user(self) -> list[tuple[str, str]]:
        return [(self.proxy.user, self.proxy.password)] if self.proxy is not None and self.proxy.authorization else []

    def _load(self, context: ssl.SSLContext) -> None:
        if self.ca_file:
            try:
                context.load_verify_locations(self.ca_file)
            except OSError as error:
                raise _unusable("ca_file", self.ca_file, "it has no certificate in PEM", error) from None
        if self.client_cert:
            _check_readable("client_cert", self.client_cert)
            _check_readable("client_key", self.client_key or self.client_cert)
            try:
                context.load_cert_chain(self.client_cert, self.client_key or None, password=_refuse_password)
            except OSError as error:
                shown = f"{self.client_cert} and {self.client_key}" if self.client_key else self.client_cert
                wrong = "the key is not that of the certificate"
                why = wrong if _reason(error) == "KEY_VALUES_MISMATCH" else "no certificate and its key in PEM"
                raise _unusable("client_cert", shown, why, error) from None


NO_ACCESS = Access()
"""The access to a receiver without access control."""


def read_access(options: Mapping[str, Any]) -> Access:
    """The access that the options describe; other options are ignored.

    Raises SteppayMockError for headers that cannot be sent or that the webhook has itself, for files that cannot be
    read, and for a key of another certificate. No message shows a value.
    """
    proxy = options.get("proxy")
    made = Access(
        headers=access_headers(options.get("headers")),
        auth=_auth(options.get("auth")),
        ca_file=_path("ca_file", options.get("ca_file")),
        client_cert=_path("client_cert", options.get("client_cert")),
        client_key=_path("client_key", options.get("client_key")),
        proxy=read_proxy(proxy),
        written_proxy=proxy or "",
    )
    _check_authorization(made)
    if made.client_key and not made.client_cert:
        raise SteppayMockError("client_key= goes with a certificate. Pass client_cert= (--client-cert) as well.")
    made.check()
    return made


def with_user(access: Access, user: str, password: str) -> Access:
    """The access with user and password of a URL. Raises SteppayMockError if it has an Authorization already."""
    if access.auth == (user, password):
        return access
    if access.auth:
        raise SteppayMockError(
            "A password is given twice, before @ in the URL and as auth= (--basic-auth). Leave one of them out."
        )
    made = replace(access, auth=_auth((user, password)))
    _check_authorization(made)
    return made


def asks_for_certificate(access: Access, scheme: str) -> str:
    """The hint after a connection that ended without an answer; empty without TLS, or with a client certificate."""
    return (
        ""
        if scheme == "http" or access.client_cert
        else ". Does it ask for a client certificate? client_cert= (--client-cert)"
    )


def secrets_of_access(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets in the options; empty if the options are wrong."""
    try:
        return read_access(options).secrets
    except SteppayMockError:  # the caller reads the options again and reports the mistake
        return ()


def untrusted(why: str, *, code: int) -> str:
    """The error for a certificate that is not trusted, with the next step; ``code`` is OpenSSL's."""
    told = f"the receiver's certificate is not trusted: [SSL: CERTIFICATE_VERIFY_FAILED] {why}"
    if code not in _UNKNOWN_AUTHORITY:
        return told
    return f"{told}. If it is yours, name the file of its authority: ca_file= (--ca-file), or SSL_CERT_FILE"


def _check_authorization(access: Access) -> None:
    if access.auth and any(name == "authorization" for name, _ in access.headers):
        raise SteppayMockError(
            "A password and the header Authorization contradict each other: one is written as the other. Leave out "
            "auth= (--basic-auth, user:password@ in the URL), or the header."
        )


def _auth(given: object) -> tuple[str, str] | None:
    if given is None:
        return None
    if isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(one, str) for one in given):
        user, password = given
        if ":" not in user and (user + password).isprintable() and user + password:
            return user, password
    raise SteppayMockError(
        "auth is a user without a colon, and a password, both without control characters. "
        "Pass auth=('user', 'password') (what was given is not repeated here: it may be secret)."
    )


def _path(name: str, given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, str | Path) and str(given):
        return str(given)
    raise SteppayMockError(f"{name} is the path of a PEM file, not {type(given).__name__}. Pass {name}='access.pem'")


def _check_readable(name: str, path: str) -> None:
    try:
        Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise _unusable(name, path, "it cannot be read", error) from None


def _refuse_password() -> str:
    raise SteppayMockError(f"client_key (--client-key) cannot be used: {_ENCRYPTED}")


def _reason(error: Exception) -> str:
    return getattr(error, "reason", None) or ""


def _unusable(name: str, path: str, why: str, error: Exception) -> SteppayMockError:
    import ssl

    told = why if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None) or why
    option = f"--{name.replace('_', '-')}"
    return SteppayMockError(f"{name} ({option}) cannot be used: {path}: {told}. Name a file in PEM that can be read.")
