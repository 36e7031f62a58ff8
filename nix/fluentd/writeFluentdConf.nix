/**
  A configuration of fluentd in the store: the file fluentd.conf.

  Nothing else may be called so: the one path in the closure of an image's derivation that
  `grep fluentd.conf` finds is this one.

  # Example

      writeFluentdConf "<match **>\n  @type stdout\n</match>\n"
*/
{ pkgs }: pkgs.writeText "fluentd.conf"
