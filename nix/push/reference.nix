/**
  References: what a string refers to in the store, and by which tags an image is known.
*/
let
  inherit (builtins)
    appendContext
    attrNames
    baseNameOf
    filter
    getContext
    head
    isList
    listToAttrs
    match
    replaceStrings
    split
    storeDir
    substring
    unsafeDiscardStringContext
    ;

  hashLength = 32;

  # Without the hash that the base name of a store path begins with.
  toName =
    path: unsafeDiscardStringContext (substring (hashLength + 1) (-1) (baseNameOf path));

  # "/nix/store/HASH-bash.drv" is the origin of "/nix/store/HASH-bash" and "/nix/store/HASH-bash-doc".
  isOriginOf =
    path: origin:
    let
      derivationName = match "(.*)\\.drv" (toName origin);
      name = toName path;
    in
    if derivationName == null then
      origin == path
    else
      head derivationName == name
      || substring 0 (builtins.stringLength (head derivationName) + 1) name
        == "${head derivationName}-";

  narrow =
    context: path:
    let
      origins = filter (isOriginOf path) (attrNames context);
      kept = listToAttrs (
        map (origin: {
          name = origin;
          value = context.${origin};
        }) origins
      );
    in
    appendContext path (if origins == [ ] then context else kept);
in
{
  /**
    The store paths that a string's text names, sorted, each once and with no more than the context
    that it can have come with.

    # Type

        toReferences :: String -> [String]

    # Example

        toReferences "PATH=${pkgs.jq}/bin exec ${pkgs.bash}/bin/bash"
        => [ "/nix/store/...-bash" "/nix/store/...-jq" ]
  */
  toReferences =
    string:
    let
      pattern = "(${storeDir}/[0-9a-z]{${toString hashLength}}-[-0-9A-Za-z+._?=]+)";
      found = filter isList (split pattern (unsafeDiscardStringContext string));
      paths = attrNames (
        listToAttrs (
          map (groups: {
            name = head groups;
            value = null;
          }) found
        )
      );
    in
    map (narrow (getContext string)) paths;

  /**
    The hash part of an image's output path, which is the tag to deploy.

    # Type

        toOutputSha :: Derivation -> String
  */
  toOutputSha = image: unsafeDiscardStringContext (substring 0 hashLength (baseNameOf image.outPath));

  /**
    The tag from which a commit is found again: a name's slashes become dashes.

    # Type

        toCommitTag :: { commitId, outputSha, imageName } -> String
  */
  toCommitTag =
    {
      commitId,
      outputSha,
      imageName,
    }:
    "${commitId}-${outputSha}-${replaceStrings [ "/" ] [ "-" ] imageName}";
}
