# The images that the tests of services run. Each attribute says what its services are for.
{
  lock,
  pkgs ? import ../../nix/package-sets/debian { inherit lock; },
  perp ? null,
  # JSON: strings that break what takes them for code.
  hostile ? "",
  # JSON: services with name, oneShot and after.
  stress ? "[ ]",
}:
let
  library = import ../../nix { inherit pkgs; };
  lib = if perp == null then library else library.override { inherit perp; };

  # Write down as whom, where and with what environment it runs, then stay.
  record = pkgs.writeShellScriptBin "record" ''
    report=/tmp/record.$1
    shift
    { id -un; id -gn; id -G; pwd; umask; ls -ld "$HOME" | cut -c 1-10; } >"$report.facts"
    env -0 >"$report.variables"
    printf '%s\0' "$@" >"$report.arguments"
    mv "$report.facts" "$report"
    exec sleep 1000000
  '';
  toRecord = name: "${record}/bin/record ${name}";

  ignoreTerm = ''trap "" TERM; while true; do sleep 0.2; done'';
in
{
  # Users of the definition and of the parent image, and folders that they may write to.
  users = lib.buildImageWithPerps {
    name = "test/users";
    fromImage = pkgs.dockerTools.buildLayeredImage {
      name = "test/parent-with-users";
      fromImage = lib.baseImage;
      extraCommands = ''
        mkdir -p etc home/worker
        printf 'root:x:0:0:root:/root:/bin/sh\nworker:x:777:778::/home/worker:/bin/sh' >etc/passwd
        printf 'root:x:0:\nworkers:x:778:\nhelpers:x:900:root,worker,other\nrest:x:901:coworker\n' >etc/group
      '';
    };
    users = {
      app = 1000;
      other = 2000;
    };
    files."/etc/app.conf" = {
      text = "of app";
      owner = "app:other";
      mode = 416;
    };
    fakeRootCommands = "mkdir -p srv && chown 5:6 srv";
    services = [
      {
        name = "app";
        user = "app";
        writable = [
          "/var/lib/app"
          "/var/log/app files"
        ];
        preStartScript = ''echo written >/var/lib/app/file; echo written >"/var/log/app files/log"'';
        command = toRecord "app";
      }
      {
        name = "other";
        user = "other";
        command = toRecord "other";
      }
      {
        name = "worker";
        user = "worker";
        command = toRecord "worker";
      }
      {
        name = "nobody";
        writable = [ "/var/lib/nobody" ];
        command = "touch /var/lib/nobody/it; ${toRecord "nobody"}";
      }
    ];
  };

  unknownUser = lib.buildImageWithPerp {
    name = "test/unknown-user";
    user = "bob";
    command = toRecord "bob";
  };

  # What is up is not ready: an answer, a port, a file, a command, and one that never ends.
  ready = lib.buildImageWithPerps {
    name = "test/ready";
    config.ExposedPorts."8080/tcp" = { };
    services = [
      {
        name = "web";
        preStartScript = "mkdir -p /tmp/www && echo well >/tmp/www/health && sleep 4";
        command = "exec /bin/busybox httpd -f -p 8080 -h /tmp/www";
        ready = {
          port = 8080;
          http = "/health";
        };
        onUnready = "restart";
      }
      {
        name = "port";
        command = "exec /bin/busybox nc -ll -p 8081 -e true";
        ready.port = 8081;
      }
      {
        name = "file";
        command = "sleep 1000000";
        ready.file = "/tmp/file is there";
      }
      {
        name = "command";
        environment.ANSWER = "a b";
        command = "sleep 1000000";
        ready.command = ''test "$ANSWER" = "a b" && id -un >/tmp/asked && test "$PWD" = /'';
      }
      {
        name = "hangs";
        user = "root";
        command = "sleep 1000000";
        ready = {
          command = "sleep 987654 & sleep 987654; true";
          timeout = 1;
        };
      }
    ]
    ++
      map
        (other: {
          name = "after-${other}";
          after = [ other ];
          command = "/bin/busybox wget -qO- http://127.0.0.1:8080/health >/tmp/after-${other} 2>&1; sleep 1000000";
        })
        [
          "web"
          "port"
          "file"
          "command"
          "hangs"
        ];
  };

  # How long services may take, and when they run.
  limits = lib.buildImageWithPerps {
    name = "test/limits";
    stopGracePeriod = 20;
    services = [
      {
        name = "endless";
        oneShot = true;
        timeLimit = 1;
        command = "sleep 1000000 & ${ignoreTerm}";
      }
      {
        name = "crashing";
        maxRestartDelay = 4;
        command = "exit 3";
      }
      {
        name = "each-minute";
        oneShot = true;
        schedule = "* * * * *";
        command = "date +%S >>/tmp/minutes";
      }
      {
        name = "by-interrupt";
        stopSignal = "SIGINT";
        command = ''trap "echo interrupted; exit 0" INT; trap "echo terminated" TERM; while true; do sleep 0.1; done'';
      }
      {
        name = "stubborn";
        stopTimeout = 1;
        command = ignoreTerm;
      }
    ];
  };

  # Users, variables, folders, pre-start scripts and shell lines.
  surroundings = lib.buildImageWithPerps {
    name = "test/surroundings";
    config.WorkingDir = "/usr";
    config.Env = [
      "OF_CONFIG=config"
      "OF_IMAGE=config"
    ];
    environment = {
      OF_IMAGE = "image";
      OF_SERVICE = "image";
      OF_CONTAINER = "image";
    };
    services = [
      {
        name = "nobody";
        command = toRecord "nobody";
      }
      {
        name = "root";
        user = "root";
        command = toRecord "root";
      }
      {
        name = "variables-of-file";
        command = toRecord "variables-of-file";
        environmentFile = "${pkgs.writeText "environment" "LOG_DEBUG=1\nPORT1=1\nPORT2=2\nPORT3=3\n"}";
      }
      {
        name = "variables-of-service";
        environment = {
          OF_SERVICE = "service";
          OF_CONTAINER = "service";
          OF_CONTAINER_TOO = "service";
          PATH = "/bin:/opt/bin";
          READ = "service";
        };
        preStartScript = ''
          export READ="$OF_SERVICE, read"
        '';
        command = toRecord "variables-of-service";
      }
      {
        name = "variables-of-pre-start";
        preStartScript = ''
          export EXPORTED="by the pre-start script"
          id -un >/tmp/pre-start.user
          cd /etc
        '';
        command = toRecord "variables-of-pre-start";
      }
      {
        name = "file-of-pre-start";
        preStartScript = ''
          echo 'MADE=just now' >/tmp/made
          export MADE=before OTHER=kept
        '';
        environmentFile = "/tmp/made";
        command = toRecord "file-of-pre-start";
      }
      {
        name = "folder-of-variables";
        preStartScript = ''
          mkdir /tmp/variables && cd /tmp/variables
          echo ' first \n ' >ONE; echo 'second line' >>ONE; touch HOME
        '';
        environmentFile = "/tmp/variables";
        command = toRecord "folder-of-variables";
      }
      {
        name = "folder";
        chdir = "/var";
        preStartScript = "pwd >/tmp/pre-start.folder";
        command = toRecord "folder";
      }
      {
        name = "failing-pre-start";
        preStartScript = ''
          false
          echo not reached
        '';
        command = "touch /tmp/failing-pre-start; ${toRecord "failing-pre-start"}";
      }
      {
        name = "arguments";
        command = [
          "${record}/bin/record"
          "arguments"
          "two words"
          "$HOME"
          "it's"
          "; id"
          ""
        ];
      }
      {
        name = "shell-lines";
        command = ''
          who() { id -un >"/tmp/line.$1"; }
          who 1 | who 2; who 3 && who 4; false || who 5; (who 6) & wait
          echo "$(id -un) `id -un`" >/tmp/line.7
          X="a  b" sh -c 'echo "$X it'"'"'s"' >/tmp/line.8
          printf '%s' "$HOME" '$HOME' >/tmp/line.9
          cat <<EOF >/tmp/line.10
          $USER
          EOF
          exec sleep 1000000
        '';
      }
      {
        name = "assignment";
        command = "X=1 Y='2 3' ${toRecord "assignment"}";
      }
    ];
  };

  # Oneshots, and what waits for what.
  order = lib.buildImageWithPerps {
    name = "test/order";
    services = [
      {
        name = "slow-oneshot";
        oneShot = true;
        command = "echo slow-oneshot starts; sleep 5; echo slow-oneshot ends";
      }
      {
        name = "after-slow-oneshot";
        after = [ "slow-oneshot" ];
        command = "echo after-slow-oneshot starts; sleep 1000000";
      }
      {
        name = "oneshot-after-oneshot";
        after = [ "slow-oneshot" ];
        oneShot = true;
        command = "echo oneshot-after-oneshot starts";
      }
      {
        name = "first";
        command = "echo first starts; sleep 1000000";
      }
      {
        name = "second";
        after = [ "first" ];
        command = "echo second starts; sleep 1000000";
      }
      {
        name = "third";
        after = [ "second" ];
        command = "echo third starts; sleep 1000000";
      }
      {
        name = "broken";
        command = "sleep 0.5; false";
      }
      {
        name = "after-broken";
        after = [ "broken" ];
        command = "echo after-broken starts; sleep 1000000";
      }
      {
        name = "oneshot-with-more-than-31-characters";
        oneShot = true;
        command = "echo long oneshot runs";
      }
      {
        name = "failing-oneshot";
        oneShot = true;
        command = "echo failing-oneshot runs; test -e /tmp/repaired || exit 3";
      }
      {
        name = "after-failing-oneshot";
        after = [ "failing-oneshot" ];
        command = "echo after-failing-oneshot starts; sleep 1000000";
      }
      {
        name = "endless-oneshot";
        oneShot = true;
        command = "echo endless-oneshot starts; sleep 1000000";
      }
    ];
  };

  # What makes stopping hard.
  stop = lib.buildImageWithPerps {
    name = "test/stop";
    services =
      let
        tell = name: "trap 'echo ${name} stops; exit 0' TERM; while true; do sleep 0.1; done";
      in
      [
        {
          name = "lower";
          command = tell "lower";
        }
        {
          name = "middle";
          after = [ "lower" ];
          command = tell "middle";
        }
        {
          name = "upper";
          after = [ "middle" ];
          command = tell "upper";
        }
        {
          name = "endless-oneshot";
          oneShot = true;
          command = "sleep 1000000";
        }
        {
          name = "waiting";
          after = [ "endless-oneshot" ];
          command = "sleep 1000000";
        }
        {
          name = "crashing";
          command = "exit 1";
        }
        {
          name = "pipeline";
          command = "sleep 1000000 | sleep 1000000";
        }
      ];
  };

  stubborn = lib.buildImageWithPerps {
    name = "test/stubborn";
    stopGracePeriod = 2;
    services = [
      {
        name = "lower";
        command = "trap 'echo lower stops; exit 0' TERM; while true; do sleep 0.1; done";
      }
      {
        name = "stubborn";
        after = [ "lower" ];
        command = ignoreTerm;
      }
      {
        name = "stubborn-child";
        after = [ "lower" ];
        command = "(${ignoreTerm}) & sleep 1000000";
      }
    ];
  };

  # Failures, and how they are seen.
  failing = lib.buildImageWithPerps {
    name = "test/failing";
    services = [
      {
        name = "sound";
        command = "(trap '' TERM; sleep 1000000) & sleep 1000000 | sleep 1000000";
      }
      {
        name = "unsound";
        command = "test -e /tmp/repaired && exec sleep 1000000; exit 3";
      }
      {
        name = "oneshot";
        oneShot = true;
        command = "test -e /tmp/repaired";
      }
      {
        name = "waiting";
        after = [ "oneshot" ];
        command = "sleep 1000000";
      }
    ];
  };

  # What would be silent: what ends well again and again, daemons, oneshots without an end, processes
  # of others.
  silent = lib.buildImageWithPerps {
    name = "test/silent";
    services = [
      {
        name = "brief";
        command = "exit 0";
      }
      {
        name = "daemon";
        command = "setsid sleep 1000000 & exec sleep 1";
      }
      {
        name = "root-daemon";
        user = "root";
        command = "setsid sleep 1000000 & exec sleep 1";
      }
      {
        name = "endless";
        oneShot = true;
        command = "sleep 1000000";
      }
      {
        name = "waiting";
        after = [ "endless" ];
        command = "sleep 1000000";
      }
      {
        name = "lines";
        preStartScript = ''
          printf '\357\273\277FIRST=1\nPLAIN=2\n export  THIRD = 3\nexport=4\n' >/tmp/lines
        '';
        environmentFile = "/tmp/lines";
        command = "sleep 1000000";
      }
    ];
  };

  protected = lib.buildImageWithPerp {
    name = "test/protected";
    user = "root";
    command = "${pkgs.runit}/bin/chpst -u :65534:65534 sh -c 'trap \"\" TERM; while true; do sleep 1; done' & exec sleep 1000000";
  };

  exiting = lib.buildImageWithPerps {
    name = "test/exiting";
    services = [
      {
        name = "failing";
        onFailure = "exit";
        maxFailures = 3;
        command = "echo run $(cat /tmp/runs); echo one more >>/tmp/runs; exit 7";
      }
      {
        name = "other";
        command = "trap 'echo other stops; exit 0' TERM; while true; do sleep 0.1; done";
      }
    ];
  };

  exitingOneshot = lib.buildImageWithPerp {
    name = "test/exiting-oneshot";
    oneShot = true;
    onFailure = "exit";
    command = "kill -KILL $$";
  };

  # Whatever a command, a script or a path holds.
  hostile =
    let
      inherit (builtins.fromJSON hostile) values folders;
      toService = index: folder: {
        name = "folder-${toString index}";
        preStartScript = ''
          mkdir -p ${lib.escapeShellArg "/tmp/folders/${folder}"}
          echo PLACED=yes >${lib.escapeShellArg "/tmp/folders/${folder}/environment"}
        '';
        environmentFile = "/tmp/folders/${folder}/environment";
        chdir = "/tmp/folders/${folder}";
        command = ''test "$PLACED" = yes && pwd >here && exec sleep 1000000'';
      };
      # Shell that leaves something open, or ends.
      toLine = index: open: {
        name = "line-${toString index}";
        oneShot = true;
        command = "${open}touch /tmp/touched";
      };
      toPreStart = index: open: {
        name = "pre-start-${toString index}";
        oneShot = true;
        preStartScript = "${open}touch /tmp/touched";
        command = "touch /tmp/touched";
      };
      toVariables =
        kind:
        lib.listToAttrs (lib.imap0 (index: lib.nameValuePair "${kind}_${toString index}") values);
      opens = [
        "cat <<EOF\n"
        "exit 0; "
        "true ||\n"
      ];
    in
    lib.buildImageWithPerps {
      name = "test/hostile";
      environment = toVariables "IMAGE";
      services = [
        {
          name = "variables";
          environment = toVariables "SERVICE";
          command = toRecord "variables";
        }
        {
          name = "arguments";
          command = [ "${record}/bin/record" "arguments" ] ++ values;
        }
        {
          name = "line";
          command = "${toRecord "line"} ${lib.escapeShellArgs values}";
        }
        {
          name = "long";
          command = "# ${lib.concatStrings (lib.genList toString 40000)}\nexec ${toRecord "long"} arrived";
        }
      ]
      ++ lib.imap0 toService folders
      ++ lib.imap0 toLine opens
      ++ lib.imap0 toPreStart opens;
    };

  # What is no valid shell.
  unreadable = lib.genAttrs [ "command" "preStartScript" ] (
    argument:
    lib.buildImageWithPerp (
      {
        name = "test/unreadable";
        command = "true";
      }
      // {
        ${argument} = hostile;
      }
    )
  );

  # Many services in a random order. Each appends what happens to it, and when, to /events/log.
  stress =
    let
      event = pkgs.writeShellScriptBin "event" ''
        read -r uptime _ </proc/uptime
        echo "$1 $2 $uptime" >>/events/log
      '';
      toCommand =
        service:
        if service.oneShot then
          "event ${service.name} starts; sleep 0.3; event ${service.name} ends"
        else
          ''
            event ${service.name} starts
            trap 'event ${service.name} ends; exit 0' TERM
            while true; do sleep 1000000 & wait; done
          '';
    in
    lib.buildImageWithPerps {
      name = "test/stress";
      contents = [ event ];
      services = map (service: service // { command = toCommand service; }) (
        builtins.fromJSON stress
      );
    };

  # A service of each kind, on parents of all kinds. No command needs a PATH, or anything of a parent.
  anywhere =
    let
      busybox = "${pkgs.busybox}/bin/busybox";
      # It opens its outputs by all their names, and does not end by itself.
      tell = name: ''
        echo ${name} starts >/dev/stdout
        echo ${name} complains >>/dev/stderr
        echo ${name} counts >/proc/self/fd/1
        trap 'echo ${name} stops; exit 0' TERM
        while true; do ${busybox} sleep 1000000 & wait; done
      '';
      onParent =
        fromImage:
        lib.buildImageWithPerps {
          name = "test/anywhere";
          inherit fromImage;
          contents = [ pkgs.busybox ];
          services = [
            {
              name = "prepare";
              oneShot = true;
              command = [
                busybox
                "sh"
                "-c"
                "${busybox} id -u; { cat /proc/$$/environ >/tmp/variables; } 2>/dev/null; true"
              ];
            }
            {
              name = "lower";
              after = [ "prepare" ];
              command = tell "lower";
            }
            {
              name = "upper";
              user = "root";
              after = [ "lower" ];
              command = tell "upper";
            }
            {
              name = "plain";
              command = "${busybox} sleep 1000000";
            }
            {
              name = "pre-started";
              preStartScript = "umask 077";
              command = [
                busybox
                "sh"
                "-c"
                "{ cat /proc/$$/environ >/tmp/variables-after-pre-start; } 2>/dev/null; exec sleep 1000000"
              ];
            }
          ];
        };
      parents = {
        base = "mkdir -p -m 1777 tmp; mkdir etc run var; ln -s /run var/run";
        withoutLastNewline = ''
          mkdir -p -m 1777 tmp; mkdir etc
          printf 'root:x:0:0:root:/root:/bin/sh\nsync:x:4:65534:sync:/bin:/bin/sync' >etc/passwd
          printf 'root:x:0:\nstaff:x:50:' >etc/group
        '';
        withOtherNobody = ''
          mkdir -p -m 1777 tmp; mkdir etc
          printf 'root:x:0:0::/root:/bin/sh\nnobody:x:99:98::/:/bin/false' >etc/passwd
        '';
        withLinkedUsers = ''
          mkdir -p -m 1777 tmp; mkdir -p etc usr/etc
          printf 'root:x:0:0::/root:/bin/sh\n' >usr/etc/passwd
          ln -s ../usr/etc/passwd etc/passwd
        '';
        withoutFolders = "mkdir etc && echo empty >etc/hostname";
        withFileAsRun = "mkdir var && echo file >var/run";
        withDanglingRun = "mkdir var && ln -s ../nowhere/run var/run";
        withRunFolder = "mkdir -p -m 1777 tmp; mkdir -p var/run";
        withOtherLibrary = ''
          mkdir -p -m 1777 tmp; mkdir opt
          # It needs a C library that is not there, as one from another distribution does.
          ${pkgs.python3}/bin/python3 -c '
          data = open("${pkgs.coreutils.lib}/libacl.so.1", "rb").read()
          open("opt/other.so", "wb").write(data.replace(b"libc.so.6", b"libq.so.6"))
          '
        '';
      };
    in
    lib.mapAttrs (
      name: extraCommands:
      onParent (
        pkgs.dockerTools.buildLayeredImage {
          name = "test/parent";
          inherit extraCommands;
        }
      )
    ) parents;

  # A parent with no shell, no users and none of the usual folders; and one laid out like Debian.
  onEmptyParent = lib.buildImageWithPerp {
    name = "test/on-empty-parent";
    fromImage = pkgs.dockerTools.buildLayeredImage {
      name = "test/empty";
      extraCommands = "mkdir etc && echo empty >etc/hostname";
    };
    environmentFile = "${pkgs.writeText "environment" "A=1\n"}";
    command = toRecord "on-empty-parent";
    contents = [ pkgs.busybox ];
  };

  onMergedParent = lib.buildImageWithPerp {
    name = "test/on-merged-parent";
    fromImage = pkgs.dockerTools.buildLayeredImage {
      name = "test/merged";
      config.Env = [ "PATH=/opt/tool/bin:/usr/bin" ];
      extraCommands = ''
        mkdir -p usr/bin usr/sbin usr/lib opt/tool/bin etc var/run tmp
        ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib
        cp ${pkgs.busybox}/bin/busybox usr/bin/busybox
        for applet in sh id ls readlink sleep; do ln -s busybox usr/bin/$applet; done
        printf '#!/bin/sh\necho the tool of the parent\n' >opt/tool/bin/tool
        chmod +x opt/tool/bin/tool
        printf 'root:x:0:0::/root:/bin/sh\nnobody:x:99:99::/:/bin/false\n' >etc/passwd
      '';
    };
    command = "tool; id -u; ls -d /bin/sh; sleep 1000000";
  };
}
