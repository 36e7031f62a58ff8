# Plan the layers of the store paths in the file `plan`, each on a line of its own with those paths of
# its closure that have layers elsewhere.
#
# Other files: `held` lists the store paths that are below, `sizes` has a line "BYTES FILE" for each
# file of the store paths, and `closure-N` is the closure of line N as Nix describes it: for each
# path a line, its deriver, the number of its references, and these.
#
# A large path, of `least` bytes or more, has a layer of its own, and the small ones share one; where
# they are large together, the path in the plan has one and what it needs another. What the first path
# has is below the others. Writes the list of each layer's paths into the folder `lists` and prints
# its name. With `withApart`, the paths that have layers elsewhere have lists of their own.

FILENAME == "held" { held[$0]; next }

FILENAME == "sizes" {
  split($0, part, "/")
  size["/" part[2] "/" part[3] "/" part[4]] += $1
  next
}

FILENAME == "plan" { planned[FNR] = $0; next }

FNR == 1 { number = substr(FILENAME, 9); field = "path" }
field == "path" { closure[number, ++count[number]] = $0; field = "deriver"; next }
field == "deriver" { field = "count"; next }
field == "count" { left = $1 }
field == "reference" { left-- }
{ field = left > 0 ? "reference" : "path" }

function print_list(paths) {
  if (paths == "") return
  name = lists "/" ++list_count
  printf "%s", paths >name
  close(name)
  print name
}

function plan_layers(number,    path, paths, apart, small, own, needed, sum, i) {
  paths = split(planned[number], path, " ")
  for (i = 2; i <= paths; i++) {
    apart[path[i]]
    if (withApart) print_list(path[i] "\n")
  }
  for (i = 1; i <= count[number]; i++) {
    member = closure[number, i]
    if (member in held || member in apart) continue
    if (number == 1) first[member]
    if (size[member] >= least) print_list(member "\n")
    else {
      sum += size[member]
      small = small member "\n"
      if (member == path[1]) own = member "\n"
      else needed = needed member "\n"
    }
  }
  if (sum < least) print_list(small)
  else {
    print_list(needed)
    print_list(own)
  }
  if (number == 1) {
    for (member in first) held[member]
    for (member in apart) held[member]
  }
}

END {
  least += 0
  for (number = 1; number in planned; number++) plan_layers(number)
}
