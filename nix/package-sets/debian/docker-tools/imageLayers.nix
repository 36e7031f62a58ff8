/**
  The program that knows layers by the rules of the OCI image specification, and what runs it, as
  environment variables of a builder.
*/
{ pkgs }:
{
  imageLayers = builtins.path {
    name = "image-layers";
    path = ./python;
    filter = path: _: baseNameOf path != "__pycache__";
  };
  python = "${pkgs.python3}/bin/python3";
}
