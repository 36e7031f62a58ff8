# How many layers an image has unless it says otherwise, its parent's included: more were seen to be
# too many for containerd; nixpkgs' own default is 100.
56
