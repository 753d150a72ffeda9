"""A bearer token for client credentials (RFC 6749, 4.4): fetched when it is wanted, kept in memory alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel, ValidationError

from data.core.errors import SourceChanged, first_fault
from data.core.program import utc_now
from data.net.plain_client import PlainClient

#: A token is fetched anew this long before it runs out, and one that does not say when after an hour.
_EARLY, _UNSAID = timedelta(minutes=5), 3600.0


class _Answer(BaseModel):
    access_token: str
    expires_in: float = _UNSAID


@dataclass
class ClientToken:
    """The token of one client; neither its secret nor its token is in any text of it."""

    client: PlainClient
    url: str
    called: str
    form: dict[str, str] = field(repr=False)
    clock: Callable[[], datetime] = utc_now
    _token: str = field(default="", init=False, repr=False)
    _until: datetime | None = field(default=None, init=False)

    def __call__(self) -> str:
        """The token; DataError where it cannot be had."""
        if not self._token or self._until is None or self.clock() >= self._until:
            reply = self.client.fetch(self.url, method="POST", sent=self.form, source=self.called)
            try:
                answer = _Answer.model_validate_json(reply.content)
            except ValidationError as error:
                raise SourceChanged(f"{self.called} gave no token: {first_fault(error)}") from None
            self._token = answer.access_token
            self._until = self.clock() + max(timedelta(seconds=answer.expires_in) - _EARLY, timedelta(0))
        return self._token

    def forget(self) -> bool:
        """The token was refused: the next one is fetched."""
        self._token = ""
        return True
