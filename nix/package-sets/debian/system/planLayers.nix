/**
  Which packages share a layer: each large one has its own, the small ones are grouped by their
  source, whose packages change together.

  # Type

      planLayers :: [Package] -> [{ name, packages }]
*/
{ lib }:
let
  # An image has room for 56 layers, of which its services and their programs need some as well.
  mostLarge = 24;
  groups = 6;

  smallestLarge = 2 * 1024 * 1024;

  digits = "0123456789abcdef";

  toNumber =
    letter: builtins.stringLength (builtins.head (builtins.split letter digits));

  # The name of a package's first part is that of its source nearly always: libpq5, php8.2-fpm.
  toGroup =
    package:
    let
      hash = builtins.hashString "sha256" (
        builtins.head (builtins.match "([a-z]*).*" package.name)
      );
      first = toNumber (builtins.substring 0 1 hash);
    in
    first - groups * (first / groups);

  bySize = packages: builtins.sort (a: b: a.size > b.size) packages;
in
packages:
let
  large = lib.take mostLarge (lib.filter (package: package.size >= smallestLarge) (bySize packages));
  isLarge = lib.genAttrs (map (package: package.name) large) (_: true);
  small = lib.filter (package: !isLarge ? ${package.name}) packages;
in
lib.filter (layer: layer.packages != [ ]) (
  builtins.genList (group: {
    name = "small-${toString group}";
    packages = lib.filter (package: toGroup package == group) small;
  }) groups
)
++ map (package: {
  inherit (package) name;
  packages = [ package ];
}) (builtins.sort (a: b: a.name < b.name) large)
