"""The images of this repository: every use that the documentation shows, each running for real.

The tests build them all and look at what they do; packages.nix holds the programs they run.
"""

from nixgen import Filter, Fluentd, Image, LayeredImage, Project, Service, Source, pkgs

image_environment = pkgs.writeTextFile(name="env", text="LOG_DEBUG=1\nGREETING=good morning\n")

project = Project(
    images={
        # One service: a command that runs under perp as nobody.
        "locksmithWorker": Image(
            name="locksmith/worker",
            command=f"{pkgs.locksmith}/bin/vault-fernet-locksmith",
            pre_start_script="",
        ),
        # Two services, the second of which talks to the first.
        "gremlinServer": Image(
            name="gremlin/server",
            services=[
                Service(
                    name="gremlin-server",
                    pre_start_script="mkdir -p /tmp/graph && echo 'v1 v2 v3' > /tmp/graph/vertices",
                    command=f"{pkgs.gremlinServer}/bin/gremlin-server /tmp/graph",
                ),
                Service(
                    name="gremlin-sync",
                    pre_start_script="export GREMLIN_URL=http://127.0.0.1:8182/vertices",
                    command=f"{pkgs.gremlinSync}/bin/gremlin-sync",
                ),
            ],
        ),
        # An order: a one-shot service prepares the data of the server that waits for it.
        "orderedServices": Image(
            name="example/ordered",
            services=[
                Service(
                    name="prepare",
                    pre_start_script="mkdir -p /tmp/site",
                    command='echo "the site was made $(date)" > /tmp/site/index.html',
                    one_shot=True,
                ),
                Service(
                    name="server",
                    command=["busybox", "httpd", "-f", "-p", "8080", "-h", "/tmp/site"],
                    after=["prepare"],
                ),
                Service(
                    name="client",
                    command="while sleep 1; do busybox wget -qO- http://127.0.0.1:8080/; done",
                    after=["server"],
                ),
            ],
        ),
        # A service that runs as root.
        "rootService": Image(
            name="example/root",
            command="while true; do id -un; sleep 5; done",
            user="root",
        ),
        # A service with an environment file and a working directory.
        "environment": Image(
            name="example/environment",
            command='while true; do echo "debug $LOG_DEBUG, $GREETING from $PWD"; sleep 5; done',
            environment_file=f"{image_environment}",
            chdir="/tmp",
        ),
        # Files without a supervisor.
        "staticFiles": LayeredImage(
            name="example/static",
            contents=[pkgs.busybox, pkgs.greeting],
            config={"Cmd": ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/"]},
        ),
        # Its output goes to fluentd. Where its gems are not at hand, builds of all images
        # leave it and those below out; their configurations are made all the same.
        "gremlinFsck": Image(
            name="gremlin/fsck",
            command=f"{pkgs.gremlinFsck}/bin/gremlin-fsck",
            fluentd=Fluentd(source=Source(type="stdout")),
            optional=True,
        ),
        # Two services, the logs of one of which have a format.
        "serviceLogs": Image(
            name="example/service-logs",
            services=[
                Service(
                    name="service1",
                    command=f"{pkgs.service1}/bin/service1",
                    fluentd=Fluentd(source=Source(type="stdout")),
                ),
                Service(
                    name="service2",
                    command=f"{pkgs.service2}/bin/service2",
                    fluentd=Fluentd(
                        source=Source(
                            type="stdout",
                            time_format="%H:%M:%S.%L",
                            format=r"/^(?<time>[^ ]+) (?<classname>[^ ]+) "
                            r"\[(?<level>[^\]]+)\] (?<message>.*)$/",
                        )
                    ),
                ),
            ],
            optional=True,
        ),
        # Another source than what is printed, and a filter of its events.
        "syslogEvents": Image(
            name="example/syslog-events",
            services=[
                Service(
                    name="service2",
                    command=f"{pkgs.service2}/bin/service2",
                    fluentd=Fluentd(
                        source=Source(type="syslog", port=1234, with_priority=False),
                        filters=[
                            Filter(type="grep", regexp={"key": "message", "pattern": "cool"}),
                        ],
                    ),
                ),
            ],
            optional=True,
        ),
        # Sections of one name, in a filter of all events.
        "filteredEvents": Image(
            name="example/filtered-events",
            command=f"{pkgs.service1}/bin/service1",
            fluentd=Fluentd(
                source=Source(type="stdout"),
                filters=[
                    Filter(
                        type="grep",
                        tag="**",
                        regexp=[
                            {"key": "message", "pattern": "cool"},
                            {"key": "hostname", "pattern": r"^web\d+\.example\.com$"},
                        ],
                    ),
                ],
            ),
            optional=True,
        ),
    },
)
