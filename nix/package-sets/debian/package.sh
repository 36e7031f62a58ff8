# shellcheck shell=sh
# Make $out/bin with a program for each one of the Debian packages in $programFolders. A dynamic
# one is started through the unpacked loader with the libraries in $lib, those of $libraryFolders,
# so that it finds them without LD_LIBRARY_PATH, which its children would inherit.

mkdir -p "$out/bin" "$lib"

for folder in $libraryFolders; do
  for library in "$folder/usr/lib/$triplet"/*.so* "$folder/usr/lib"/*.so*; do
    test -f "$library" && ln -sfn "$library" "$lib/${library##*/}"
  done
done
loader=$lib/$loader

# The interpreter in the first line of a script.
interpreter_of() {
  head -n 1 "$1" | sed -n 's,^#! */\(usr/\)\?bin/\(env  *\)\?\([^ ]*\).*,\3,p'
}

# With -p bash leaves alone what it would otherwise do for the variables BASH_ENV and SHELLOPTS.
start_through() {
  printf '#!%s -p\nexec %s "$@"\n' "$shell" "$2" >"$1"
  chmod +x "$1"
}

# A link that is there is not followed: it leads into another store path.
add_program() {
  program=$1
  wrapper=$2
  rm -f "$wrapper"
  if test "$(head -c 2 "$program")" = '#!'; then
    case $(interpreter_of "$program") in
      sh | dash | ash) start_through "$wrapper" "$shell $program" ;;
    esac
  elif "$loader" --verify "$program"; then
    start_through "$wrapper" \
      "$loader --inhibit-cache --library-path $lib --argv0 \"\$0\" $program"
  else
    ln -s "$program" "$wrapper"
  fi
}

for folder in $programFolders; do
  for program in "$folder"/usr/bin/* "$folder"/usr/sbin/*; do
    wrapper=$out/bin/${program##*/}
    if test -L "$program"; then
      target=$(readlink "$program")
      ln -sfn "${target##*/}" "$wrapper"
    elif test -f "$program"; then
      add_program "$program" "$wrapper"
    fi
  done
done

# What linked to a file that is no program of these packages.
for wrapper in "$out"/bin/*; do
  test ! -L "$wrapper" || test -e "$wrapper" || rm "$wrapper"
done

for alternative in $alternatives; do
  ln -s "${alternative#*=}" "$out/bin/${alternative%%=*}"
done
