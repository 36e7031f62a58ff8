# Read what `tar --list --verbose --numeric-owner --quoting-style=c` prints of the layers of an image,
# the lowest first, and know its folders and links as whatever unpacks the layers would have them (OCI
# image specification, layer.md). A line "layer" ends a layer; so does the end of a file. What is read
# behind RS='\0' is for the program that comes after this one.
#
# kind[PATH] is "d", "l" or "-", for a folder, a link and anything else; modes[PATH] and owners[PATH]
# are a folder's, "755" and "UID GID"; targets[PATH] is a link's. A path has no slash before or behind
# it; the root folder is "".

RS == "\n" && (FNR == 1 || $0 == "layer") { layer++ }
RS == "\n" && $0 != "layer" { read_entry() }

function read_entry(    type, path, target) {
  type = substr($1, 1, 1)
  path = to_path(first_quoted($0))
  if (type == "l") target = first_quoted(substr($0, index($0, "\" -> \"") + 5))
  path = place(path)
  if (base(path) ~ /^[.]wh[.]/) {
    if (base(path) == ".wh..wh..opq") remove_below(folder(path))
    else remove(join(folder(path), substr(base(path), 5)))
    return
  }
  if (kind[path] == "d" && type != "d") remove_below(path)
  kind[path] = type ~ /[dl]/ ? type : "-"
  since[path] = layer
  if (type == "d") {
    modes[path] = to_octal($1)
    owners[path] = $2
    sub("/", " ", owners[path])
  }
  targets[path] = target
}

# The first text in quotes, as C writes them, in a line.
function first_quoted(line) {
  match(line, /"([^"\\]|\\.)*"/)
  return unquote(substr(line, RSTART + 1, RLENGTH - 2))
}

function unquote(text,    plain, letter) {
  while (match(text, /\\([0-7][0-7][0-7]|.)/)) {
    letter = substr(text, RSTART + 1, RLENGTH - 1)
    plain = plain substr(text, 1, RSTART - 1) (letter in escapes ? escapes[letter] : \
      RLENGTH == 4 ? sprintf("%c", strtonum("0" letter)) : letter)
    text = substr(text, RSTART + RLENGTH)
  }
  return plain text
}

function to_octal(letters,    digits, i, special) {
  for (i = 2; i <= 8; i += 3) {
    digits = digits (4 * (substr(letters, i, 1) == "r") + 2 * (substr(letters, i + 1, 1) == "w") \
      + (substr(letters, i + 2, 1) ~ /[xst]/))
    special = special * 2 + (substr(letters, i + 2, 1) ~ /[sStT]/)
  }
  return (special ? special : "") digits
}

function to_path(name) {
  gsub(/^(\.?\/+)+|\/+$/, "", name)
  return name == "." ? "" : name
}

function folder(path) { return sub(/\/[^\/]*$/, "", path) ? path : "" }
function base(path) { sub(/.*\//, "", path); return path }
function join(above, name) { return above == "" ? name : above "/" name }

# Where a path is, once the links to folders above it are followed.
function place(path) { return path == "" ? "" : join(resolve(folder(path)), base(path)) }

# The same with the last part followed as well. Links in a circle are left.
function resolve(path,    real) {
  hops = 0
  real = walk(path)
  return hops > 40 ? path : real
}

function walk(path,    parts, part, i, real) {
  parts = split(path, part, "/")
  for (i = 1; i <= parts; i++) {
    if (part[i] == "" || part[i] == ".") continue
    if (part[i] == "..") real = folder(real)
    else real = step(real, part[i])
  }
  return real
}

function step(above, name,    path, target) {
  path = join(above, name)
  if (kind[path] != "l" || ++hops > 40) return path
  target = targets[path]
  return walk(target ~ /^\// ? target : above "/" target)
}

# Forget what lower layers have at a path, and below it.
function remove(path) {
  if (!(path in kind) || since[path] == layer) return
  if (kind[path] == "d") remove_below(path)
  delete kind[path]
}

function remove_below(path,    each) {
  for (each in kind) {
    if (since[each] < layer && (path == "" ? each != "" : index(each, path "/") == 1)) delete kind[each]
  }
}

BEGIN {
  escapes["n"] = "\n"; escapes["t"] = "\t"; escapes["r"] = "\r"; escapes["b"] = "\b"
  escapes["f"] = "\f"; escapes["v"] = "\v"; escapes["a"] = "\a"
}
