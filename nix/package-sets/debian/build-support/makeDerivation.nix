/**
  A derivation with the attributes that nixpkgs' derivations have besides.

  # Inputs

  `environment`
  : the builder's environment variables

  `passthru`
  : attributes of the result that are not part of the derivation
*/
{ system }:
{
  name,
  builder,
  args,
  environment ? { },
  passthru ? { },
  meta ? { },
}:
derivation (
  environment
  // {
    inherit
      args
      builder
      name
      system
      ;
  }
)
// {
  inherit meta passthru;
}
// passthru
