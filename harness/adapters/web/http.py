"""The HTTP side that the operators share: one client, every exchange told, and every failure as one sentence."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Collection, Mapping
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any, Final

from harness.adapters.base import OperatorError, Tell, tell_nobody
from harness.adapters.web.bodies import Unreadable, beginning, unpacked
from harness.adapters.web.evidence import Answer, answer_text, request_text, without_userinfo
from harness.adapters.web.requests import HttpRequest, json_request
from harness.sut.secret import SHORTEST, Secret, scrub
from harness.sut.tables.operation import DONE
from ocppj.evidence.outside import CUT, harmless

if TYPE_CHECKING:
    import httpx

    from harness.sut import RestFixtures, RestSettings, Sut, TriggerFixtures, TriggerSettings
    from harness.sut.tables.driving import RestDriver

    ApiSettings = RestSettings | TriggerSettings | RestFixtures | TriggerFixtures | RestDriver

_SHOWN: Final = 200  # characters of an unexpected answer that go into the sentence


class HttpCaller:
    """Sends requests to one back office. `scrub` masks secrets in every text; `who` begins each sentence.

    `refused` is a regular expression: a body it is found in is a refusal, whatever the status. `tell` is given every
    request and every answer as text.
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
        tell: Tell = tell_nobody,
    ) -> None:
        self._who = who
        self._refused = refused
        self._timeout_s = timeout_s
        self._scrub = scrub
        self._ca_file = ca_file
        self._proxies = proxies
        self._tell = tell
        self._learned: set[Secret] = set()
        self._clients: dict[str, httpx.AsyncClient] = {}
        self.cookies = CookieJar()

    @classmethod
    def of_api(cls, who: str, settings: ApiSettings, sut: Sut, tell: Tell = tell_nobody) -> HttpCaller:
        """The caller of an HTTP API that the SUT file describes."""
        return cls(
            who,
            timeout_s=settings.timeout_s,
            scrub=sut.scrub,
            ca_file=settings.ca_file,
            refused=settings.refused,
            proxies=True,
            tell=tell,
        )

    def hide(self, *texts: str) -> None:
        """Mask these texts, too, in whatever is told from now on."""
        self._learned.update(Secret(text) for text in texts if len(text) >= SHORTEST)

    def masked(self, text: str) -> str:
        """A text without secrets."""
        return scrub(self._scrub(text), self._learned)

    async def send(
        self,
        method: str,
        url: str,
        ok: Collection[int] = DONE,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> bytes:
        """Send one request and give the (beginning of the) body of its answer; see `exchange`."""
        request = HttpRequest(method, url) if json is None else json_request(method, url, json, headers)
        return (await self.exchange(request, ok)).body

    def shown(self, request: HttpRequest, *, private: bool = False) -> str:
        """A request as it would go out, as text; `private` as in `exchange`."""
        return request_text(request, self.masked, private=private)

    async def exchange(self, request: HttpRequest, ok: Collection[int] = DONE, *, private: bool = False) -> Answer:
        """Send one request and give its answer; redirects are not followed.

        `private`: it logs in, so that no value of it is told. Raises OperatorError; when a status was the reason, it
        is its `status`.
        """
        what = f"{self._who}: {request.method} {without_userinfo(request.url).partition('?')[0]}"
        asked = self.shown(request, private=private)
        self._tell(asked)
        try:
            answer = await self._exchange(request)
        except _Failed as failed:
            self._tell(self.masked(f"no answer: {failed}"))
            raise self._error(f"{what} {failed}", None, asked) from None
        told = answer_text(answer, self.masked, private=private)
        self._tell(told)
        evidence = f"{asked}\n\n{told}"
        start = "" if private else _start(self.masked(_text(answer.body)))
        if answer.status not in ok:
            wanted = ", ".join(str(code) for code in sorted(ok))
            said = f": {start}" if start else " and no body" if not answer.body else ""
            raise self._error(f"{what} was answered {answer.status} (wanted {wanted}){said}", answer.status, evidence)
        if not private and self._refused is not None and re.search(self._refused, _text(answer.body)):
            sentence = f"{what} was answered {answer.status}, but the body says that it was refused: {start}"
            raise self._error(sentence, answer.status, evidence)
        return answer

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def _exchange(self, request: HttpRequest) -> Answer:
        """Send, read and unpack, all in `timeout_s`. Raises _Failed."""
        import httpx  # imported late: most commands of plugproof never call anybody

        begun = time.monotonic()
        try:
            client = self._client(request.url)
            async with (
                asyncio.timeout(self._timeout_s),
                client.stream(request.method, request.url, headers=request.headers, content=request.body) as response,
            ):
                raw, more = await beginning(response.aiter_raw())
                body, cut = unpacked(raw, response.headers.get("content-encoding", ""))
        except (httpx.TimeoutException, TimeoutError):
            raise _Failed(
                f"was not answered in {self._timeout_s:g} s; is the API up, or timeout_s too short?"
            ) from None
        except httpx.ConnectError as error:
            raise _Failed(f"cannot connect ({_reason(error)}); is the API up and the address right?") from None
        except Unreadable as error:
            raise _Failed(f"was answered {response.status_code}, but {error}; have the API send it as it is") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise _Failed(f"failed ({_reason(error)}); check the address and the API") from None
        seconds = time.monotonic() - begun
        return Answer(
            response.status_code,
            response.reason_phrase,
            tuple(response.headers.multi_items()),
            body,
            more or cut,
            seconds,
        )

    def _client(self, url: str) -> httpx.AsyncClient:
        import ssl

        import httpx

        scheme = url.partition(":")[0].lower()
        if scheme not in self._clients:
            verify: ssl.SSLContext | bool = False  # plain HTTP needs no context, and building one is slow
            if scheme == "https":
                verify = ssl.create_default_context(cafile=self._ca_file)
            self._clients[scheme] = httpx.AsyncClient(
                verify=verify,
                timeout=self._timeout_s,
                trust_env=self._proxies,
                cookies=self.cookies,
                headers={"Accept-Encoding": "identity"},
            )
        return self._clients[scheme]

    def _error(self, sentence: str, status: int | None, evidence: str) -> OperatorError:
        return OperatorError(self.masked(sentence), status, evidence)


class _Failed(Exception):
    """There was no answer that can be read; the text says why, and goes on where a request was named."""


def _start(text: str) -> str:
    text = harmless(" ".join(text.split()))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}{CUT}"


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
