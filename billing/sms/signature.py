"""The signature ACS3-HMAC-SHA256 of Alibaba Cloud: a digest of everything that may be changed on the way."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted, with everything but letters, digits and -_.~ written as %XX."""
    return "&".join(f"{_quoted(name)}={_quoted(parameters[name])}" for name in sorted(parameters))


def authorization(
    *, method: str, query: str, headers: Mapping[str, str], body: bytes, key_id: str, secret: str
) -> str:
    """The Authorization header of a request to the path "/"; `headers` are those that are signed, in lower case."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join((method, "/", query, lines, names, hashlib.sha256(body).hexdigest()))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
