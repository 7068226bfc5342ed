"""The HTTP side that the operators share: one client, and every failure as one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from harness.operators.base import OperatorError
from harness.sut.operation import DONE

if TYPE_CHECKING:
    import httpx

    from harness.sut import RestFixtures, RestSettings, Sut, TriggerFixtures, TriggerSettings

    ApiSettings = RestSettings | TriggerSettings | RestFixtures | TriggerFixtures

_SHOWN = 200  # characters of an unexpected answer that go into the sentence
_READ = 65_536  # octets of an answer that are looked at, at most


class HttpCaller:
    """Sends requests to one back office. `scrub` masks secrets in every sentence; `who` begins it.

    `refused` is a regular expression: a body it is found in is a refusal, whatever the status.
    """

    def __init__(
        self,
        who: str,
        *,
        timeout_s: float,
        scrub: Callable[[str], str],
        ca_file: str | None = None,
        refused: str | None = None,
        proxies: bool,
    ) -> None:
        self._who = who
        self._refused = refused
        self._timeout_s = timeout_s
        self._scrub = scrub
        self._ca_file = ca_file
        self._proxies = proxies
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def of_api(cls, who: str, settings: ApiSettings, sut: Sut) -> HttpCaller:
        """The caller of an HTTP API that the SUT file describes."""
        return cls(
            who,
            timeout_s=settings.timeout_s,
            scrub=sut.scrub,
            ca_file=settings.ca_file,
            refused=settings.refused,
            proxies=True,
        )

    async def send(self, method: str, url: str, ok: Collection[int] = DONE, **content: Any) -> bytes:
        """Send one request and give the (beginning of the) body of its answer; redirects are not followed.

        Raises OperatorError; when a status was the reason, it is its `status`.
        """
        import httpx  # imported late: most commands of plugproof never call anybody

        what = f"{self._who}: {method} {_without_userinfo(url)}"
        try:
            client = self._client or self._open(url)
            async with client.stream(method, url, **content) as response:
                status, body = response.status_code, await _beginning(response)
        except httpx.TimeoutException:
            raise self._error(
                f"{what} was not answered in {self._timeout_s:g} s; is the API up, or timeout_s too short?"
            ) from None
        except httpx.ConnectError as error:
            raise self._error(
                f"{what} cannot connect ({_reason(error)}); is the API up and the address right?"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._error(f"{what} failed ({_reason(error)}); check the address and the API") from None
        start = _shown(body)
        if status not in ok:
            wanted = ", ".join(str(code) for code in sorted(ok))
            said = f": {start}" if start else " and no body"
            raise self._error(f"{what} was answered {status} (wanted {wanted}){said}", status)
        if self._refused is not None and re.search(self._refused, body.decode("utf-8", "replace")):
            raise self._error(f"{what} was answered {status}, but the body says that it was refused: {start}", status)
        return body

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _open(self, url: str) -> httpx.AsyncClient:
        import ssl

        import httpx

        verify: ssl.SSLContext | bool = False  # plain HTTP needs no context, and building one is slow
        if url.startswith("https:"):
            verify = ssl.create_default_context(cafile=self._ca_file)
        self._client = httpx.AsyncClient(verify=verify, timeout=self._timeout_s, trust_env=self._proxies)
        return self._client

    def _error(self, sentence: str, status: int | None = None) -> OperatorError:
        return OperatorError(self._scrub(sentence), status)


async def _beginning(response: httpx.Response) -> bytes:
    data = b""
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) >= _READ:
            break
    return data[:_READ]


def _shown(body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _without_userinfo(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
