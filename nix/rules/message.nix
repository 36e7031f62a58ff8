/**
  The one form of a refusal: where, what was expected, what was given, and how to mend it.

  # Type

      message :: String -> Problem -> String
*/
where: found:
let
  service = if found ? service then ", service ${import ./show.nix found.service}" else "";
  place = where + service + (if where == "" then "" else ": ") + found.path;
  given = found.said or (import ./show.nix found.given);
  remedy = if found.remedy == null then "" else "\n  ${found.remedy}";
in
"${place}: expected ${found.expected}, got ${given}${remedy}"
