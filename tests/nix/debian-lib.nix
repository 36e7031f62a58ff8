/**
  What functions of nixpkgs' `lib` give, by name: a list of pairs, expected and actual.
*/
lib: {
  assertMsg = [
    [
      true
      (lib.assertMsg true "never seen")
    ]
    [
      false
      (builtins.tryEval (lib.assertMsg false "seen")).success
    ]
  ];
  attrByPath = [
    [
      3
      (lib.attrByPath [ "a" "b" ] 6 { a.b = 3; })
    ]
    [
      6
      (lib.attrByPath [ "a" "c" ] 6 { a.b = 3; })
    ]
  ];
  concatLines = [
    [
      "a\nb\n"
      (lib.concatLines [
        "a"
        "b"
      ])
    ]
  ];
  concatMapAttrs = [
    [
      {
        x = "x";
        xy = "y";
      }
      (lib.concatMapAttrs (name: value: { "x${name}" = value; }) {
        "" = "x";
        y = "y";
      })
    ]
  ];
  concatMapStrings = [
    [
      "a.b."
      (lib.concatMapStrings (string: "${string}.") [
        "a"
        "b"
      ])
    ]
  ];
  concatMapStringsSep = [
    [
      "<a>-<b>"
      (lib.concatMapStringsSep "-" (string: "<${string}>") [
        "a"
        "b"
      ])
    ]
  ];
  concatStrings = [
    [
      "ab"
      (lib.concatStrings [
        "a"
        "b"
      ])
    ]
  ];
  const = [
    [
      1
      (lib.const 1 2)
    ]
  ];
  drop = [
    [
      [ 3 ]
      (lib.drop 2 [ 1 2 3 ])
    ]
    [
      [ ]
      (lib.drop 4 [ 1 2 3 ])
    ]
  ];
  escape = [
    [
      ''\(a\)b''
      (lib.escape [ "(" ")" ] "(a)b")
    ]
  ];
  escapeShellArg = [
    [
      "'esc'\\''ape\nme'"
      (lib.escapeShellArg "esc'ape\nme")
    ]
    [
      "/nix/store/a-b_1.2,c+d@e:f%g"
      (lib.escapeShellArg "/nix/store/a-b_1.2,c+d@e:f%g")
    ]
    [
      "''"
      (lib.escapeShellArg "")
    ]
    [
      "'~a'"
      (lib.escapeShellArg "~a")
    ]
    [
      "1"
      (lib.escapeShellArg 1)
    ]
  ];
  escapeShellArgs = [
    [
      "one 'two three'"
      (lib.escapeShellArgs [
        "one"
        "two three"
      ])
    ]
  ];
  filterAttrs = [
    [
      { foo = 1; }
      (lib.filterAttrs (name: value: name == "foo" && value == 1) {
        foo = 1;
        bar = 1;
      })
    ]
  ];
  findFirst = [
    [
      6
      (lib.findFirst (number: number > 3) 7 [ 1 6 4 ])
    ]
    [
      7
      (lib.findFirst (number: number > 9) 7 [ 1 6 4 ])
    ]
  ];
  fix = [
    [
      "ab"
      (lib.fix (self: {
        a = "a";
        b = "${self.a}b";
      })).b
    ]
  ];
  flatten = [
    [
      [ 1 2 3 4 5 ]
      (lib.flatten [
        1
        [
          2
          [ 3 ]
          4
        ]
        5
      ])
    ]
    [
      [ 1 ]
      (lib.flatten 1)
    ]
  ];
  foldr = [
    [
      "#123"
      (lib.foldr (a: b: b + toString a) "#" [ 3 2 1 ])
    ]
  ];
  forEach = [
    [
      [ 2 3 ]
      (lib.forEach [ 1 2 ] (number: number + 1))
    ]
  ];
  functionArgs = [
    [
      { a = true; }
      (lib.functionArgs {
        __functor =
          _:
          {
            a ? 1,
          }:
          a;
      })
    ]
  ];
  genAttrs = [
    [
      {
        bar = "x_bar";
        foo = "x_foo";
      }
      (lib.genAttrs [ "foo" "bar" ] (name: "x_${name}"))
    ]
  ];
  getAttrFromPath = [
    [
      3
      (lib.getAttrFromPath [ "a" "b" ] { a.b = 3; })
    ]
  ];
  getBin = [
    [
      "bin"
      (lib.getBin {
        type = "derivation";
        bin = "bin";
        outputSpecified = false;
      })
    ]
    [
      "out"
      (lib.getBin { out = "out"; })
    ]
    [
      "chosen"
      (lib.getBin {
        bin = "bin";
        name = "chosen";
        outputSpecified = true;
      }).name
    ]
  ];
  getExe = [
    [
      "/store/hello/bin/hi"
      (lib.getExe {
        type = "derivation";
        outPath = "/store/hello";
        meta.mainProgram = "hi";
      })
    ]
  ];
  "getExe'" = [
    [
      "/store/hello/bin/hi"
      (lib.getExe' {
        type = "derivation";
        outPath = "/store/hello";
      } "hi")
    ]
  ];
  getName = [
    [
      "youtube-dl"
      (lib.getName "youtube-dl-2016.01.01")
    ]
    [
      "hello"
      (lib.getName { name = "hello-1.2"; })
    ]
    [
      "hello"
      (lib.getName { pname = "hello"; })
    ]
    [
      "hello-1"
      (lib.getName { pname = "hello-1"; })
    ]
  ];
  getOutput = [
    [
      "dev"
      (lib.getOutput "dev" {
        dev = "dev";
        out = "out";
      })
    ]
    [
      "out"
      (lib.getOutput "dev" { out = "out"; })
    ]
  ];
  hasInfix = [
    [
      true
      (lib.hasInfix "a.c" "xa.cx")
    ]
    [
      false
      (lib.hasInfix "a.c" "abc")
    ]
  ];
  hasPrefix = [
    [
      true
      (lib.hasPrefix "foo" "foobar")
    ]
    [
      false
      (lib.hasPrefix "foo" "barfoo")
    ]
  ];
  hasSuffix = [
    [
      false
      (lib.hasSuffix "foo" "foobar")
    ]
    [
      true
      (lib.hasSuffix "foo" "barfoo")
    ]
    [
      false
      (lib.hasSuffix "barfoo" "foo")
    ]
  ];
  id = [
    [
      1
      (lib.id 1)
    ]
  ];
  imap0 = [
    [
      [ "a-0" "b-1" ]
      (lib.imap0 (index: value: "${value}-${toString index}") [ "a" "b" ])
    ]
  ];
  imap1 = [
    [
      [ "a-1" "b-2" ]
      (lib.imap1 (index: value: "${value}-${toString index}") [ "a" "b" ])
    ]
  ];
  importJSON = [
    [
      [ 1 { a = null; } ]
      (lib.importJSON (builtins.toFile "some.json" ''[1, {"a": null}]''))
    ]
  ];
  init = [
    [
      [ 1 2 ]
      (lib.init [ 1 2 3 ])
    ]
  ];
  isDerivation = [
    [
      true
      (lib.isDerivation { type = "derivation"; })
    ]
    [
      false
      (lib.isDerivation { })
    ]
    [
      false
      (lib.isDerivation "derivation")
    ]
  ];
  isFunction = [
    [
      true
      (lib.isFunction { __functor = _: value: value; })
    ]
    [
      false
      (lib.isFunction { })
    ]
  ];
  last = [
    [
      3
      (lib.last [ 1 2 3 ])
    ]
  ];
  lowerChars = [
    [
      26
      (builtins.length lib.lowerChars)
    ]
  ];
  makeBinPath = [
    [
      "/root/bin:/usr/bin"
      (lib.makeBinPath [
        "/root"
        "/usr"
      ])
    ]
    [
      "/bin-of-root/bin"
      (lib.makeBinPath [ { bin = "/bin-of-root"; } ])
    ]
  ];
  makeSearchPath = [
    [
      "/root/lib:/usr/lib"
      (lib.makeSearchPath "lib" [
        "/root"
        null
        "/usr"
      ])
    ]
  ];
  "mapAttrs'" = [
    [
      { foo_x = "bar-a"; }
      (lib.mapAttrs' (name: value: lib.nameValuePair "foo_${name}" "bar-${value}") { x = "a"; })
    ]
  ];
  mapAttrsToList = [
    [
      [ "xa" "yb" ]
      (lib.mapAttrsToList (name: value: name + value) {
        y = "b";
        x = "a";
      })
    ]
  ];
  max = [
    [
      2
      (lib.max 1 2)
    ]
  ];
  mergeAttrsList = [
    [
      {
        a = 1;
        b = 3;
      }
      (lib.mergeAttrsList [
        { a = 1; }
        { b = 2; }
        { b = 3; }
      ])
    ]
  ];
  min = [
    [
      1
      (lib.min 1 2)
    ]
  ];
  nameValuePair = [
    [
      {
        name = "some";
        value = 6;
      }
      (lib.nameValuePair "some" 6)
    ]
  ];
  optional = [
    [
      [ "foo" ]
      (lib.optional true "foo")
    ]
    [
      [ ]
      (lib.optional false "foo")
    ]
  ];
  optionalAttrs = [
    [
      { my = "set"; }
      (lib.optionalAttrs true { my = "set"; })
    ]
    [
      { }
      (lib.optionalAttrs false { my = "set"; })
    ]
  ];
  optionals = [
    [
      [ 2 3 ]
      (lib.optionals true [ 2 3 ])
    ]
    [
      [ ]
      (lib.optionals false [ 2 3 ])
    ]
  ];
  optionalString = [
    [
      "some"
      (lib.optionalString true "some")
    ]
    [
      ""
      (lib.optionalString false "some")
    ]
  ];
  pipe = [
    [
      6
      (lib.pipe 1 [
        (number: number + 2)
        (number: number * 2)
      ])
    ]
  ];
  range = [
    [
      [ 2 3 4 ]
      (lib.range 2 4)
    ]
    [
      [ ]
      (lib.range 3 2)
    ]
  ];
  recursiveUpdate = [
    [
      {
        a = {
          b = 1;
          c = 3;
        };
        d = { };
      }
      (lib.recursiveUpdate {
        a = {
          b = 1;
          c = 2;
        };
        d = 1;
      } {
        a.c = 3;
        d = { };
      })
    ]
  ];
  remove = [
    [
      [ 1 4 ]
      (lib.remove 3 [ 1 3 4 3 ])
    ]
  ];
  removePrefix = [
    [
      "bar.baz"
      (lib.removePrefix "foo." "foo.bar.baz")
    ]
    [
      "bar"
      (lib.removePrefix "xxx" "bar")
    ]
  ];
  removeSuffix = [
    [
      "home"
      (lib.removeSuffix "front" "homefront")
    ]
    [
      "home"
      (lib.removeSuffix "xxx" "home")
    ]
  ];
  replicate = [
    [
      [ "v" "v" ]
      (lib.replicate 2 "v")
    ]
  ];
  reverseList = [
    [
      [ 3 2 1 ]
      (lib.reverseList [ 1 2 3 ])
    ]
  ];
  singleton = [
    [
      [ "foo" ]
      (lib.singleton "foo")
    ]
  ];
  splitString = [
    [
      [ "foo" "bar" "" "baz" "" ]
      (lib.splitString "." "foo.bar..baz.")
    ]
    [
      [ "a" "b" ]
      (lib.splitString "[{(^$?*+|\\" "a[{(^$?*+|\\b")
    ]
    [
      true
      (builtins.hasContext (lib.head (lib.splitString "-" (toString (builtins.toFile "x-y" "")))))
    ]
  ];
  stringToCharacters = [
    [
      [ "a" "b" ]
      (lib.stringToCharacters "ab")
    ]
  ];
  sublist = [
    [
      [ "b" "c" ]
      (lib.sublist 1 2 [ "a" "b" "c" "d" ])
    ]
    [
      [ "d" ]
      (lib.sublist 3 9 [ "a" "b" "c" "d" ])
    ]
    [
      [ ]
      (lib.sublist 5 1 [ "a" ])
    ]
  ];
  subtractLists = [
    [
      [ 1 4 ]
      (lib.subtractLists [ 3 2 ] [ 1 2 3 4 3 ])
    ]
  ];
  take = [
    [
      [ "a" "b" ]
      (lib.take 2 [ "a" "b" "c" ])
    ]
    [
      [ ]
      (lib.take 2 [ ])
    ]
  ];
  throwIf = [
    [
      "value"
      (lib.throwIf false "message" "value")
    ]
    [
      false
      (builtins.tryEval (lib.throwIf true "message" "value")).success
    ]
  ];
  throwIfNot = [
    [
      "value"
      (lib.throwIfNot true "message" "value")
    ]
    [
      false
      (builtins.tryEval (lib.throwIfNot false "message" "value")).success
    ]
  ];
  toList = [
    [
      [ 1 2 ]
      (lib.toList [ 1 2 ])
    ]
    [
      [ "hi" ]
      (lib.toList "hi")
    ]
  ];
  toJSON = [
    [
      ''["\\",{"a":1}]''
      (lib.toJSON [
        "\\"
        { a = 1; }
      ])
    ]
    [
      (builtins.fromJSON ''"a\b\fb"'')
      (builtins.fromJSON (lib.toJSON (builtins.fromJSON ''"a\b\fb"'')))
    ]
  ];
  toLower = [
    [
      "home-1"
      (lib.toLower "HOME-1")
    ]
  ];
  toUpper = [
    [
      "HOME-1"
      (lib.toUpper "home-1")
    ]
  ];
  unique = [
    [
      [ 3 2 4 ]
      (lib.unique [ 3 2 3 4 ])
    ]
  ];
  upperChars = [
    [
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
      (lib.concatStrings lib.upperChars)
    ]
  ];
  warn = [
    [
      1
      (lib.warn "this is a test" 1)
    ]
  ];
}
