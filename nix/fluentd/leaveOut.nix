/**
  The images of a project, of which those that are `optional` are left out by whoever builds all,
  where fluentd's gems are not at hand. By its name each is built as ever, and says then what it
  needs:

      nix-build -A dockerImages                # without those that are left out
      nix-build -A dockerImages.gremlinFsck    # which files are needed, of which hashes

  Which names there are depends on no image.

  # Type

      leaveOut :: { image -> Derivation } -> { image -> Derivation or set }

  What is left out is the image as a set that Nix calls when it is named by -A, and that is no
  derivation for whoever looks at all; its attribute `leftOut` is true.
*/
{ fluentdCw }:
let
  toLeftOut =
    name: image:
    builtins.trace
      "dockerImages.${name}: fluentd's gems are not at hand, so builds of all images leave it out"
      (
        removeAttrs image [ "type" ]
        // {
          __functor = _: { }: image;
          leftOut = true;
        }
      );

  isLeftOut = image: image.optional or false && image.fluentdConf != null && !fluentdCw.isAtHand;
in
builtins.mapAttrs (
  name: image: if name != "pulled" && isLeftOut image then toLeftOut name image else image
)
