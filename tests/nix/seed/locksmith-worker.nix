lib.buildImageWithPerp {
    name = "locksmith/worker";
    command = "${locksmith}/bin/vault-fernet-locksmith";
    preStartScript = "";
}
