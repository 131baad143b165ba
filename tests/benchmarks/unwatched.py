"""The gateway's command line with a server that sees nothing: requests have no ids of their own and are neither counted
nor timed, statements are not noted, costs not kept. What is served is the same. For `watching` to compare with."""

from starlette.types import Message, Receive, Scope, Send

from app import application
from app.access.envelope import Envelope, with_ours
from app.cli import cli
from app.seeing.watch import Watch
from app.settings import Settings
from app.storage.engine import Database

NOBODY = b"-"


class PlainEnvelope(Envelope):
    """Seals answers with the same headers, and does no more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["request_id"] = NOBODY

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_ours(message["headers"], NOBODY)
            await send(message)

        await self.app(scope, receive, sealed)


def no_watch(settings: Settings, database: Database) -> Watch:
    return Watch(settings.slow_seconds)


if __name__ == "__main__":
    application.Envelope = PlainEnvelope  # type: ignore[attr-defined]
    application.make_watch = no_watch
    cli()
