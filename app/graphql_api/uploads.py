"""Files in a GraphQL request, after the GraphQL multipart request specification.

A form of this type any page of any site can make a browser send without asking first. It does no harm: every request
must carry X-API-Key, which no browser adds by itself, and which a page of another site may only add after a preflight
that answers the configured origins alone. Where a proxy adds the key, the router still refuses what a browser says is
from a page of another origin.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.graphql_api.schema.scalars import UploadedFile
from app.middleware.requests import BodyTooLarge, InvalidJson, content_type, read_json, reserve_file

MULTIPART = "multipart/form-data"
MAX_FILES = 10
MAX_PLACES = 1_000  # that files go to
MAX_PATH_LENGTH = 1_000  # characters of the way to one


class BadForm(Exception):
    """A form that does not follow the specification."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The most bytes that a request may have besides its files, and all its files together."""

    text: int
    files: int


def is_multipart(request: Request) -> bool:
    return content_type(request) == MULTIPART


async def read_form(request: Request, limits: UploadLimits, folder: Path) -> Any:
    """The operation as sent, its files in place of the nulls. Raises BodyTooLarge, NotJson and BadForm."""
    form = await parsed_form(request, limits)
    try:
        operations, mapped = await text_part(form, "operations"), await text_part(form, "map")
        if not isinstance(operations, dict) or not isinstance(mapped, dict):
            raise BadForm("'operations' and 'map' must be one JSON object each; batches are not taken.")
        check_places(mapped)
        for number, (name, paths) in enumerate(mapped.items()):
            file = form.get(name)
            if not isinstance(file, UploadFile):
                raise BadForm(f"The form has no file '{name}', which 'map' names.")
            kept = UploadedFile(folder / str(number))
            await asyncio.to_thread(copy, file, kept.path)
            for path in read_paths(name, paths):
                put_file(operations, path, kept)
        return operations
    finally:
        await form.close()


async def parsed_form(request: Request, limits: UploadLimits) -> FormData:
    stream = limited_stream(request, limits.text + limits.files)
    parser = MultiPartParser(
        request.headers, stream, max_files=MAX_FILES, max_fields=MAX_FILES, max_part_size=limits.text
    )
    try:
        return await parser.parse()
    except MultiPartException as reason:
        raise BadForm(reason.message) from None


async def limited_stream(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most:
            raise BodyTooLarge(f"The body is larger than {most} bytes: send less at once.")
        await reserve_file(request, received, most)
        yield chunk


async def text_part(form: FormData, name: str) -> Any:
    """The JSON in a part of the form."""
    text = form.get(name)
    if not isinstance(text, str):
        raise BadForm(f"The form needs a part '{name}' that is JSON, not a file.")
    try:
        return await read_json(text)
    except InvalidJson as reason:
        raise InvalidJson(f"'{name}': {reason}") from None


def copy(file: UploadFile, target: Path) -> None:
    with target.open("wb") as kept:
        shutil.copyfileobj(file.file, kept)


def check_places(mapped: dict[str, Any]) -> None:
    """Refuses a map of more places, or longer ways to them, than any operation has."""
    paths = [path for paths in mapped.values() if isinstance(paths, list) for path in paths]
    if len(mapped) > MAX_FILES or len(paths) > MAX_PLACES:
        raise BadForm(f"'map' may name at most {MAX_FILES} files and {MAX_PLACES} places for them.")
    if any(isinstance(path, str) and len(path) > MAX_PATH_LENGTH for path in paths):
        raise BadForm(f"A path in 'map' may have at most {MAX_PATH_LENGTH} characters.")


def read_paths(name: str, paths: Any) -> Iterator[list[str]]:
    """The places that a file goes to, each as the keys on the way."""
    if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
        raise BadForm(f"'map' must give '{name}' a list of paths such as variables.file.")
    yield from (path.split(".") for path in paths)


def put_file(operations: dict[str, Any], path: list[str], file: UploadedFile) -> None:
    """Puts the file where the operation has a null."""
    *way, last = path
    container: Any = operations
    for step in way:
        container = container.get(step) if isinstance(container, dict) else item(container, step)
    if path[0] != "variables" or not way or not is_null(container, last):
        raise BadForm(f"'operations' has no null at {'.'.join(path)}, where 'map' puts a file.")
    container[last if isinstance(container, dict) else int(last)] = file


def is_null(container: Any, last: str) -> bool:
    if isinstance(container, dict):
        return last in container and container[last] is None
    return isinstance(container, list) and is_position(container, last) and container[int(last)] is None


def item(container: Any, step: str) -> Any:
    return container[int(step)] if isinstance(container, list) and is_position(container, step) else None


def is_position(container: list[Any], step: str) -> bool:
    return step.isascii() and step.isdigit() and len(step) < 10 and int(step) < len(container)
