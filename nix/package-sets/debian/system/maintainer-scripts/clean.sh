# shellcheck shell=sh
# Remove what must be in no image: what the day or the machine left, and secrets, which each
# container is to have its own of; sourced.

# Logs and caches that are no package's.
find /var/log -type f -exec sh -c '
  for file; do dpkg-query --search "$file" >/dev/null 2>&1 || rm "$file"; done
' sh {} +
rm -rf /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/cache/man/* /var/cache/fontconfig/*
rm -rf /var/lib/dpkg/*-old /var/lib/dpkg/lock* /var/lib/dpkg/triggers/Lock /var/lib/dpkg/updates/*
rm -rf /run/adduser /var/backups/* /var/tmp/* /root/.cache
rm -f /etc/*- /etc/.pwd.lock /etc/group.lock /etc/passwd.lock
rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret

# What says which machine it is.
rm -f /etc/machine-id /var/lib/dbus/machine-id /etc/hostid

# Secrets: keys, cookies and passwords that packages make when they are installed.
rm -f /var/lib/rabbitmq/.erlang.cookie /var/lib/ejabberd/.erlang.cookie /etc/bind/rndc.key
rm -f /etc/ssl/certs/ssl-cert-snakeoil.pem
grep -rlE -e '^-----BEGIN ([A-Z]+ )*PRIVATE KEY' /etc /var /root 2>/dev/null | while read -r file; do
  dpkg-query --search "$file" >/dev/null 2>&1 || rm -f "$file" "$file.pub"
done
find /etc/ssl/certs -xtype l -delete 2>/dev/null || true
