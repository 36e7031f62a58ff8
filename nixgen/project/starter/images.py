"""The images of this project. `nixgen build` makes them, `nixgen run hello` starts one."""

from nixgen import Image, Project, pkgs

project = Project(
    images={
        "hello": Image(
            name="hello",
            command=f"{pkgs.busybox}/bin/busybox httpd -f -v -p 8080 -h {pkgs.greeting}",
        ),
    },
)
