{
  description = "Container images described in Python, built by Nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "aarch64-linux"
        "x86_64-linux"
      ];

      forEachSystem =
        f:
        builtins.listToAttrs (
          map (system: {
            name = system;
            value = f { inherit nixpkgs system; };
          }) systems
        );

      toProject = import ./default.nix;
    in
    {
      # By its name each image is built, also one that builds of all leave out.
      packages = forEachSystem (
        arguments:
        builtins.mapAttrs (_: image: if image.leftOut or false then image { } else image) (
          removeAttrs (toProject arguments).dockerImages [ "pulled" ]
        )
      );

      hydraJobs = forEachSystem (arguments: import ./jobsets.nix (arguments // { src = self; }));

      # The functions that build images, each system with the nixpkgs of this flake. For another set
      # of packages: import "${nixgen}/nix" { inherit pkgs; }.
      lib = forEachSystem (arguments: (toProject arguments).lib);
    };
}
