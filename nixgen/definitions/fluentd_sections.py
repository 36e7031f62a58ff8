"""Where the sections of an image's fluentd.conf come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nixgen.definitions.fluentd import Fluentd
from nixgen.definitions.fluentd_checks import plugin_of
from nixgen.definitions.image import Image
from nixgen.definitions.validation import below

GENERIC_FILTER = "the filter that every image has"
DEFAULT_OUTPUT = "the output that images have unless they set some"


def section_origins(image: Image, fluentd: Fluentd | None) -> Iterator[str]:
    """Yield for each section of the configuration the place and the path of its definition.

    The order is that of nix/fluentd/image.nix. `fluentd` is the project's.
    """
    asked = [(service.name, service.fluentd, service.location) for service in image.services]
    if not asked:
        asked = [(image.name.rpartition("/")[2], image.fluentd, image.location)]
    paths = [
        (f"{location}: services.{name}.fluentd", fluentd)
        for name, fluentd, location in asked
        if fluentd
    ]
    for path, asked_for in paths:
        source = asked_for.source
        if source is not None and (not isinstance(source, Mapping) or plugin_of(source)):
            yield f"{path}.source"
    yield GENERIC_FILTER
    for path, asked_for in paths:
        yield from (f"{path}.filters[{index}]" for index in range(len(asked_for.filters)))
    outputs = (image.fluentd and image.fluentd.outputs) or (fluentd and fluentd.outputs) or ()
    yield from (f"{image.location}: fluentd.outputs[{index}]" for index in range(len(outputs)))
    if not outputs:
        yield DEFAULT_OUTPUT
    labels = (image.fluentd and image.fluentd.labels) or ()
    yield from (f"{image.location}: {below('fluentd.labels', name)}" for name in sorted(labels))
