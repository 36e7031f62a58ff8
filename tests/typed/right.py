"""Definitions that a type checker has nothing to say against."""

from nixgen import (
    DebianPackageSet,
    File,
    Fluentd,
    Hydra,
    Image,
    Jobset,
    JobsetInput,
    LayeredImage,
    Project,
    Service,
    Source,
    docker_images,
    pkgs,
)

packages = [pkgs.busybox, pkgs["ca-certificates"]]

services = [
    Service(name="a", command=["sleep", pkgs.seconds], one_shot=True),
    Service(name="b", command=f"{pkgs.b}/bin/b", after=["a"], ready={"port": 80}, user="app"),
]

project = Project(
    images={
        "files": LayeredImage(name="files", contents=packages, config={"Cmd": ["x"]}),
        "web": Image(
            name="web",
            services=services,
            from_image=docker_images.files,
            users={"app": 1000},
            files={"/a": "./a", "/b": File(text="b", mode=0o640)},
            environment={"A": "b"},
            on_failure="exit",
        ),
        "log": Image(name="log", command="true", fluentd=Fluentd(source=Source(type="stdout"))),
    },
    package_set=DebianPackageSet(
        packages=("nginx", "jq"), architectures=["amd64"], mirrors={"debian": ["http://x"]}
    ),
    hydra=Hydra(
        repository="https://example.org/x",
        jobsets={
            "main": Jobset(state="one-shot", inputs={"x": JobsetInput(type="git", value="y")})
        },
    ),
)
