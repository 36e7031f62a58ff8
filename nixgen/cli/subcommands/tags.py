"""nixgen tags: the commits behind an image in a registry."""

from __future__ import annotations

import json
from pathlib import Path

import click

from nixgen.cli.completion import complete_image
from nixgen.cli.options import PassingOn, passed_on_to_nix
from nixgen.cli.registry_access import RegistryAccess, registry_options
from nixgen.errors import RegistryError
from nixgen.registry import find_commits

LATEST = "latest"


@click.command("tags", cls=PassingOn)
@click.argument("image", shell_complete=complete_image)
@click.argument("output_sha", metavar="OUTPUT_SHA|latest")
@registry_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_obj
def command(
    folder: Path, image: str, output_sha: str, access: RegistryAccess, as_json: bool
) -> None:
    """List the commits whose image is the one tagged OUTPUT_SHA, one commit id a line.

    They are found by digest: every commit tag that names the same image counts. `latest` stands
    for the image as the project defines it now. Options for Nix go after `--`.
    """
    # They load the definitions, for which it is early enough once the words are understood.
    from nixgen.cli.oci import built_name, find_output_sha
    from nixgen.cli.workspace import bring_up_to_date, selected

    options = passed_on_to_nix()
    project = bring_up_to_date(folder)
    [attribute] = selected(project, [image])
    name = built_name(project, attribute)
    if output_sha == LATEST:
        output_sha = find_output_sha(folder, project, attribute, options)
    repository = access.registry.repository(name)
    found = find_commits(access.client, repository, name, output_sha)
    if found is None:
        raise RegistryError(
            f"{access.registry.host}/{repository}: the registry has no tag {output_sha}\n"
            f"  `nixgen push {attribute}` puts it there"
        )
    if as_json:
        shown = {
            "image": attribute,
            "repository": f"{access.registry.host}/{repository}",
            "outputSha": output_sha,
            "digest": found.digest,
            "commitIds": found.commit_ids,
        }
        click.echo(json.dumps(shown, indent=2))
    else:
        for commit_id in found.commit_ids:
            click.echo(commit_id)
