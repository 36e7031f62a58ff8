{
    filters = [
      {
        type = "grep";
        tag = "**";
        regexp = [
          {
            key = "message";
            pattern = "cool";
          }
          {
            key = "hostname";
            pattern = "^web\d+\.example\.com$";
          }
        ];
      }
    ];
}
