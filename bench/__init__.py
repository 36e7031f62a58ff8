"""What nixgen costs: each module measures one group of figures, `python -m bench` prints them."""
