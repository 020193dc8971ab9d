"""Les commandes de `python -m reports` qui tiennent chacune leur module."""
