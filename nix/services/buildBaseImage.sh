# shellcheck shell=sh
# Make what a root folder has beside programs. Runs in that folder.

mkdir -p etc etc/perp root run usr/bin var
mkdir -m 1777 tmp
ln -s /run var/run
ln -s /bin/env usr/bin/env
chmod 700 root

cat >etc/passwd <<'EOF'
root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/tmp:/bin/false
EOF
cat >etc/group <<'EOF'
root:x:0:
nobody:x:65534:
EOF
echo 'hosts: files dns' >etc/nsswitch.conf
