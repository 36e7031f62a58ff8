"""Twelve mistakes that a type checker finds before anything runs; each line says what it is."""

from nixgen import (
    DebianPackageSet,
    Fluentd,
    Image,
    Jobset,
    JobsetInput,
    LayeredImage,
    Project,
    PulledImage,
    Service,
    pkgs,
)

Image(nmae="a", command="true")  # a wrong name
Image(name="a", command="true", preStartScript="x")  # a name of Nix
Service("a", command="true")  # no name
Service(name="a", command="true", after="b")  # a string where a list is meant
LayeredImage(name="a", contents=pkgs.busybox)  # a package where a list is meant
Image(name="a", command="true", user=1000)  # a user by number
Image(name="a", command="true", on_failure="always")  # an unknown policy
Image(name="a", command="true", max_failures="3")  # a string for a number
Image(name="a", command="true", users={"app": "1000"})  # a string for a user's number
DebianPackageSet(architectures=["x86_64"])  # an unknown architecture
Project(images={"a": Service(name="a", command="true")})  # a service where an image is meant
JobsetInput(type="gti", value="x")  # an unknown type
Jobset(state="on")  # an unknown state
Image(name="a", command="true", environment={"A": 1})  # a number for a string
Image(name="a", services=[Service(name="b")])  # a service without a command
Image(name="a", command="true", fluentd=Fluentd(filters="grep"))  # a string for a list of filters
PulledImage(image_name="a", image_digest="sha256:0")  # no hash
