# Print for each line "START SIZE NAME" the header of a file in a tar archive, 512 bytes, as GNU tar
# writes it (tar(5) of libarchive, "GNU Tar Archives"): read-only, root's, of the first second of 1970.

function bytes(text,    i, sum) {
  for (i = 1; i <= length(text); i++) sum += code[substr(text, i, 1)]
  return sum + 0
}

function octal(number, digits,    text) {
  for (; digits > 0; digits--) {
    text = (number % 8) text
    number = int(number / 8)
  }
  return text
}

function put(text, width,    i) {
  printf "%s", text
  for (i = length(text); i < width; i++) printf "%c", 0
}

# Eleven octal digits, or where these are too few a byte 128 and then the number in eleven bytes.
function put_size(size,    i, byte, sum) {
  if (size < largest) {
    put(octal(size, 11), 12)
    return bytes(octal(size, 11))
  }
  for (i = 11; i > 0; i--) {
    byte[i] = size % 256
    size = int(size / 256)
    sum += byte[i]
  }
  printf "%c", 128
  for (i = 1; i <= 11; i++) printf "%c", byte[i]
  return sum + 128
}

BEGIN {
  for (i = 32; i < 127; i++) code[sprintf("%c", i)] = i
  largest = 8 * 1024 * 1024 * 1024
  mode = "0000444"
  root = "0000000"
  time = "00000000001"
  type = "0"
  magic = "ustar  "
  blanks = "        " # the sum is taken with these in its place
  fixed = bytes(mode root root time type magic "root" "root" blanks)
}

{
  put($3, 100)
  put(mode, 8)
  put(root, 8)
  put(root, 8)
  sum = fixed + bytes($3) + put_size($2)
  put(time, 12)
  put(octal(sum, 6), 7)
  printf " "
  put(type, 101)
  put(magic, 8)
  put("root", 32)
  put("root", 32)
  put("", 183)
}
