/**
  The jobs of a project, for Hydra and for whoever else builds `jobsets.nix`.

  # Inputs

  `dockerImages`
  : the project's images; those below `pulled` get no jobs

  `imageNames`
  : the images' names by attribute, as far as they are known without looking at the images: layers
    may be taken over from their repositories

  `src`
  : the project's source as Hydra passes it; its `rev` is the commit that is pushed

  `pushToDockerRegistry`
  : whether there are jobs that push

  `registry`, `insecureRegistry`, `certificates`
  : see `pushImage`

  `tags`
  : tags that are put besides the two, such as a version or a branch

  `annotateRevision`
  : whether what is pushed has the commit as the annotation org.opencontainers.image.revision, and so
    a digest of its own for each commit

  `timeout`
  : the seconds that a job may take

  # Output

  `dockerImages.<image>`, `fluentdConf.<image>` and `report.<image>` for every image,
  `pushDockerImages.<image>` when asked for, and `tested`, which succeeds when all but the pushing
  did. Which names there are depends on no image, so that a broken one breaks no other's jobs:
  where an image has no configuration, `fluentdConf.<image>` is null, which is no job. So are the
  others of an image that `leaveOut` has left out.
*/
{
  buildImageReport,
  pkgs,
  pushImage,
}:
{
  dockerImages,
  imageNames ? { },
  src,
  pushToDockerRegistry ? false,
  registry ? "",
  insecureRegistry ? "",
  certificates ? null,
  tags ? [ ],
  annotateRevision ? false,
  timeout ? 36000,
}:
let
  inherit (builtins)
    attrValues
    concatMap
    filter
    mapAttrs
    removeAttrs
    ;
  inherit (pkgs.lib) optionalAttrs take;

  images = removeAttrs dockerImages [ "pulled" ];

  # The jobs of all images that are not left out.
  mapImages =
    toJob: mapAttrs (name: image: if image.leftOut or false then null else toJob name image) images;

  # Images before what is made from them, pushing before reports.
  priorities = {
    image = 100;
    push = 90;
    report = 50;
  };

  toMeta = schedulingPriority: description: { inherit description schedulingPriority timeout; };

  commitId =
    src.rev or (throw ''
      jobsets.nix: src.rev: the commit that is to be pushed is unknown. Hydra passes it with a git input named src; elsewhere pass it:
        --arg src '{ outPath = ./.; rev = "'$(git rev-parse HEAD)'"; }'
    '');

  jobs = {
    dockerImages = mapImages (
      _: image:
      image
      // {
        meta = toMeta priorities.image "The image ${image.imageName}" // image.meta or { };
      }
    );

    fluentdConf = mapAttrs (
      _: image:
      if image.fluentdConf or null == null then
        null
      else
        image.fluentdConf
        // {
          meta = toMeta priorities.image "The fluentd configuration of ${image.imageName}";
        }
    ) images;

    report = mapImages (
      _: image:
      buildImageReport {
        inherit image;
        meta = toMeta priorities.report "The size and the layers of the image ${image.imageName}";
      }
    );
  };

  tested =
    pkgs.runCommand "tested"
      {
        _hydraAggregate = true;
        constituents = filter (job: job != null) (concatMap attrValues (attrValues jobs));
        meta = toMeta priorities.report "All images are built";
      }
      ''
        mkdir -p $out/nix-support
        echo "$constituents" >$out/nix-support/hydra-aggregate-constituents
      '';

  annotations = optionalAttrs annotateRevision {
    "org.opencontainers.image.revision" = commitId;
  };

  # Layers may be taken over from the first of the other images.
  toSiblings = attribute: take mostSiblings (attrValues (removeAttrs imageNames [ attribute ]));

  mostSiblings = 16;

  pushDockerImages = mapImages (
    attribute: image:
    pushImage {
      inherit
        annotations
        certificates
        commitId
        image
        insecureRegistry
        registry
        tags
        ;
      siblings = toSiblings attribute;
      meta = toMeta priorities.push "Push the image ${image.imageName} to the registry";
    }
  );
in
jobs // { inherit tested; } // optionalAttrs pushToDockerRegistry { inherit pushDockerImages; }
