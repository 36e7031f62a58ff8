# Plan a folder with the files of several contents, which are read as joinContents.sh lists them. Print
# records that end with a NUL, two by two: `folder` and its place; `file` or `link` and the path of one
# that goes into the folder that the next `into` names, a folder whole and a link as it is; `compare` or
# `refuse`, `with` and `at` for two files that must be the same and the place where they meet, and
# `collide` for those that cannot be.
#
# Folders become one. Of other files at one place the first is taken; unless `collisions` is "first",
# they must be the same. With `keepDirlinks` folders that meet a link to a folder go there.

BEGIN { RS = ORS = "\0" }

{
  rest = $0
  path = next_field()
  kind = next_field()
  source = next_field()
  if (failed || (place = find_place(path)) == "") next
  if (!(place in kinds)) put(place, kind)
  else if (!(kind == "d" && is_folder(place)) && !is_same(place, rest)) collide(place)
}

function next_field(    end, field) {
  end = index(rest, "//")
  field = substr(rest, 1, end - 1)
  rest = substr(rest, end + 2)
  return field
}

# Where a path goes, once the links to folders above it are followed; "" if nothing can go there.
function find_place(path,    folder, name) {
  if (path !~ /\//) return path
  name = path
  sub(/.*\//, "", name)
  folder = to_folder(above(path), 1)
  return folder == "/" ? "" : folder == "" ? name : folder "/" name
}

# The folder that a path is in the end; "" is the root folder, and "/" none. With `make` those of its
# folders that are not there are made.
function to_folder(path, make,    hops, parts, part, i, real, step) {
  for (hops = 0; hops < 40; hops++) {
    parts = split(path, part, "/")
    real = ""
    for (i = 1; i <= parts; i++) {
      if (part[i] == "" || part[i] == ".") continue
      if (part[i] == "..") {
        if (!sub(/\/[^\/]*$/, "", real)) real = ""
        continue
      }
      step = real == "" ? part[i] : real "/" part[i]
      if (make && hops == 0 && !(step in kinds)) put(step, "d")
      if (!(step in kinds)) return "/"
      if (kinds[step] == "l" && keepDirlinks) break
      if (kinds[step] != "d") return "/"
      real = step
    }
    if (i > parts) return real
    path = targets[step] ~ /^\// ? targets[step] : real "/" targets[step]
    for (i++; i <= parts; i++) path = path "/" part[i]
  }
  return "/"
}

function put(place, as) {
  kinds[place] = as
  sources[place] = source
  targets[place] = as == "l" ? rest : ""
  places[++count] = place
}

function is_folder(place) {
  return kinds[place] == "d" || kinds[place] == "l" && keepDirlinks && to_folder(place) != "/"
}

# Whether the first of two files will do for both; joinContents.sh finds out what only the disk knows.
function is_same(place, target) {
  if (collisions == "first" || sources[place] == source) return 1
  if (kind == "d" || kinds[place] == "d") return 0
  if (kind == "l" && kinds[place] == "l" && targets[place] == target) return 1
  print collisions "\0" sources[place]
  print "with\0" source
  print "at\0" place
  return 1
}

function collide(place) {
  print "refuse\0" sources[place]
  print "with\0" source
  print "collide\0" place
  failed = 1
}

function above(place) { return sub(/\/[^\/]*$/, "", place) ? place : "" }

# A folder is mixed that has something from elsewhere than the folder of its content.
function mark_mixed(    i, place, name) {
  for (i = 1; i <= count; i++) {
    place = name = places[i]
    sub(/.*\//, "", name)
    if (sources[place] == sources[above(place)] "/" name) continue
    while ((place = above(place)) != "" && !(place in mixed)) mixed[place]
  }
}

function is_in_whole(place) {
  while ((place = above(place)) != "") if (!(place in mixed)) return 1
  return 0
}

END {
  if (failed) exit
  mark_mixed()
  for (i = 1; i <= count; i++) {
    place = places[i]
    if (is_in_whole(place)) continue
    if (place in mixed) print "folder\0" place
    else {
      what = kinds[place] == "l" && targets[place] ~ /^\// ? "link" : "file"
      inside[above(place)] = inside[above(place)] what "\0" sources[place] "\0"
    }
  }
  for (folder in inside) printf "%sinto\0%s\0", inside[folder], folder
}
