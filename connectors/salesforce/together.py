"""Several calls made as one, or one by one where the org's address does not let them through as one.

Every org of Salesforce has composites, with queries in them too. This is for gateways and proxies in front of one,
which may let only some paths or methods through; what was found out holds for the life of the connector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.errors import ConnectorError, Doubt
from connectors.http import Answer
from connectors.salesforce.wire_composite import Alone, Failed, Told, are_shut, composite, is_shut, parts
from connectors.salesforce.wire_paths import Request


class Together:
    """Asks and writes, as many calls at once as there is a way for."""

    def __init__(self, ask: Callable[[str, Request], Answer], version: str) -> None:
        self._ask, self._version = ask, version
        self._no_queries = self._no_writes = False

    def queries(self, call: str, asked: Sequence[Request]) -> list[Told]:
        """Return what each was answered; one query needs no composite around it. Raises as `ask` does."""
        if len(asked) > 1 and not self._no_queries:
            answer = self._ask(call, composite(asked, self._version))
            if not (answer.status == 400 or is_shut(answer)):
                found = parts(answer, len(asked))
                if not are_shut(found):
                    return list(found)
        alone = [Alone(self._ask(call, one)) for one in asked]
        self._no_queries |= len(asked) > 1 and any(one.passed for one in alone)
        return list(alone)

    def writes(self, call: str, collections: Sequence[Request]) -> list[Told]:
        """Return what became of each. Raises as `ask` does where they are sent as one."""
        if not self._no_writes:
            answer = self._ask(call, composite(collections, self._version))
            if not is_shut(answer):
                return list(parts(answer, len(collections)))
        alone = [self._alone(call, one) for one in collections]
        self._no_writes |= any(isinstance(one, Alone) and one.passed for one in alone)
        return alone

    def _alone(self, call: str, one: Request) -> Told:
        """Send one of several: what keeps it from being sent is told of it alone, others may have been applied."""
        try:
            return Alone(self._ask(call, one))
        except ConnectorError as error:
            return Failed(error)
        except (ConnectionError, TimeoutError) as error:
            return Failed(Doubt(str(error) or "the answer did not arrive"))
