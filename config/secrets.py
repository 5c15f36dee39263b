"""`${ENV}` and `${file:NAME}`: looked up through pydantic-settings, and never shown."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from config.problems import Refusal, shown

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

REFERENCE = re.compile(r"\$\{(file:)?([^${}]*)\}")
HINT = "write ${NAME} and set the environment variable NAME, or ${file:NAME}"
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PLACES = ("LEADSWITCH_SECRETS", "CREDENTIALS_DIRECTORY")  # the second is systemd's
_MOUNTED = "/run/secrets"  # Docker, Podman, Kubernetes by convention


class Secrets:
    """Looks up references. Without `resolve` they stay as they are written, for running old decisions again."""

    def __init__(
        self, directory: Path | None = None, *, environ: Mapping[str, str] | None = None, resolve: bool = True
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._resolve = resolve
        named = (self._environ.get(name) for name in _PLACES)
        self._directories = [Path(name) for name in (*named, _MOUNTED) if name]
        if directory is not None:
            self._directories.append(directory)
        self._values: set[str] = set()

    def whole(self, text: str) -> str:
        """Return the value of one reference. Raises `Refusal`, without the text, for anything else."""
        if not REFERENCE.fullmatch(text):
            raise Refusal("a secret must not be written into the configuration", HINT)
        return self.within(text)

    def within(self, text: str) -> str:
        """Return a text with its references replaced. Raises `Refusal` for one that has no value."""
        if "${" not in text:
            return text
        if "${" in REFERENCE.sub("", text):
            raise Refusal("'${' without its '}'", HINT)
        return REFERENCE.sub(self._value, text)

    def scrub(self, message: str) -> str:
        """Return a message of somebody else without any value that was looked up here."""
        for value in sorted(self._values, key=len, reverse=True):
            message = message.replace(value, "***")
        return message

    def _value(self, found: re.Match[str]) -> str:
        name = found[2]
        value = (self._from_file if found[1] else self._from_environment)(name)
        if not self._resolve:
            return found[0]
        self._values.add(value)
        return value

    def _from_environment(self, name: str) -> str:
        if not _ENVIRONMENT_NAME.fullmatch(name):
            raise Refusal("'${...}' does not hold the name of an environment variable", HINT)
        if not self._resolve:
            return ""
        value = _looked_up(name, lambda kind: _environment(kind, self._environ))
        if not value:
            raise Refusal(
                f"the environment variable {shown(name)} is not set, or empty", f"export {shown(name)}=..."
            )
        return value

    def _from_file(self, name: str) -> str:
        path = Path(name)
        if not name.strip() or ".." in path.parts or "\0" in name:
            raise Refusal("'${file:...}' does not hold the name of a file", "write ${file:NAME}, without ..")
        if not self._resolve:
            return ""
        try:
            found = [value for directory in self._directories if (value := _in_file(directory / path))]
        except (OSError, ValueError):
            raise Refusal(f"the secret file {shown(name)} cannot be read as text") from None
        if not found:
            looked = ", ".join(str(directory) for directory in self._directories)
            raise Refusal(f"there is no secret file {shown(name)}, or it is empty", f"looked in {looked}")
        return found[0]


def _in_file(path: Path) -> str:
    """Return what a secret file holds, without the line end; nothing where there is no such file."""
    from pydantic_settings import SecretsSettingsSource

    if not path.is_file():
        return ""
    return _looked_up(path.name, lambda kind: SecretsSettingsSource(kind, path.parent, case_sensitive=True))


def _environment(kind: type[BaseSettings], environ: Mapping[str, str]) -> PydanticBaseSettingsSource:
    from pydantic_settings import EnvSettingsSource

    source = EnvSettingsSource(kind, case_sensitive=True)
    source.env_vars = dict(environ)
    return source


def _looked_up(name: str, source: Callable[[type[BaseSettings]], PydanticBaseSettingsSource]) -> str:
    # Its import costs as much as the rest of `check`, so only who has a secret pays for it.
    from pydantic import Field, SecretStr
    from pydantic_settings import BaseSettings, SettingsConfigDict

    class Found(BaseSettings):
        model_config = SettingsConfigDict(case_sensitive=True, hide_input_in_errors=True, extra="ignore")
        value: SecretStr = Field(SecretStr(""), validation_alias=name)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_default: object, **_more: object
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (source(settings_cls),)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Found.model_validate({}).value.get_secret_value()
