# The project's own packages; definitions name them as pkgs.greeting.
{ pkgs }:

{
  greeting = pkgs.writeTextFile {
    name = "greeting";
    destination = "/index.html";
    text = "Hello from a container that Nix built.\n";
  };
}
