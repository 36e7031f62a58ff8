/**
  An image of layers, as `dockerTools.buildLayeredImage` makes it, with files of one's own.

  # Inputs

  Those of `dockerTools.buildLayeredImage`, and

  `files`
  : what lies where in the image: by its absolute path a set with `source` (a path, such as
    `projectSource` gives) or `text`, and perhaps `mode` (bits, of files; folders may be entered
    wherever they may be read) and `owner` (a number or name, perhaps with a colon and the group's)

  `users`
  : numbers by the names of users, beside root and nobody

  `writable`
  : by its absolute path the user of a folder, who may write to it, as may the group root: that is
    whoever starts a container with a number of his own, as OpenShift does

  They have a layer of their own, where the package set can make one, so that a change of them sends
  nothing else; in nixpkgs they are in the last layer. A folder joins one that is there.

  # Example

      buildLayeredImage {
        name = "site";
        files."/srv/www".source = ../../www;
        files."/etc/site.conf" = { text = "workers=4\n"; mode = 416; owner = "33"; };
      }
*/
{
  checks,
  pkgs,
  reference,
}:
arguments:
let
  inherit (pkgs) lib;

  users = arguments.users or { };
  writable = arguments.writable or { };

  files =
    checks.checkFiles "lib.buildLayeredImage: image ${checks.show (arguments.name or null)}" users
      (arguments.files or { });

  given = removeAttrs arguments [
    "files"
    "users"
    "writable"
  ];

  numbers = {
    root = "0";
    nobody = "65534";
  }
  // lib.mapAttrs (_: toString) users;
  toNumbers =
    owner:
    let
      parts = map (part: numbers.${part} or part) (lib.splitString ":" owner);
    in
    "${builtins.head parts}:${lib.last parts}";

  toOctal =
    number:
    if number < 8 then toString number else toOctal (number / 8) + toString (number - number / 8 * 8);

  # Read is 0444, and to enter 0111.
  toFolderMode = mode: builtins.bitOr mode (builtins.bitAnd mode 292 / 4);

  toCommand =
    target:
    let
      file = files.${target};
      source = if file ? text then pkgs.writeText "file" file.text else file.source;
      mode = file.mode or null;
      modes =
        if mode == null then
          [
            ""
            ""
          ]
        else
          [
            (toOctal mode)
            (toOctal (toFolderMode mode))
          ];
      words = [
        target
        "${source}"
        (toNumbers (file.owner or "root"))
      ];
    in
    "place ${lib.escapeShellArgs (words ++ modes)}\n";

  toFolderCommand =
    folder:
    "place_folder ${
      lib.escapeShellArgs [
        folder
        numbers.${writable.${folder}}
      ]
    }\n";

  commands =
    builtins.readFile ./place.sh
    + lib.concatMapStrings toCommand (builtins.attrNames files)
    + lib.concatMapStrings toFolderCommand (builtins.attrNames writable);

  references = reference.toReferences (
    lib.concatMapStringsSep "\n" (file: file.text or "") (builtins.attrValues files)
  );
in
pkgs.dockerTools.buildLayeredImage (
  given
  // lib.optionalAttrs (files != { } || writable != { }) {
    files = {
      inherit commands references;
    };
  }
)
