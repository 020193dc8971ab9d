"""Documents vrais, abîmés au hasard : aucun lecteur du banc ne casse, ne s'éternise ni ne grossit."""
