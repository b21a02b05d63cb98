"""The flags of a cluster: which go together, and what they mean for a start."""

from collections.abc import Mapping

from datagen.config import RunSettings
from datagen.errors import SettingsError
from datagen.fleet import FleetOptions

CLUSTER = "A cluster to ask from"

_FLAGS = {
    "address": "--ray-address",
    "workers": "--ray-workers",
    "shard_size": "--shard-size",
    "shared": "--shared",
}


def settle_fleet(
    settings: RunSettings, given: Mapping[str, str | int | None], *, is_wanted: bool
) -> FleetOptions | None:
    """The options of a cluster; None where none is wanted.

    Args:
        settings: of the run.
        given: by the names of `FleetOptions`; None where not given.
        is_wanted: by `--ray`.

    Raises:
        SettingsError: the flags do not go together.
    """
    values = {name: value for name, value in given.items() if value is not None}
    if not is_wanted:
        if values:
            raise SettingsError(f"{_FLAGS[next(iter(values))]} is of a cluster: add --ray")
        return None
    if settings.local:
        raise SettingsError("--ray asks an endpoint that every node reaches; leave out --local")
    if settings.via == "batch":
        raise SettingsError("--ray asks request by request; leave out --via batch")
    return FleetOptions(**values)  # type: ignore[arg-type]  # the flags have the right types
