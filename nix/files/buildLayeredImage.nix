/**
  An image of layers, as `dockerTools.buildLayeredImage` makes it, with files of one's own.

  # Inputs

  Those of `dockerTools.buildLayeredImage`, and

  `files`
  : what lies where in the image: by its absolute path a set with `source` (a path, such as
    `projectSource` gives) or `text`, and perhaps `mode` (bits, of files; folders may be entered
    wherever they may be read) and `owner` (a number or name, perhaps with a colon and the group's)

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

  files = checks.checkFiles "lib.buildLayeredImage: image ${checks.show (arguments.name or null)}" (
    arguments.files or { }
  );

  given = removeAttrs arguments [ "files" ];

  numbers = {
    root = "0";
    nobody = "65534";
  };
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

  commands =
    builtins.readFile ./place.sh + lib.concatMapStrings toCommand (builtins.attrNames files);

  references = reference.toReferences (
    lib.concatMapStringsSep "\n" (file: file.text or "") (builtins.attrValues files)
  );
in
pkgs.dockerTools.buildLayeredImage (
  given
  // lib.optionalAttrs (files != { }) {
    files = {
      inherit commands references;
    };
  }
)
