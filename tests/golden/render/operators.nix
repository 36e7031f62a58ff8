{
  update = pkgs.x // {
    a = 1;
    b = 2;
  };
  sum =
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    + "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
    + "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";
  condition =
    if a == b then
      {
        a = 1;
        b = 2;
      }
    else if c then
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    else
      "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";
}
