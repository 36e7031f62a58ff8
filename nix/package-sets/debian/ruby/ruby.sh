# shellcheck shell=sh
# Make $out/bin/ruby, the program of $interpreter, which finds the libraries of the $gems and what lies
# in the $folders of unpacked packages, and zones of time in the folder $zones.

site=$out/lib/ruby
mkdir -p "$out/bin" "$site"

# The first of the paths that exist.
first_of() {
  for path; do
    test ! -e "$path" || break
  done
  echo "$path"
}

# Where the library of an installed gem lies, given its file of specifications/.
library_of_gem() {
  name=${1##*/}
  path=$(sed -n 's/^ *s\.require_paths = \["\([^"]*\)".*/\1/p' "$1")
  echo "${1%/specifications/*}/gems/${name%.gemspec}/$path"
}

options="-I $site"
add_library() {
  test ! -d "$1" || options="$options -I $1"
}

for gem in $gems; do
  add_library "$gem/lib"
done
for folder in $folders; do
  for specification in "$folder"/usr/share/rubygems-integration/*/specifications/*.gemspec \
    "$folder/usr/lib/$triplet"/rubygems-integration/*/specifications/*.gemspec; do
    test ! -e "$specification" || add_library "$(library_of_gem "$specification")"
  done
  for library in \
    "$folder/usr/lib/$triplet"/rubygems-integration/*/extensions/*/*/* \
    "$folder"/usr/lib/ruby/vendor_ruby/[0-9]* "$folder/usr/lib/$triplet"/ruby/vendor_ruby/[0-9]* \
    "$folder"/usr/lib/ruby/vendor_ruby "$folder/usr/lib/$triplet"/ruby/vendor_ruby \
    "$folder"/usr/lib/ruby/[0-9]* "$folder/usr/lib/$triplet"/ruby/[0-9]*; do
    add_library "$library"
  done
done

program=$(readlink -f "$interpreter/bin/ruby")
sed "s,\"\$@\",$options &," "$program" >"$out/bin/ruby"
chmod +x "$out/bin/ruby"

# What Ruby says of itself, but for where it is.
for folder in $folders; do
  config=$(first_of "$folder/usr/lib/$triplet"/ruby/[0-9]*/rbconfig.rb)
  test ! -e "$config" || cat >"$site/rbconfig.rb" <<EOF
require "$config"
RbConfig::CONFIG["bindir"] = "$out/bin"
RbConfig::CONFIG["ruby_install_name"] = RbConfig::CONFIG["RUBY_INSTALL_NAME"] = "ruby"
EOF
  tzinfo=$(first_of "$folder"/usr/share/rubygems-integration/*/gems/tzinfo-*/lib/tzinfo.rb)
  test ! -e "$tzinfo" -o -z "$zones" || cat >"$site/tzinfo.rb" <<EOF
require "$tzinfo"
sources = TZInfo::DataSources::ZoneinfoDataSource
sources.search_path = ["$zones", *sources.search_path]
EOF
done
