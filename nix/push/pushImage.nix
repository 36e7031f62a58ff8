/**
  A job that pushes an image to a registry, under the tags `<commitId>-<outputSha>-<imageName>`
  and `<outputSha>`, and those that the project has besides.

  It is a fixed-output derivation, which alone may use the network. Its output is a receipt that
  names commit, image and registry, so that it runs once for each. What the registry already has is
  not sent again, and all tags are read back. `nixgen push` does the same by the same client.

  # Inputs

  `image`
  : an image of this library, with its OCI directory as `image.oci`

  `commitId`
  : the commit that the image is built from

  `registry`
  : `[https://]HOST[:PORT][/PATH]`, or several with blanks between them; REGISTRY_URL in the
    environment of the build when it is empty

  `insecureRegistry`
  : the host (with its port) that may be talked to without verified TLS, or several

  `tags`
  : further tags, such as a version or a branch

  `annotations`
  : further annotations of the manifest; they give each push a digest of its own

  `siblings`
  : the names of images whose repositories may have layers of this one, to be taken over from there

  `certificates`
  : a file of certificates in PEM form to trust besides the usual authorities, or null

  The user name and password come from the environment of the build as REGISTRY_USERNAME and
  REGISTRY_PASSWORD, or from the file that REGISTRY_AUTH_FILE names.
*/
{
  checks,
  pkgs,
  reference,
}:
{
  image,
  commitId,
  registry ? "",
  insecureRegistry ? "",
  certificates ? null,
  tags ? [ ],
  annotations ? { },
  siblings ? [ ],
  meta ? { },
}:
let
  inherit (builtins) hashString toJSON;
  inherit (image) imageName;
  outputSha = reference.toOutputSha image;

  commitTag =
    let
      tag = reference.toCommitTag { inherit commitId imageName outputSha; };
    in
    if builtins.match "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}" tag != null then
      tag
    else
      throw "pushImage: commitId: expected one that leaves a tag of at most 128 letters, digits, underscores, dots and dashes, got \"${commitId}\" and with it the tag \"${tag}\"";

  checkedTags = map (
    tag:
    let
      unmet = checks.unmetName "imageTag" tag;
    in
    if unmet == null then tag else throw "pushImage: tags: expected ${unmet}, got ${toJSON tag}"
  ) tags;

  registryClient = import ./registryClient.nix;

  # Not the hash itself: Nix would find in it a reference to the image.
  receipt = ''
    commit ${commitId}
    image ${imageName}
    output ${hashString "sha256" outputSha}
    registry ${if registry == "" then "of the building machine" else registry}
  ''
  + (if tags == [ ] then "" else "tags ${toString checkedTags}\n")
  + (if annotations == { } then "" else "annotations ${toJSON annotations}\n");
in
pkgs.runCommand "push-${builtins.replaceStrings [ "/" ] [ "-" ] imageName}" {
  inherit
    imageName
    insecureRegistry
    receipt
    registry
    siblings
    ;
  inherit (image) oci;
  annotations = toJSON annotations;
  authorities = [
    "${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt"
  ]
  ++ (if certificates == null then [ ] else [ certificates ]);
  tags = [
    commitTag
    outputSha
  ]
  ++ checkedTags;

  PYTHONPATH = registryClient;

  outputHashMode = "flat";
  outputHashAlgo = "sha256";
  outputHash = hashString "sha256" receipt;

  # A receipt from a cache would mean that nothing is pushed.
  allowSubstitutes = false;
  preferLocalBuild = true;
  # nixpkgs' stdenv would write all variables to a file.
  noDumpEnvVars = true;
  impureEnvVars = [
    "ALL_PROXY"
    "HTTPS_PROXY"
    "HTTP_PROXY"
    "NO_PROXY"
    "REGISTRY_AUTH_FILE"
    "REGISTRY_PASSWORD"
    "REGISTRY_URL"
    "REGISTRY_USERNAME"
    "all_proxy"
    "http_proxy"
    "https_proxy"
    "no_proxy"
  ];

  inherit meta;
} "${pkgs.python3}/bin/python3 -Bu ${./pushImage.py}"
