# shellcheck shell=bash
# Write the image's configuration (OCI image specification, config.md): what the caller asks for,
# the parent's environment variables below its own, and the layers.

if test "$created" = now; then
  created=$(date --utc +%Y-%m-%dT%H:%M:%SZ)
fi

# shellcheck disable=SC2046,SC2086 # lists of store paths
jq --raw-input --null-input --compact-output \
  --arg architecture "$architecture" --arg created "$created" \
  --slurpfile config "$config" --slurpfile parent "${parentConfig:-/dev/null}" '
    def named: map({ key: sub("=.*"; ""; "m"), value: . }) | from_entries;
    [inputs | split(" ")[0]] as $layers
    | ((($parent[0].config.Env // []) | named) + (($config[0].Env // []) | named)) as $variables
    | {
        $architecture,
        config: ($config[0] + if $variables == {} then {} else { Env: [$variables[]] } end),
        $created,
        history: [$layers[] | { $created, created_by: "Nix" }],
        os: "linux",
        rootfs: { diff_ids: [$layers[] | "sha256:" + .], type: "layers" }
      }
  ' $(printf '%s/layers ' $layers) >"$out"
