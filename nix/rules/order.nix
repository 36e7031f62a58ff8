/**
  What can be wrong with the order of services.
*/
let
  inherit (builtins)
    attrNames
    elem
    filter
    ;
in
{
  /**
    Names that stand in a cycle of `after`, in their order, the first one also at the end; empty if
    there is no cycle.

    # Type

        findCycle :: { name -> [name] } -> [name]
  */
  findCycle =
    after:
    let
      # Take away, again and again, what waits for nothing that is left.
      prune =
        left:
        let
          free = filter (name: !builtins.any (other: left ? ${other}) left.${name}) (attrNames left);
        in
        if free == [ ] then left else prune (removeAttrs left free);

      # Whatever is left now waits for something that is left: following it runs into a cycle.
      left = prune after;
      follow =
        path: name:
        if elem name path then
          dropUntil name path ++ [ name ]
        else
          follow (path ++ [ name ]) (builtins.head (filter (other: left ? ${other}) left.${name}));
      dropUntil =
        name: path: if builtins.head path == name then path else dropUntil name (builtins.tail path);
    in
    if left == { } then [ ] else follow [ ] (builtins.head (attrNames left));

  /**
    The names that are there more than once.
  */
  findRepeated =
    names:
    attrNames (
      removeAttrs (builtins.groupBy (name: name) names) (
        filter (name: builtins.length (filter (other: other == name) names) == 1) names
      )
    );
}
